import { isStatic, sameShape, sizeOf, type TensorType } from '../base/shape.js'
import { emit } from '../graph/builder.js'
import type { Array64, Operator, Value } from '../graph/types.js'
import { mul } from './binary.js'
import { convTranspose } from './conv.js'
import { defineOp, misfit } from './define.js'
import { reshape } from './reshape.js'
import { resize } from './resize.js'
import { pad } from './select.js'
import { imageOf, planeOf, type Tap, tapsOf, type Window, windowed } from './window.js'

/** Strides are the kernel's size when left out; pads are [top, left, bottom, right], each less than the kernel. */
export interface PoolOptions {
  /** [kh, kw] */
  readonly kernel: readonly number[]
  readonly strides?: readonly number[]
  readonly pads?: readonly number[]
}

export type PoolAttrs = {
  readonly kernel_shape: readonly number[]
  readonly strides: readonly number[]
  readonly pads: readonly number[]
}

/** y = the largest of each window, padding not counted.  dx = MaxPoolGrad(x, y, dy). */
export const MaxPool = defineOp<PoolAttrs>({
  name: 'MaxPool',
  since: 12,
  attrs: { kernel_shape: 'ints', strides: 'ints', pads: 'ints' },
  shape: ([x], attrs) => [pooled('MaxPool', x as Value, attrs)],
  kernel: ([x], attrs, [y]) => {
    const out = new Float64Array(sizeOf(y?.shape as readonly number[]))
    eachMaximum(x as Array64, y as Array64, attrs, (from, to) => {
      out[to] = (x as Array64).data[from] as number
    })
    return [out]
  },
  vjp: ({ inputs, y, dy, attrs }) => [() => emit(MaxPoolGrad, [inputs[0] as Value, y, dy], attrs)],
})
export const maxPool = (x: Value, options: PoolOptions): Value => emit(MaxPool, [x], attrsOf(options))

/**
 * Internal. dx[first maximum of window i] += dy[i], the first in row-major order of the window as in PyTorch; x and
 * y = MaxPool(x) only tell which that is. x, dx [n, c, h, w]; y, dy [n, c, h', w'].  ddy = MaxPoolPick(x, y, ddx).
 */
export const MaxPoolGrad: Operator<PoolAttrs> = defineOp<PoolAttrs>({
  name: 'MaxPoolGrad',
  since: 0,
  attrs: { kernel_shape: 'ints', strides: 'ints', pads: 'ints' },
  shape: ([x, y, dy], attrs) => {
    requirePooled('MaxPoolGrad', x as Value, [y as Value, dy as Value], attrs)
    return [x as Value]
  },
  kernel: ([x, y, dy], attrs) => {
    const dx = new Float64Array((x as Array64).data.length)
    eachMaximum(x as Array64, y as Array64, attrs, (from, to) => {
      dx[from] = (dx[from] as number) + ((dy as Array64).data[to] as number)
    })
    return [dx]
  },
  vjp: ({ inputs: [x, y], dy, attrs }) => [null, null, () => emit(MaxPoolPick, [x as Value, y as Value, dy], attrs)],
})
export const maxPoolGrad = (x: Value, y: Value, dy: Value, options: PoolOptions): Value =>
  emit(MaxPoolGrad, [x, y, dy], attrsOf(options))

/**
 * Max-unpooling: each value back where its window had its first maximum, 0 elsewhere. It is the transpose of pooling, and so
 * the same operator as its gradient.
 *
 * @param x       float32 [n, c, h, w]: what was pooled
 * @param y       float32 [n, c, h', w']: what came of it
 * @param values  float32 [n, c, h', w']
 * @returns       float32 [n, c, h, w]
 * @see Zeiler & Fergus (2014); Badrinarayanan, Kendall & Cipolla (2017)
 */
export const maxUnpool = maxPoolGrad

/**
 * Internal. out[i] = values[first maximum of window i]: the transpose of MaxPoolGrad. x, values [n, c, h, w]; y, out
 * [n, c, h', w'].  dvalues = MaxPoolGrad(x, y, dout).
 */
export const MaxPoolPick: Operator<PoolAttrs> = defineOp<PoolAttrs>({
  name: 'MaxPoolPick',
  since: 0,
  attrs: { kernel_shape: 'ints', strides: 'ints', pads: 'ints' },
  shape: ([x, y, values], attrs) => {
    requirePooled('MaxPoolPick', x as Value, [y as Value], attrs)
    return sameShape((values as Value).shape, (x as Value).shape)
      ? [y as Value]
      : misfit('MaxPoolPick', `[${(x as Value).shape.join(', ')}]`, [values as Value])
  },
  kernel: ([x, y, values], attrs) => {
    const out = new Float64Array((y as Array64).data.length)
    eachMaximum(x as Array64, y as Array64, attrs, (from, to) => {
      out[to] = (values as Array64).data[from] as number
    })
    return [out]
  },
  vjp: ({ inputs: [x, y], dy, attrs }) => [null, null, () => emit(MaxPoolGrad, [x as Value, y as Value, dy], attrs)],
})
export const maxPoolPick = (x: Value, y: Value, values: Value, options: PoolOptions): Value =>
  emit(MaxPoolPick, [x, y, values], attrsOf(options))

type AveragePoolAttrs = PoolAttrs & { readonly count_include_pad: number }

/**
 * y = Σ of each window / kh kw, padding counted as 0.
 * dx spreads dy / kh kw over each window: nearest Resize where windows tile the image, ConvTranspose elsewhere.
 */
export const AveragePool = defineOp<AveragePoolAttrs>({
  name: 'AveragePool',
  since: 19,
  attrs: { kernel_shape: 'ints', strides: 'ints', pads: 'ints', count_include_pad: 'int' },
  shape: ([x], { count_include_pad: counted, ...attrs }) =>
    counted === 1
      ? [pooled('AveragePool', x as Value, attrs)]
      : misfit('AveragePool', 'padding to count', `${counted}`),
  kernel: ([x], attrs, [y]) => {
    const out = new Float64Array(sizeOf(y?.shape as readonly number[]))
    const { data } = x as Array64
    eachWindow(x as Array64, y as Array64, attrs, (taps, from, to) => {
      out[to] = taps.reduce((sum, tap) => sum + (data[from + tap.x] as number), 0) / sizeOf(attrs.kernel_shape)
    })
    return [out]
  },
  vjp: ({ inputs, dy, attrs }) => [() => unpooled(dy, inputs[0] as Value, attrs)],
})
export const averagePool = (x: Value, options: PoolOptions): Value =>
  emit(AveragePool, [x], { ...attrsOf(options), count_include_pad: 1 })

const attrsOf = ({ kernel, strides = kernel, pads = [0, 0, 0, 0] }: PoolOptions): PoolAttrs => ({
  kernel_shape: kernel,
  strides,
  pads,
})

const windowOf = ({ kernel_shape: kernel, strides, pads }: PoolAttrs): Window => ({
  kernel,
  strides,
  pads,
  dilations: [1, 1],
})

function pooled(op: string, x: Value | TensorType, attrs: PoolAttrs): TensorType {
  const [n, c, ...plane] = imageOf(op, x as Value)
  const shape = [n, c, ...windowed(op, plane, windowOf(attrs))]
  if (attrs.pads.some((rows, i) => rows >= (attrs.kernel_shape[i % 2] as number)))
    misfit(op, `pads less than the window [${attrs.kernel_shape}]`, `[${attrs.pads}]`)
  return { dtype: 'float32', shape }
}

function requirePooled(op: string, x: Value, each: readonly Value[], attrs: PoolAttrs): void {
  const { shape } = pooled(op, x, attrs)
  if (!each.every((value) => sameShape(value.shape, shape))) misfit(op, `images [${shape.join(', ')}]`, each)
}

/** The transpose of averaging. */
function unpooled(dy: Value, x: Value, { kernel_shape: kernel, strides, pads }: AveragePoolAttrs): Value {
  const [kh, kw] = kernel as [number, number]
  const [n, c, h, w] = x.shape
  const [oh, ow] = planeOf(dy)
  if (!isStatic(x.shape)) return misfit('AveragePool', 'known lengths, to differentiate', [x])
  const [below, right] = [(h as number) - oh * kh, (w as number) - ow * kw]
  if (kh === strides[0] && kw === strides[1] && pads.every((rows) => rows === 0)) {
    const spread = resize(mul(dy, 1 / (kh * kw)), { size: [oh * kh, ow * kw], mode: 'nearest' })
    return pad(spread, { before: [0, 0, 0, 0], after: [0, 0, below, right] })
  }
  // each channel is an image of its own to one kernel of equal weights
  const weights = {
    dtype: 'float32',
    shape: [1, 1, kh, kw],
    data: new Float32Array(kh * kw).fill(1 / (kh * kw)),
  } as const
  const planes = reshape(dy, [(n as number) * (c as number), 1, oh, ow])
  const outputPadding = [below, right].map((_, axis) => {
    const covered = (strides[axis] as number) * ((planeOf(dy)[axis] as number) - 1) + (kernel[axis] as number)
    return (x.shape[axis + 2] as number) + (pads[axis] as number) + (pads[axis + 2] as number) - covered
  })
  return reshape(convTranspose(planes, dy.builder.constant(weights), { strides, pads, outputPadding }), x.shape)
}

/** For each window: its taps, where its plane of x begins, and the index of its element of y. */
function eachWindow(
  x: Array64,
  y: Array64,
  attrs: PoolAttrs,
  visit: (taps: readonly Tap[], from: number, to: number) => void,
): void {
  const byWindow: Tap[][] = []
  for (const tap of tapsOf(windowOf(attrs), planeOf(x), planeOf(y))) {
    const taps = byWindow[tap.y] ?? []
    byWindow[tap.y] = taps
    taps.push(tap)
  }
  const [n, c] = x.shape as readonly [number, number]
  for (let plane = 0; plane < n * c; plane++) {
    byWindow.forEach((taps, i) => {
      visit(taps, plane * sizeOf(planeOf(x)), plane * sizeOf(planeOf(y)) + i)
    })
  }
}

/** For each window: where in x its first maximum is, and the index of its element of y. */
function eachMaximum(x: Array64, y: Array64, attrs: PoolAttrs, visit: (from: number, to: number) => void): void {
  eachWindow(x, y, attrs, (taps, from, to) => {
    const first = taps.reduce((best, tap) =>
      (x.data[from + tap.x] as number) > (x.data[from + best.x] as number) ? tap : best,
    )
    visit(from + first.x, to)
  })
}
