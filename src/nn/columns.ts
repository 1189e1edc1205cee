import type { Value } from '../graph/types.js'
import {
  cast,
  concat,
  div,
  gather,
  gemm,
  isNotNumber,
  logSoftmax,
  max,
  mul,
  reduceSum,
  slice,
  softmax,
  sub,
  where,
} from '../ops/index.js'

/** The features of one column of a table: `from` … `to − 1`. */
export interface ColumnSpan {
  readonly from: number
  readonly to: number
  /** A number, or one of several kinds of which one is 1 and the others 0, compared by a softmax or as numbers. */
  readonly kind: 'number' | 'softmax' | 'oneHot'
  /** Of its error, so that every column counts alike. */
  readonly weight: number
}

/** How a sample is a row of a table; features after the last column's are not reconstructed. */
export type Columns = readonly ColumnSpan[]

/** 1 where a column's value is there, 0 where it is missing: float32 [batch, columns] of features [batch, width] as stored. */
export function emitPresence(stored: Value, columns: Columns): Value {
  const first = BigInt64Array.from(columns, ({ from }) => BigInt(from))
  const places = stored.builder.constant({ dtype: 'int64', shape: [first.length], data: first })
  return emitPresent(gather(stored, places, 1))
}

/** 1 where a number is there, 0 where it is missing. */
export const emitPresent = (stored: Value): Value => sub(1, cast(isNotNumber(stored), 'float32'))

/** Logits as features: probabilities where kinds are compared by a softmax, and otherwise as they are. */
export function emitColumnOutput(logits: Value, columns: Columns): Value {
  if (columns.every(({ kind }) => kind !== 'softmax')) return logits
  const width = logits.shape[1] as number
  const end = columns.at(-1)?.to ?? 0
  const parts = runsOf(columns).map(({ from, to, kind }) => {
    const part = slice(logits, { axis: 1, from, to })
    return kind === 'softmax' ? softmax(part) : part
  })
  const rest = end < width ? [slice(logits, { axis: 1, from: end, to: width })] : []
  return joined([...parts, ...rest])
}

/** A value that is missing is 0 to the network: the mean, where a column was scaled to have one. */
export const emitFilled = (x: Value): Value => where(isNotNumber(x), 0, x)

export interface ColumnErrorContext {
  /** float32 [batch, width] */
  readonly logits: Value
  /** float32 [batch, width]: anything where values are missing */
  readonly target: Value
  /** float32 [batch, columns], as `emitPresence` gives it */
  readonly present: Value
}

/**
 * The error of every value, 0 where it is missing: w (z − x)² of a number, w Σ (z − x)² of a one-hot, and of a softmax its
 * cross-entropy −w Σ x ln softmax(z).
 *
 * @returns float32 [batch, columns]
 */
export function emitColumnErrors({ logits, target, present }: ColumnErrorContext, columns: Columns): Value {
  const parts = runsOf(columns).map(({ from, to, kind }) => {
    const [z, x] = [logits, target].map((value) => slice(value, { axis: 1, from, to })) as [Value, Value]
    if (kind === 'softmax') return mul(reduceSum(mul(x, logSoftmax(z)), { axes: [1], keepdims: true }), -1)
    const error = sub(z, x)
    const squared = mul(error, error)
    return kind === 'number' ? squared : reduceSum(squared, { axes: [1], keepdims: true })
  })
  const weights = Float32Array.from(columns, ({ weight }) => weight)
  const weight = logits.builder.constant({ dtype: 'float32', shape: [1, weights.length], data: weights })
  return mul(joined(parts), mul(present, weight))
}

/** float32 [batch, width] → [batch, columns]: the mean over each column's features. */
export function emitMeanByColumn(x: Value, columns: Columns): Value {
  const width = x.shape[1] as number
  const data = new Float32Array(width * columns.length)
  columns.forEach(({ from, to }, column) => {
    for (let i = from; i < to; i++) data[i * columns.length + column] = 1 / (to - from)
  })
  return gemm(x, x.builder.constant({ dtype: 'float32', shape: [width, columns.length], data }))
}

/**
 * The mean over values that are there: Σ e / Σ m, 0 where there are none.
 *
 * @param errors   float32 [batch, columns]
 * @param present  float32 [batch, columns]
 * @param axes     over which
 */
export function emitMeanError(errors: Value, present: Value, axes: readonly number[]): Value {
  const [sum, count] = [reduceSum(errors, { axes }), reduceSum(present, { axes })]
  return div(sum, max(count, 1))
}

/** Neighbouring numbers are computed together. */
function runsOf(columns: Columns): Omit<ColumnSpan, 'weight'>[] {
  const runs: { from: number; to: number; readonly kind: ColumnSpan['kind'] }[] = []
  for (const { from, to, kind } of columns) {
    const last = runs.at(-1)
    if (kind === 'number' && last?.kind === 'number') last.to = to
    else runs.push({ from, to, kind })
  }
  return runs
}

const joined = (parts: readonly Value[]): Value => (parts.length === 1 ? (parts[0] as Value) : concat(parts, 1))
