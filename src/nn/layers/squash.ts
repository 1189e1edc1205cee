import { z } from 'zod'
import { sizeOf } from '../../base/shape.js'
import type { Value } from '../../graph/types.js'
import { add, asinh, div, mul, reshape, sinh, sub } from '../../ops/index.js'
import type { LayerKind } from './kind.js'

export const squashSchema = z.strictObject({ type: z.literal('squash') })

/**
 * y = asinh((x − shift) / scale), value by value: standard scores, of which those far out count by their logarithm. A phase
 * that solves `standardize` sets shift and scale, both [width].
 */
export const squash: LayerKind<z.infer<typeof squashSchema>> = {
  outputShape: (_, input) => [sizeOf(input)],
  parameters: (_, input) => {
    const [shape, fan] = [[sizeOf(input)], { in: 1, out: 1 }]
    return [
      { name: 'shift', shape, init: { name: 'zeros' }, fan, fixed: true },
      { name: 'scale', shape, init: { name: 'ones' }, fan, fixed: true },
    ]
  },
  emit: (_, x, { shift, scale }) => {
    const flat = reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1) as readonly number[])])
    return asinh(div(sub(flat, shift as Value), scale as Value))
  },
}

export const unsquashSchema = z.strictObject({ type: z.literal('unsquash'), tied: z.literal(true).default(true) })

/** x = scale sinh y + shift, with the mirrored layer's shift and scale: back to the data's own units. */
export const unsquash: LayerKind<z.infer<typeof unsquashSchema>> = {
  outputShape: (_, input) => input,
  parameters: () => [],
  emit: (_, y, { shift, scale }) => add(mul(sinh(y), scale as Value), shift as Value),
}
