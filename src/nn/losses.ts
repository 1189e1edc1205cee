import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import type { Value } from '../graph/types.js'
import {
  cast,
  div,
  equal,
  logSoftmax,
  max,
  mul,
  reduceSum,
  reduceSumSquare,
  reshape,
  softplus,
  sub,
} from '../ops/index.js'
import { type Columns, emitColumnErrors, emitMeanError } from './columns.js'

/** What a loss of reconstructions may look at. */
export interface LossContext {
  /** float32 [batch, width]: the reconstruction. */
  readonly output: Value
  /** float32 [batch, width]: the reconstruction before the last nonlinearity. */
  readonly logits: Value
  /** float32 [batch, width]: what the reconstruction should be. */
  readonly target: Value
  /** float32 [batch, code]. */
  readonly code: Value
  /** Where samples are rows of a table: what their columns are, and which values are there. */
  readonly table?: TableContext | undefined
}

export interface TableContext {
  readonly columns: Columns
  /** float32 [batch, columns]: 1 where a value is there, 0 where it is missing */
  readonly present: Value
}

const reconstructionLosses = [
  z.strictObject({ type: z.literal('mse') }),
  z.strictObject({ type: z.literal('crossEntropy') }),
  z.strictObject({ type: z.literal('columns') }),
  z.strictObject({ type: z.literal('multinomial') }),
] as const

export const lossSchema = z.discriminatedUnion('type', [
  ...reconstructionLosses,
  /** Of the head's classes: the samples' labels are the target. */
  z.strictObject({ type: z.literal('classes') }),
  /** Of the classes of a sample's pixels: its class map is the target. */
  z.strictObject({ type: z.literal('pixels') }),
])

export type LossSpec = z.infer<typeof lossSchema>

/** Losses whose target is the sample itself. */
export type ReconstructionLoss = z.infer<(typeof reconstructionLosses)[number]>

type LossKind = (context: LossContext) => Value

/** Σ (y − x)² / n, over the n values of the batch. */
const mse: LossKind = ({ output, target }) => mul(reduceSumSquare(sub(output, target)), 1 / countOf(output))

/**
 * Sigmoid cross-entropy, nats per value: Σ [ln(1 + eᶻ) − x z] / n with logits z, which is
 * −x ln σ(z) − (1 − x) ln(1 − σ(z)) without its overflow.
 */
const crossEntropy: LossKind = ({ logits: z, target: x }) => mul(reduceSum(sub(softplus(z), mul(x, z))), 1 / countOf(z))

/** The mean error of the values of a table that are there, each measured as its column's are. */
const columns: LossKind = ({ logits, target, table }) => {
  if (!table) throw noTable()
  const errors = emitColumnErrors({ logits, target, present: table.present }, table.columns)
  return emitMeanError(errors, table.present, [0, 1])
}

/**
 * Of counts, or of what words weigh: −Σᵢⱼ xᵢⱼ ln softmax(zᵢ)ⱼ / n, in nats per sample, over the n samples of the batch. It is
 * least where softmax(zᵢ) are the shares xᵢ / Σⱼ xᵢⱼ.
 *
 * @see Salakhutdinov & Hinton (2009), Semantic hashing, the fine-tuning
 */
const multinomial: LossKind = ({ logits: z, target: x }) =>
  mul(reduceSum(mul(logSoftmax(z), x)), -1 / (z.shape[0] as number))

/** Above 0, and far below any sum of weights. */
const SMALLEST = 1e-30

/** float32 [batch, width]: each row's parts of its sum; zeros stay zeros. */
export const emitShares = (x: Value): Value => div(x, max(reduceSum(x, { axes: [1], keepdims: true }), SMALLEST))

const noTable = () =>
  new DiaboloError('E_SPEC', {
    at: 'loss "columns"',
    expected: 'a model of the rows of a table, whose spec has a "table"',
    found: 'none',
    hint: 'use the loss "mse" or "crossEntropy"',
  })

const LOSSES: { readonly [K in ReconstructionLoss['type']]: LossKind } = { mse, crossEntropy, columns, multinomial }

/** float32 []: the loss of a batch whose size is known. */
export const emitLoss = (spec: ReconstructionLoss, context: LossContext): Value => LOSSES[spec.type](context)

/**
 * Softmax cross-entropy, nats per sample: −Σᵢ ln softmax(zᵢ)[labelᵢ] / n, over the n samples of the batch.
 *
 * @param logits  float32 [batch, classes]
 * @param labels  int32 [batch], from 0
 */
export function emitClassLoss(logits: Value, labels: Value): Value {
  const [batch, classes] = logits.shape as readonly [number, number]
  const numbers = { dtype: 'int32', shape: [classes], data: Int32Array.from({ length: classes }, (_, i) => i) } as const
  const picked = cast(equal(reshape(labels, [batch, 1]), logits.builder.constant(numbers)), 'float32')
  return mul(reduceSum(mul(logSoftmax(logits), picked)), -1 / batch)
}

const countOf = ({ shape }: Value) => (shape as readonly number[]).reduce((count, dim) => count * dim, 1)
