import { z } from 'zod'
import { sizeOf } from '../../base/shape.js'
import type { Value } from '../../graph/types.js'
import { add, gemm, matmul, reshape, transpose } from '../../ops/index.js'
import { ACTIVATION_NAMES } from '../activations.js'
import { initializerSchema } from '../initializers.js'
import type { LayerKind } from './kind.js'
import { membersOf } from './members.js'

export const denseSchema = z.strictObject({
  type: z.literal('dense'),
  units: z.int().min(1),
  activation: z.enum(ACTIVATION_NAMES).default('linear'),
  init: initializerSchema.default({ name: 'glorot' }),
  /** In a decoder: the weight is the transpose of the mirrored encoder layer's, one tensor with two uses. */
  tied: z.boolean().default(false),
  /** So many layers side by side, each with weights of its own: the input is [members, in], what one gives [members, units]. */
  members: z.int().min(1).optional(),
})

/**
 * z = x W + b, with x flattened to [batch, in], W [in, units], b [units]; tied: W = Vᵀ with the encoder's V [units, in].
 * With members, x is [batch, members, in], W [members, in, units] and b [members, units]: as many products side by side.
 */
export const dense: LayerKind<z.infer<typeof denseSchema>> = {
  outputShape: ({ units, members }, input) => (members === undefined ? [units] : [membersOf(input, members), units]),
  parameters: ({ units, init, tied, members }, input) => {
    const fan = { in: sizeOf(members === undefined ? input : input.slice(1)), out: units }
    const each = members === undefined ? [] : [members]
    const bias = { name: 'bias', shape: [...each, units], init: { name: 'zeros' } as const, fan }
    return tied ? [bias] : [{ name: 'weight', shape: [...each, fan.in, fan.out], init, fan }, bias]
  },
  emit: ({ tied, members }, x, { weight, bias }) => {
    if (members !== undefined) return sideBySide(x, weight as Value, bias as Value, tied)
    const flat = reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1) as readonly number[])])
    return gemm(flat, weight as Value, { c: bias as Value, transB: tied })
  },
}

/** @param x  float32 [batch, members, in] */
function sideBySide(x: Value, weight: Value, bias: Value, tied: boolean): Value {
  const z = matmul(transpose(x, [1, 0, 2]), tied ? transpose(weight, [0, 2, 1]) : weight)
  return add(transpose(z, [1, 0, 2]), bias)
}
