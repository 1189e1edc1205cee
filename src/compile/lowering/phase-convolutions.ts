import type { GraphBuilder } from '../../graph/builder.js'
import type { Rule } from '../../graph/rewrite.js'
import type { Attrs, Node, Value } from '../../graph/types.js'
import {
  AveragePool,
  add,
  Conv,
  ConvTranspose,
  ConvWeightGrad,
  concat,
  conv,
  convTranspose,
  convWeightGrad,
  matmul,
  mul,
  planeOf,
  Resize,
  reshape,
  slice,
  slices,
} from '../../ops/index.js'
import { innerShapeOf, inward, outward } from './innermost.js'
import { interleave } from './interleave.js'

/*
 * A nearest Resize by 2 and a 3 × 3 'same' convolution (w₀ w₁ w₂ along each axis) read only two rows of the small image
 * for each row of the large one, so that the pair costs 16 products where it cost 36:
 *
 *   even rows   y[2i]     = w₀ x[i − 1] + (w₁ + w₂) x[i]
 *   odd rows    y[2i + 1] = (w₀ + w₁) x[i] + w₂ x[i + 1]
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

/**
 * Resize ×2 and Conv: four convolutions of the small image with kernels of 2 × 2, one for each phase of rows and columns,
 * interleaved. Their weight gradient: that of the four kernels, added as the kernels were. Their input gradient, an
 * AveragePool of a ConvTranspose: the sum of the four phases' own.
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
  if (!inner || !isA(inner, ConvTranspose) || !isHalving(node.attrs) || !innerShapeOf(a)) return undefined
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
  if (!node || !x || !innerShapeOf(x) || !isA(node, Resize) || node.attrs.mode !== 'nearest') return undefined
  const [[h, w], [oh, ow]] = [planeOf(x), planeOf(y)]
  return oh === 2 * h && ow === 2 * w ? x : undefined
}

/** Row phase a reads rows i + a − 1 and i + a: padding above for even rows, below for odd ones; columns alike. */
const padsOf = (a: number, b: number) => [1 - a, 1 - b, a, b]

function doubled(x: Value, w: Value, bias: Value | undefined, builder: GraphBuilder): Value {
  const kernels = phaseKernels(w, builder)
  const parts = eachPhase((a, b) => {
    const kernel = kernels[a]?.[b] as Value
    return inward(conv(x, kernel, bias ? { pads: padsOf(a, b), bias } : { pads: padsOf(a, b) }))
  })
  return outward(interleave(parts))
}

function weightGrad(x: Value, dy: Value, builder: GraphBuilder): Value {
  const [m, c] = [dy.shape[1] as number, x.shape[1] as number]
  const parts = eachPhase((a, b) => {
    const kernel = convWeightGrad(x, phaseOf(dy, a, b), { kernel: [2, 2], pads: padsOf(a, b) })
    return reshape(kernel, [m, c, 4])
  })
  return reshape(matmul(concat(parts.flat(), 2), phaseMatrix(builder, true)), [m, c, 3, 3])
}

/** The mean of each 2 × 2 pixels of the transposed convolution. */
function halved(dy: Value, w: Value, builder: GraphBuilder): Value {
  const kernels = phaseKernels(mul(w, 0.25), builder)
  const parts = eachPhase((a, b) => convTranspose(phaseOf(dy, a, b), kernels[a]?.[b] as Value, { pads: padsOf(a, b) }))
  return parts.flat().reduce(add)
}

/** Rows a, a + 2, … and columns b, b + 2, … */
function phaseOf(x: Value, a: number, b: number): Value {
  const [h, w] = planeOf(x)
  return slices(x, [
    { axis: 2, from: a, to: h, step: 2 },
    { axis: 3, from: b, to: w, step: 2 },
  ])
}

/** The kernel of each phase, [m, c, 2, 2]. */
function phaseKernels(w: Value, builder: GraphBuilder): readonly (readonly Value[])[] {
  const [m, c] = w.shape as readonly [number, number]
  const all = matmul(reshape(w, [m, c, 9]), phaseMatrix(builder, false))
  return eachPhase((a, b) => {
    const at = 4 * (2 * a + b)
    return reshape(slice(all, { axis: 2, from: at, to: at + 4 }), [m, c, 2, 2])
  })
}

const eachPhase = (make: (a: number, b: number) => Value): readonly (readonly Value[])[] =>
  [0, 1].map((a) => [make(a, 0), make(a, 1)])

/** From w's 9 elements to the 4 elements of each of 4 phases, [9, 16]; or back, [16, 9]. */
function phaseMatrix(builder: GraphBuilder, transposed: boolean): Value {
  const adds = (element: number, k: number) =>
    PHASES[k >> 3]?.[(k >> 1) & 1]?.[Math.floor(element / 3)] === 1 &&
    PHASES[(k >> 2) & 1]?.[k & 1]?.[element % 3] === 1
  const data = Float32Array.from({ length: 144 }, (_, i) =>
    transposed ? +adds(i % 9, Math.floor(i / 9)) : +adds(Math.floor(i / 16), i % 16),
  )
  return builder.constant({ dtype: 'float32', shape: transposed ? [16, 9] : [9, 16], data })
}
