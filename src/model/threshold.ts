import { DiaboloError } from '../base/errors.js'

/** One of a hundred samples like those that the threshold was taken from is above it. */
export const DEFAULT_QUANTILE = 0.99

/** How a threshold is chosen: by one of these. */
export interface ThresholdOptions {
  readonly quantile?: number | undefined
  readonly falseAlarms?: number | undefined
}

/**
 * @throws E_OPTION when a number is out of range, or both are given; E_DATA when there are too few scores
 */
export function thresholdOf(scores: Float32Array, { quantile, falseAlarms }: ThresholdOptions) {
  if (falseAlarms === undefined) {
    const part = quantile ?? DEFAULT_QUANTILE
    return { value: quantileOf(scores, part), quantile: part }
  }
  if (quantile !== undefined) {
    throw new DiaboloError('E_OPTION', {
      at: 'options of withThreshold',
      expected: 'a quantile, or a rate of false alarms',
      found: `quantile ${quantile} and falseAlarms ${falseAlarms}`,
      hint: 'leave one of them out',
    })
  }
  const rank = conformalRank(falseAlarms, scores.length)
  return { value: scoreOfRank(scores, rank), quantile: rank / scores.length, falseAlarms }
}

/**
 * Refuses what could be no threshold, whatever the scores are.
 *
 * @param rows  scores that it will be taken from
 * @throws E_OPTION when a number is out of range; E_DATA when there are too few scores
 */
export function requireThreshold({ quantile, falseAlarms }: ThresholdOptions, rows: number): void {
  if (falseAlarms === undefined) requireQuantile(quantile ?? DEFAULT_QUANTILE)
  else conformalRank(falseAlarms, rows)
}

/**
 * The smallest score that at least this part of all scores does not exceed (nearest rank): s₍⌈q n⌉₎ of n in order.
 *
 * @param quantile  above 0, 1 at most: with 1 it is the largest score
 * @throws E_OPTION when it is not; E_DATA when there are no scores
 */
export function quantileOf(scores: Float32Array, quantile: number): number {
  requireQuantile(quantile)
  return scoreOfRank(scores, Math.ceil(quantile * scores.length))
}

function requireQuantile(quantile: number): void {
  if (quantile > 0 && quantile <= 1) return
  throw new DiaboloError('E_OPTION', {
    at: 'quantile of a threshold',
    expected: 'a number above 0 and at most 1',
    found: `${quantile}`,
    hint: `leave it out for ${DEFAULT_QUANTILE}`,
  })
}

/**
 * The score with this rank, 1 being the smallest's.
 *
 * @throws E_DATA when there are not so many, or it is no number
 */
export function scoreOfRank(scores: Float32Array, rank: number): number {
  const value = scores.toSorted()[rank - 1]
  if (value !== undefined && Number.isFinite(value)) return value
  throw new DiaboloError('E_DATA', {
    at: 'scores that a threshold is taken from',
    expected: 'at least one, and finite numbers',
    found: value === undefined ? 'none' : `${value}`,
    hint: 'give samples of the kind that the model was trained on',
  })
}

/**
 * The rank of a split-conformal threshold: a sample like those that were scored, none of which the model learned from, is
 * above the ⌈(1 − α)(n + 1)⌉-th of n scores with probability at most α, whatever the model.
 *
 * @param rate  α, the part of ordinary samples that may be called anomalies
 * @param rows  n
 * @throws E_OPTION when the rate is not between 0 and 1; E_DATA when there are too few scores to say so
 * @see Vovk, Gammerman & Shafer (2005); Bates, Candès, Lei, Romano & Sesia (2023)
 */
export function conformalRank(rate: number, rows: number): number {
  if (!(rate > 0 && rate < 1)) {
    throw new DiaboloError('E_OPTION', {
      at: 'falseAlarms of a threshold',
      expected: 'a number between 0 and 1, the part of ordinary samples that may be called anomalies',
      found: `${rate}`,
      hint: 'for example 0.01',
    })
  }
  // (1 − α)(n + 1) may miss a whole number by a rounding
  const rank = Math.ceil((1 - rate) * (rows + 1) - 1e-9)
  if (rank <= rows) return rank
  throw new DiaboloError('E_DATA', {
    at: `samples for a threshold with at most ${rate} false alarms`,
    expected: `at least ${Math.ceil(1 / rate - 1e-9) - 1} that the model did not learn from`,
    found: `${rows}`,
    hint: 'hold out more samples, or allow more false alarms',
  })
}
