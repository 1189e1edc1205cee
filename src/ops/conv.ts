import type { Dim, Shape } from '../base/shape.js'
import { emit } from '../graph/builder.js'
import type { Array64, Value } from '../graph/types.js'
import { defineOp, misfit } from './define.js'
import { reduceSum } from './reduce.js'
import { imageOf, type Plane, planeOf, reachOf, requireWindow, tapsOf, type Window, windowed } from './window.js'

/*
 * One trilinear form is behind all three operators, with strides s, dilations d and pads p on each axis:
 *
 *   T(x, w, y) = Σ x[n, c, s i + d u − p] w[m, c, u] y[n, m, i]      sums over n, m, c, u, i; x is 0 outside
 *
 * Conv is ∂T/∂y, ConvTranspose is ∂T/∂x, and ConvWeightGrad is ∂T/∂w. Each one's gradients are the other two.
 */

/** All optional: strides and dilations 1, no pads; pads are [top, left, bottom, right]. */
export interface ConvOptions {
  readonly strides?: readonly number[]
  readonly pads?: readonly number[]
  readonly dilations?: readonly number[]
  /** [output channels] */
  readonly bias?: Value
}

export interface ConvTransposeOptions extends ConvOptions {
  /** Rows and columns to add at the bottom and at the right; less than the strides. */
  readonly outputPadding?: readonly number[]
}

export interface ConvWeightGradOptions extends Omit<ConvOptions, 'bias'> {
  /** [kh, kw] */
  readonly kernel: readonly number[]
}

type ConvAttrs = {
  readonly strides: readonly number[]
  readonly pads: readonly number[]
  readonly dilations: readonly number[]
}
type ConvTransposeAttrs = ConvAttrs & { readonly output_padding: readonly number[] }
type ConvWeightGradAttrs = ConvAttrs & { readonly kernel_shape: readonly number[] }

/**
 * y = x ⋆ w + b: x [n, c, h, w], w [m, c, kh, kw], b [m], y [n, m, h', w'].
 * dx = ConvTranspose(dy, w), dw = ConvWeightGrad(x, dy), db = Σ dy.
 */
export const Conv = defineOp<ConvAttrs>({
  name: 'Conv',
  since: 11,
  attrs: { strides: 'ints', pads: 'ints', dilations: 'ints' },
  shape: ([x, w, b], attrs) => {
    const [n, c, ...plane] = imageOf('Conv', x as Value)
    const [m, channels, ...kernel] = weightOf('Conv', w as Value)
    if (channels !== c) misfit('Conv', `weights for ${c} channels`, [w as Value])
    requireBias('Conv', b as Value | undefined, m)
    return [{ dtype: 'float32', shape: [n, m, ...windowed('Conv', plane, { kernel, ...attrs })] }]
  },
  kernel: ([x, w, b], attrs, [y]) => {
    const out = b ? channelwise(b, y?.shape as readonly number[]) : undefined
    return [trilinear('y', { x: x as Array64, w: w as Array64, y: blank(y as Array64, out) }, attrs)]
  },
  vjp: ({ inputs, dy, attrs }) => {
    const [x, w, b] = inputs as readonly [Value, Value, Value | undefined]
    return [
      () => convTranspose(dy, w, { ...attrs, outputPadding: leftover(planeOf(x), planeOf(dy), windowOf(w, attrs)) }),
      () => convWeightGrad(x, dy, { ...attrs, kernel: planeOf(w) }),
      b ? () => reduceSum(dy, { axes: [0, 2, 3] }) : null,
    ]
  },
})
export const conv = (x: Value, w: Value, { bias, ...window }: ConvOptions = {}): Value =>
  emit(Conv, bias ? [x, w, bias] : [x, w], attrsOf(window))

/**
 * y = xᵀ⋆ w + b, the transpose of Conv: x [n, c, h, w], w [c, m, kh, kw], b [m], y [n, m, h', w'] with
 * h' = s (h − 1) + d (kh − 1) + 1 − pads + output padding.
 * dx = Conv(dy, w), dw = ConvWeightGrad(dy, x), db = Σ dy.
 */
export const ConvTranspose = defineOp<ConvTransposeAttrs>({
  name: 'ConvTranspose',
  since: 11,
  attrs: { strides: 'ints', pads: 'ints', dilations: 'ints', output_padding: 'ints' },
  shape: ([x, w, b], { output_padding: more, ...attrs }) => {
    const [n, c, ...plane] = imageOf('ConvTranspose', x as Value)
    const [channels, m] = weightOf('ConvTranspose', w as Value)
    const window = windowOf(w as Value, attrs)
    if (channels !== c) misfit('ConvTranspose', `weights for ${c} channels`, [w as Value])
    requireBias('ConvTranspose', b as Value | undefined, m)
    requireWindow('ConvTranspose', window)
    if (more.length !== 2 || more.some((rows, axis) => rows < 0 || rows >= (attrs.strides[axis] as number)))
      misfit('ConvTranspose', `output padding less than strides [${attrs.strides}]`, `[${more}]`)
    const [h, w2] = unwindowed(plane, window)
    const shape = [n, m, h + (more[0] as number), w2 + (more[1] as number)]
    if (shape.some((dim) => typeof dim === 'number' && dim < 1))
      misfit('ConvTranspose', 'pads less than the result', `[${attrs.pads}]`)
    return [{ dtype: 'float32', shape }]
  },
  kernel: ([x, w, b], attrs, [y]) => {
    const out = b ? channelwise(b, y?.shape as readonly number[]) : undefined
    return [trilinear('x', { x: blank(y as Array64, out), w: w as Array64, y: x as Array64 }, attrs)]
  },
  vjp: ({ inputs, dy, attrs: { output_padding: _, ...attrs } }) => {
    const [x, w, b] = inputs as readonly [Value, Value, Value | undefined]
    return [
      () => conv(dy, w, attrs),
      () => convWeightGrad(dy, x, { ...attrs, kernel: planeOf(w) }),
      b ? () => reduceSum(dy, { axes: [0, 2, 3] }) : null,
    ]
  },
})
export const convTranspose = (
  x: Value,
  w: Value,
  { bias, outputPadding = [0, 0], ...window }: ConvTransposeOptions = {},
): Value => emit(ConvTranspose, bias ? [x, w, bias] : [x, w], { ...attrsOf(window), output_padding: outputPadding })

/**
 * Internal. w̄[m, c, u] = Σ x[n, c, s i + d u − p] ȳ[n, m, i]: x [n, c, h, w], ȳ [n, m, h', w'], w̄ [m, c, kh, kw].
 * With g = ∂loss/∂w̄: dx = ConvTranspose(ȳ, g), dȳ = Conv(x, g).
 */
export const ConvWeightGrad = defineOp<ConvWeightGradAttrs>({
  name: 'ConvWeightGrad',
  since: 0,
  attrs: { kernel_shape: 'ints', strides: 'ints', pads: 'ints', dilations: 'ints' },
  shape: ([x, dy], { kernel_shape: kernel, ...attrs }) => {
    const [n, c, ...plane] = imageOf('ConvWeightGrad', x as Value)
    const [rows, m, h, w] = imageOf('ConvWeightGrad', dy as Value)
    const [oh, ow] = windowed('ConvWeightGrad', plane, { kernel, ...attrs })
    if (rows !== n || oh !== h || ow !== w)
      misfit('ConvWeightGrad', `a gradient [${n}, m, ${oh}, ${ow}]`, [dy as Value])
    return [{ dtype: 'float32', shape: [m, c, ...kernel] }]
  },
  kernel: ([x, y], attrs, [w]) => [trilinear('w', { x: x as Array64, w: blank(w as Array64), y: y as Array64 }, attrs)],
  vjp: ({ inputs, dy: g, attrs: { kernel_shape: kernel, ...attrs } }) => {
    const [x, dy] = inputs as readonly [Value, Value]
    const outputPadding = leftover(planeOf(x), planeOf(dy), { kernel, ...attrs })
    return [() => convTranspose(dy, g, { ...attrs, outputPadding }), () => conv(x, g, attrs)]
  },
})
export const convWeightGrad = (x: Value, dy: Value, { kernel, ...window }: ConvWeightGradOptions): Value =>
  emit(ConvWeightGrad, [x, dy], { kernel_shape: kernel, ...attrsOf(window) })

const attrsOf = ({ strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1] }: ConvOptions): ConvAttrs => ({
  strides,
  pads,
  dilations,
})

const windowOf = (w: { readonly shape: Shape }, { strides, pads, dilations }: ConvAttrs): Window => ({
  kernel: planeOf(w),
  strides,
  pads,
  dilations,
})

/** Height and width before a window that gave this plane and left no row or column over. */
const unwindowed = (plane: Plane, window: Window): Plane => {
  const along = (axis: 0 | 1) =>
    (window.strides[axis] as number) * ((plane[axis] as number) - 1) +
    reachOf(window, axis) -
    (window.pads[axis] as number) -
    (window.pads[axis + 2] as number)
  return [along(0), along(1)]
}

/** Rows and columns at the end of x that no window reaches: what the transpose must add. */
const leftover = (x: Plane, y: Plane, window: Window): Plane => {
  const [h, w] = unwindowed(y, window)
  return [x[0] - h, x[1] - w]
}

function weightOf(op: string, { shape, dtype }: Value): readonly [number, number, number, number] {
  const fits = shape.length === 4 && dtype === 'float32' && shape.every((dim: Dim) => typeof dim === 'number')
  return fits
    ? (shape as unknown as [number, number, number, number])
    : misfit(op, 'weights of rank 4', [{ shape, dtype }])
}

function requireBias(op: string, bias: Value | undefined, channels: number): void {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== channels || bias.dtype !== 'float32'))
    misfit(op, `a bias [${channels}]`, [bias])
}

const blank = ({ dtype, shape }: Array64, data?: Float64Array): Array64 => ({
  dtype,
  shape,
  data: data ?? new Float64Array(shape.reduce((size, dim) => size * dim, 1)),
})

/** One number per channel, over images of this shape. */
function channelwise({ data }: Array64, [n = 0, m = 0, h = 0, w = 0]: readonly number[]): Float64Array {
  return Float64Array.from({ length: n * m * h * w }, (_, i) => data[Math.floor(i / (h * w)) % m] as number)
}

/** Adds T's derivative by one of its three operands to what that operand holds. */
function trilinear(by: 'x' | 'w' | 'y', { x, w, y }: Readonly<Record<'x' | 'w' | 'y', Array64>>, attrs: ConvAttrs) {
  const [n, c] = x.shape as readonly [number, number]
  const [m] = w.shape as readonly [number]
  const taps = tapsOf(windowOf(w, attrs), planeOf(x), planeOf(y))
  const [xs, ws, ys] = [x, w, y].map((of) => planeOf(of)[0] * planeOf(of)[1]) as [number, number, number]
  const [target, left, right] = by === 'x' ? [x, w, y] : by === 'w' ? [w, x, y] : [y, x, w]
  for (let row = 0; row < n; row++) {
    for (let to = 0; to < m; to++) {
      for (let from = 0; from < c; from++) {
        const at = { x: (row * c + from) * xs, w: (to * c + from) * ws, y: (row * m + to) * ys }
        for (const tap of taps) {
          const index = { x: at.x + tap.x, w: at.w + tap.k, y: at.y + tap.y }
          const [i, j, k] =
            by === 'x'
              ? [index.x, index.w, index.y]
              : by === 'w'
                ? [index.w, index.x, index.y]
                : [index.y, index.x, index.w]
          target.data[i] = (target.data[i] as number) + (left.data[j] as number) * (right.data[k] as number)
        }
      }
    }
  }
  return target.data
}
