import { z } from 'zod'
import { DiaboloError } from '../../base/errors.js'
import { showShape, sizeOf } from '../../base/shape.js'
import type { Value } from '../../graph/types.js'
import { conv, convTranspose, maxPool, maxUnpool, reshape, resize } from '../../ops/index.js'
import { ACTIVATION_NAMES } from '../activations.js'
import { initializerSchema } from '../initializers.js'
import { type LayerKind, mapShape, type ParameterSpec } from './kind.js'

const count = z.int().min(1)

/** Windows become one operator per place in them. */
const windowSize = z.int().min(1).max(64)

const convolution = {
  filters: count,
  /** Height and width of the window. */
  kernel: windowSize.default(3),
  activation: z.enum(ACTIVATION_NAMES).default('linear'),
  init: initializerSchema.default({ name: 'glorot' }),
}

export const conv2dSchema = z.strictObject({
  type: z.literal('conv2d'),
  stride: count.default(1),
  ...convolution,
})

/** Convolution with 'same' padding: [c, h, w] → [filters, ⌈h / stride⌉, ⌈w / stride⌉]. */
export const conv2d: LayerKind<z.infer<typeof conv2dSchema>> = {
  outputShape: ({ filters, stride }, input) => {
    const [, height, width] = mapShape('conv2d', input)
    return [filters, Math.ceil(height / stride), Math.ceil(width / stride)]
  },
  parameters: ({ filters, kernel, init }, input) => {
    const [channels] = mapShape('conv2d', input)
    return filterParameters([filters, channels, kernel, kernel], filters, init, {
      in: channels * kernel ** 2,
      out: filters * kernel ** 2,
    })
  },
  emit: ({ kernel, stride }, x, { weight, bias }) =>
    conv(x, weight as Value, { strides: [stride, stride], pads: samePads(x, kernel, stride), bias: bias as Value }),
}

export const convTranspose2dSchema = z.strictObject({
  type: z.literal('convTranspose2d'),
  stride: count.default(2),
  /** Height and width of the result: any with ⌈size / stride⌉ = the input's. */
  size: z.tuple([count, count]),
  ...convolution,
})

/** The transpose of a 'same' convolution from `size`: [c, ⌈h / stride⌉, ⌈w / stride⌉] → [filters, h, w]. */
export const convTranspose2d: LayerKind<z.infer<typeof convTranspose2dSchema>> = {
  outputShape: ({ filters, stride, size: [height, width] }, input) => {
    const [, fromHeight, fromWidth] = mapShape('convTranspose2d', input)
    if (Math.ceil(height / stride) !== fromHeight || Math.ceil(width / stride) !== fromWidth) {
      throw new DiaboloError('E_SHAPE', {
        at: `layer "convTranspose2d", stride ${stride}`,
        expected: `a size that stride ${stride} brings down to ${fromHeight} × ${fromWidth}`,
        found: `${height} × ${width}`,
        hint: `for example ${fromHeight * stride} × ${fromWidth * stride}`,
      })
    }
    return [filters, height, width]
  },
  parameters: ({ filters, kernel, init }, input) => {
    const [channels] = mapShape('convTranspose2d', input)
    return filterParameters([channels, filters, kernel, kernel], filters, init, {
      in: channels * kernel ** 2,
      out: filters * kernel ** 2,
    })
  },
  emit: ({ kernel, stride, size }, x, { weight, bias }) => {
    const [height, width] = size.map((length) => paddingOf(length, kernel, stride)) as [Padding, Padding]
    return convTranspose(x, weight as Value, {
      strides: [stride, stride],
      pads: [height.before, width.before, height.after, width.after],
      outputPadding: [height.missing, width.missing],
      bias: bias as Value,
    })
  },
}

export const maxPool2dSchema = z.strictObject({
  type: z.literal('maxPool2d'),
  /** Height and width of the window, and its stride. */
  size: windowSize.default(2),
})

/** The largest value of each window, 'same' padding: [c, h, w] → [c, ⌈h / size⌉, ⌈w / size⌉]. */
export const maxPool2d: LayerKind<z.infer<typeof maxPool2dSchema>> = {
  outputShape: ({ size }, input) => {
    const [channels, height, width] = mapShape('maxPool2d', input)
    return [channels, Math.ceil(height / size), Math.ceil(width / size)]
  },
  parameters: () => [],
  emit: ({ size }, x) => maxPool(x, poolingOf(size, x)),
}

const poolingOf = (size: number, x: Value) => ({
  kernel: [size, size],
  strides: [size, size],
  pads: samePads(x, size, size),
})

export const maxUnpool2dSchema = z.strictObject({
  type: z.literal('maxUnpool2d'),
  /** The "maxPool2d" that it undoes: its number among the layers of the encoder, counted from 0. */
  pool: z.int().min(0),
  /** Height and width of the result: those of what that layer took. */
  size: z.tuple([count, count]),
})

/**
 * Every value back where the encoder's pooling found its maximum, 0 elsewhere: [c, ⌈h / s⌉, ⌈w / s⌉] → [c, h, w]. Which
 * value was the largest is told before the nonlinearity, so that no window ties because all of it became 0; of equal ones
 * it is the first, row by row.
 *
 * @see Badrinarayanan, Kendall & Cipolla (2017)
 */
export const maxUnpool2d: LayerKind<z.infer<typeof maxUnpool2dSchema>> = {
  outputShape: ({ size }, input) => [mapShape('maxUnpool2d', input)[0], ...size],
  parameters: () => [],
  emit: ({ pool }, values, _, pooled) => {
    if (pooled) return maxUnpool(pooled.x, pooled.y, values, poolingOf(pooled.size, pooled.x))
    throw new DiaboloError('E_SPEC', {
      at: 'layer "maxUnpool2d"',
      expected: `the sample itself: its places come from encoder layer ${pool}`,
      found: 'a code alone, which does not say where maxima were',
      hint: 'give samples, not codes; a decoder that grows by "resize2d" can be used by itself',
    })
  },
}

export const resize2dSchema = z.strictObject({
  type: z.literal('resize2d'),
  size: z.tuple([count, count]),
  mode: z.enum(['nearest', 'bilinear']).default('nearest'),
})

/** [c, h, w] → [c, ...size]: repeats the nearest pixel above and to the left, or interpolates between pixel centres. */
export const resize2d: LayerKind<z.infer<typeof resize2dSchema>> = {
  outputShape: ({ size }, input) => [mapShape('resize2d', input)[0], ...size],
  parameters: () => [],
  emit: ({ size, mode }, x) => resize(x, { size, mode: mode === 'nearest' ? 'nearest' : 'linear' }),
}

export const unflattenSchema = z.strictObject({
  type: z.literal('unflatten'),
  /** [channels, height, width] */
  shape: z.tuple([count, count, count]),
})

/** A row of numbers as feature maps. */
export const unflatten: LayerKind<z.infer<typeof unflattenSchema>> = {
  outputShape: ({ shape }, input) => {
    if (sizeOf(shape) === sizeOf(input)) return shape
    throw new DiaboloError('E_SHAPE', {
      at: 'layer "unflatten"',
      expected: `${sizeOf(shape)} values for ${showShape(shape)}`,
      found: `${sizeOf(input)}`,
      hint: 'give the layer before it as many units',
    })
  },
  parameters: () => [],
  emit: ({ shape }, x) => reshape(x, [x.shape[0] ?? 1, ...shape]),
}

function filterParameters(
  shape: readonly number[],
  filters: number,
  init: ParameterSpec['init'],
  fan: ParameterSpec['fan'],
): readonly ParameterSpec[] {
  return [
    { name: 'weight', shape, init, fan },
    { name: 'bias', shape: [filters], init: { name: 'zeros' }, fan },
  ]
}

interface Padding {
  readonly before: number
  readonly after: number
  /** Rows at the end that no window reaches: where the stride is larger than the window. */
  readonly missing: number
}

/** What 'same' adds to one axis, the smaller half before: (⌈n / s⌉ − 1) s + k − n, as TensorFlow has it. */
function paddingOf(length: number, kernel: number, stride: number): Padding {
  const total = (Math.ceil(length / stride) - 1) * stride + kernel - length
  const before = Math.floor(Math.max(0, total) / 2)
  return { before, after: Math.max(0, total) - before, missing: Math.max(0, -total) }
}

function samePads({ shape }: Value, kernel: number, stride: number): [number, number, number, number] {
  const [height, width] = shape.slice(2).map((length) => paddingOf(length as number, kernel, stride)) as [
    Padding,
    Padding,
  ]
  return [height.before, width.before, height.after, width.after]
}
