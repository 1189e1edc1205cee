import { z } from 'zod'
import type { Value } from '../graph/types.js'
import { mul, reduceSum, reduceSumSquare, softplus, sub } from '../ops/index.js'

/** What a loss may look at. */
export interface LossContext {
  /** float32 [batch, width]: the reconstruction. */
  readonly output: Value
  /** float32 [batch, width]: the reconstruction before the last nonlinearity. */
  readonly logits: Value
  /** float32 [batch, width]: what the reconstruction should be. */
  readonly target: Value
  /** float32 [batch, code]. */
  readonly code: Value
}

export const lossSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('mse') }),
  z.strictObject({ type: z.literal('crossEntropy') }),
])

export type LossSpec = z.infer<typeof lossSchema>

type LossKind = (context: LossContext) => Value

/** Σ (y − x)² / n, over the n values of the batch. */
const mse: LossKind = ({ output, target }) => mul(reduceSumSquare(sub(output, target)), 1 / countOf(output))

/**
 * Sigmoid cross-entropy, nats per value: Σ [ln(1 + eᶻ) − x z] / n with logits z, which is
 * −x ln σ(z) − (1 − x) ln(1 − σ(z)) without its overflow.
 */
const crossEntropy: LossKind = ({ logits: z, target: x }) => mul(reduceSum(sub(softplus(z), mul(x, z))), 1 / countOf(z))

const LOSSES: { readonly [K in LossSpec['type']]: LossKind } = { mse, crossEntropy }

/** float32 []: the loss of a batch whose size is known. */
export const emitLoss = (spec: LossSpec, context: LossContext): Value => LOSSES[spec.type](context)

const countOf = ({ shape }: Value) => (shape as readonly number[]).reduce((count, dim) => count * dim, 1)
