import type { GraphBuilder } from '../../graph/builder.js'
import type { Rule } from '../../graph/rewrite.js'
import type { Attrs, Node, Value } from '../../graph/types.js'
import {
  AveragePool,
  Conv,
  ConvTranspose,
  ConvWeightGrad,
  concat,
  conv,
  convWeightGrad,
  matmul,
  mul,
  planeOf,
  Resize,
  reshape,
  slice,
  slices,
  transpose,
} from '../../ops/index.js'
import { interleave } from './interleave.js'

/*
 * A nearest Resize by 2 and a 3 × 3 'same' convolution (w₀ w₁ w₂ along each axis) read only two rows of the small image
 * for each row of the large one, so that the pair costs 16 products where it cost 36:
 *
 *   even rows   y[2i]     = w₀ x[i − 1] + (w₁ + w₂) x[i]
 *   odd rows    y[2i + 1] = (w₀ + w₁) x[i] + w₂ x[i + 1]
 *   gradient    dx[i] = w₂ dy[2i − 1] + (w₁ + w₂) dy[2i] + (w₀ + w₁) dy[2i + 1] + w₀ dy[2i + 2]
 */

/** PHASES[a][s] says which elements of w are added for element s of the kernel of phase a. */
const PHASES = [
  [
    [1, 0, 0],
    [0, 1, 1],
  ],
  [
    [1, 1, 0],
    [0, 0, 1],
  ],
] as const

/** GATHERED[k] says which elements of w meet dy[2i − 1 + k] in dx[i]. */
const GATHERED = [
  [0, 0, 1],
  [0, 1, 1],
  [1, 1, 0],
  [1, 0, 0],
] as const

/**
 * Resize ×2 and Conv: four convolutions of the small image with kernels of 2 × 2, one for each phase of rows and columns,
 * interleaved. Their weight gradient: that of the four kernels, added as the kernels were. Their input gradient, an
 * AveragePool of a ConvTranspose: one convolution with 4 × 4 elements and stride 2.
 */
export const phaseConvolutions: Rule = (node, builder) => {
  const [a, b, bias] = node.inputs as [Value, Value, Value | undefined]
  if (isA(node, Conv) && isSame(node.attrs, b)) {
    const x = beforeDoubling(a)
    return x && [doubled(x, b, bias, builder)]
  }
  if (isA(node, ConvWeightGrad) && isSame(node.attrs, node.outputs[0] as Value)) {
    const x = beforeDoubling(a)
    return x && [weightGrad(x, b, builder)]
  }
  const inner = isA(node, AveragePool) && a.source.kind === 'node' ? a.source.node : undefined
  if (!inner || !isA(inner, ConvTranspose) || !isHalving(node.attrs)) return undefined
  const [dy, w, added] = inner.inputs as [Value, Value, Value | undefined]
  return isSame(inner.attrs, w) && !added ? [halved(dy, w, builder)] : undefined
}

const isA = ({ op }: Node, other: unknown): boolean => (op as unknown) === other

/** A kernel of 3 × 3, stride 1, one row and column of padding around. */
const isSame = ({ strides, pads, dilations }: Attrs, w: Value): boolean =>
  String(planeOf(w)) === '3,3' && String(pads) === '1,1,1,1' && String(strides) === '1,1' && String(dilations) === '1,1'

const isHalving = ({ kernel_shape: kernel, strides, pads }: Attrs): boolean =>
  String(kernel) === '2,2' && String(strides) === '2,2' && String(pads) === '0,0,0,0'

function beforeDoubling(y: Value): Value | undefined {
  const node = y.source.kind === 'node' ? y.source.node : undefined
  const x = node?.inputs[0]
  if (!node || !x || !isA(node, Resize) || node.attrs.mode !== 'nearest') return undefined
  const [[h, w], [oh, ow]] = [planeOf(x), planeOf(y)]
  return oh === 2 * h && ow === 2 * w ? x : undefined
}

/** Row phase a reads rows i + a − 1 and i + a: padding above for even rows, below for odd ones; columns alike. */
const padsOf = (a: number, b: number) => [1 - a, 1 - b, a, b]

function doubled(x: Value, w: Value, bias: Value | undefined, builder: GraphBuilder): Value {
  const [m, c] = w.shape as readonly [number, number]
  const all = matmul(reshape(w, [m, c, 9]), phaseMatrix(builder, false))
  const phase = (a: number, b: number) => {
    const at = 4 * (2 * a + b)
    const kernel = reshape(slice(all, { axis: 2, from: at, to: at + 4 }), [m, c, 2, 2])
    return conv(x, kernel, bias ? { pads: padsOf(a, b), bias } : { pads: padsOf(a, b) })
  }
  return interleave([
    [phase(0, 0), phase(0, 1)],
    [phase(1, 0), phase(1, 1)],
  ])
}

function weightGrad(x: Value, dy: Value, builder: GraphBuilder): Value {
  const [, m, h, w] = dy.shape as readonly [number, number, number, number]
  const c = x.shape[1] as number
  const phase = (a: number, b: number) => {
    const rows = { axis: 2, from: a, to: h, step: 2 }
    const part = slices(dy, [rows, { axis: 3, from: b, to: w, step: 2 }])
    return reshape(convWeightGrad(x, part, { kernel: [2, 2], pads: padsOf(a, b) }), [m, c, 4])
  }
  const all = concat([phase(0, 0), phase(0, 1), phase(1, 0), phase(1, 1)], 2)
  return reshape(matmul(all, phaseMatrix(builder, true)), [m, c, 3, 3])
}

function halved(dy: Value, w: Value, builder: GraphBuilder): Value {
  const [m, c] = w.shape as readonly [number, number]
  const matrix = kronecker(builder, (uv, k) => GATHERED[k >> 2]?.[div3(uv)] === 1 && GATHERED[k & 3]?.[uv % 3] === 1)
  const kernel = matmul(transpose(reshape(w, [m, c, 9]), [1, 0, 2]), matrix)
  return conv(dy, mul(reshape(kernel, [c, m, 4, 4]), 0.25), { strides: [2, 2], pads: [1, 1, 1, 1] })
}

/** From w's 9 elements to the 4 elements of each of 4 phases, [9, 16]; or back, [16, 9]. */
const phaseMatrix = (builder: GraphBuilder, transposed: boolean): Value =>
  kronecker(
    builder,
    (uv, k) => PHASES[k >> 3]?.[(k >> 1) & 1]?.[div3(uv)] === 1 && PHASES[(k >> 2) & 1]?.[k & 1]?.[uv % 3] === 1,
    transposed,
  )

const div3 = (i: number) => Math.floor(i / 3)

function kronecker(builder: GraphBuilder, of: (uv: number, k: number) => boolean, transposed = false): Value {
  const data = Float32Array.from({ length: 144 }, (_, i) =>
    transposed ? +of(i % 9, Math.floor(i / 9)) : +of(Math.floor(i / 16), i % 16),
  )
  return builder.constant({ dtype: 'float32', shape: transposed ? [16, 9] : [9, 16], data })
}
