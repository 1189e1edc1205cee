import { DiaboloError } from '../base/errors.js'

/** One of a hundred samples like those that the threshold was taken from is above it. */
export const DEFAULT_QUANTILE = 0.99

/**
 * The smallest score that at least this part of all scores does not exceed (nearest rank): s₍⌈q n⌉₎ of n in order.
 *
 * @param quantile  above 0, 1 at most: with 1 it is the largest score
 * @throws E_OPTION when it is not; E_DATA when there are no scores
 */
export function quantileOf(scores: Float32Array, quantile: number): number {
  if (!(quantile > 0 && quantile <= 1)) {
    throw new DiaboloError('E_OPTION', {
      at: 'quantile of a threshold',
      expected: 'a number above 0 and at most 1',
      found: `${quantile}`,
      hint: `leave it out for ${DEFAULT_QUANTILE}`,
    })
  }
  const value = scores.toSorted()[Math.ceil(quantile * scores.length) - 1]
  if (value !== undefined && Number.isFinite(value)) return value
  throw new DiaboloError('E_DATA', {
    at: 'scores that a threshold is taken from',
    expected: 'at least one, and finite numbers',
    found: value === undefined ? 'none' : `${value}`,
    hint: 'give samples of the kind that the model was trained on',
  })
}
