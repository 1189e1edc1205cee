import { z } from 'zod'
import type { Value } from '../graph/types.js'
import { add, log, mul, reduceSum, sub } from '../ops/index.js'

/** What a loss adds for how a code is, whatever the reconstruction. */
export const penaltySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('klSparsity'),
    /** The mean activation wanted of every unit. */
    rho: z.number().gt(0).lt(1),
    weight: z.number().min(0),
  }),
])

export type PenaltySpec = z.infer<typeof penaltySchema>

/** Keeps logarithms finite where a unit is always off or always on; the gradient still leads away from there. */
const EDGE = 1e-7

/**
 * weight · Σⱼ KL(ρ ‖ ρ̂ⱼ) = weight · Σⱼ [ρ ln(ρ/ρ̂ⱼ) + (1 − ρ) ln((1 − ρ)/(1 − ρ̂ⱼ))], in nats, with 1e-7 added to both
 * arguments that depend on ρ̂.
 *
 * @param mean  float32 [units]: ρ̂, each unit's mean activation over the batch, in [0, 1]
 * @see Ng, CS294A lecture notes: Sparse autoencoder (2011)
 */
export function emitPenalty({ rho, weight }: PenaltySpec, mean: Value): Value {
  const units = mean.shape[0] as number
  const entropy = units * (rho * Math.log(rho) + (1 - rho) * Math.log(1 - rho))
  const on = mul(reduceSum(log(add(mean, EDGE))), rho)
  const off = mul(reduceSum(log(sub(1 + EDGE, mean))), 1 - rho)
  return mul(sub(entropy, add(on, off)), weight)
}
