import { z } from 'zod'
import { sizeOf } from '../../base/shape.js'
import type { Value } from '../../graph/types.js'
import { gemm, reshape } from '../../ops/index.js'
import { ACTIVATION_NAMES } from '../activations.js'
import { initializerSchema } from '../initializers.js'
import type { LayerKind } from './kind.js'

export const denseSchema = z.strictObject({
  type: z.literal('dense'),
  units: z.int().min(1),
  activation: z.enum(ACTIVATION_NAMES).default('linear'),
  init: initializerSchema.default({ name: 'glorot' }),
  /** In a decoder: the weight is the transpose of the mirrored encoder layer's, one tensor with two uses. */
  tied: z.boolean().default(false),
})

/** z = x W + b, with x flattened to [batch, in], W [in, units], b [units]; tied: W = Vᵀ with the encoder's V [units, in]. */
export const dense: LayerKind<z.infer<typeof denseSchema>> = {
  outputShape: ({ units }) => [units],
  parameters: ({ units, init, tied }, input) => {
    const fan = { in: sizeOf(input), out: units }
    const bias = { name: 'bias', shape: [units], init: { name: 'zeros' } as const, fan }
    return tied ? [bias] : [{ name: 'weight', shape: [fan.in, fan.out], init, fan }, bias]
  },
  emit: ({ tied }, x, { weight, bias }) => {
    const flat = reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1) as readonly number[])])
    return gemm(flat, weight as Value, { c: bias as Value, transB: tied })
  },
}
