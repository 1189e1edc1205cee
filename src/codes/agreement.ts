import { DiaboloError } from '../base/errors.js'

type Labels = ArrayLike<number>

/** How many samples have each pair of labels. */
interface Contingency {
  readonly rows: number
  readonly pairs: readonly number[]
  readonly first: readonly number[]
  readonly second: readonly number[]
}

/**
 * Normalised mutual information of two ways to label the same samples: I(a; b) / ((H(a) + H(b)) / 2), from 0, where one says
 * nothing of the other, to 1, where they differ in names only. What the labels are called does not matter.
 *
 * @returns 1 when both put everything in one group
 * @throws E_DATA when there is not one label for each other's
 * @see Strehl & Ghosh (2002); normalised by the mean, as scikit-learn does
 */
export function mutualInformation(a: Labels, b: Labels): number {
  const counts = contingency(a, b)
  const [h, k] = [entropy(counts.first, counts.rows), entropy(counts.second, counts.rows)]
  if (h === 0 && k === 0) return 1
  const shared = h + k - entropy(counts.pairs, counts.rows)
  // of independent labels, rounding may leave less than nothing
  return Math.max(0, shared) / ((h + k) / 2)
}

/**
 * Adjusted Rand index of two ways to label the same samples: of all pairs of samples, how many are together in both, as a
 * part of how many could be, each less what chance gives. 1 where they differ in names only, about 0 by chance.
 *
 * @throws E_DATA when there is not one label for each other's
 * @see Hubert & Arabie (1985)
 */
export function adjustedRand(a: Labels, b: Labels): number {
  const { rows, pairs, first, second } = contingency(a, b)
  const [together, alike, same] = [pairsWithin(pairs), pairsWithin(first), pairsWithin(second)]
  const chance = rows > 1 ? (alike * same) / pairsWithin([rows]) : 0
  const most = (alike + same) / 2
  return most === chance ? 1 : (together - chance) / (most - chance)
}

/**
 * The part of the samples that are in a group whose most frequent label is theirs.
 *
 * @throws E_DATA when there is not one label for each other's
 */
export function purity(groups: Labels, labels: Labels): number {
  const most = new Map<number, number>()
  for (const [key, count] of tally(groups, labels)) {
    const group = Number(key.split(' ')[0])
    most.set(group, Math.max(most.get(group) ?? 0, count))
  }
  return [...most.values()].reduce((sum, count) => sum + count, 0) / labels.length
}

const entropy = (counts: readonly number[], rows: number): number =>
  counts.reduce((sum, count) => sum - (count / rows) * Math.log(count / rows), 0)

const pairsWithin = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0)

function contingency(a: Labels, b: Labels): Contingency {
  const both = tally(a, b)
  return {
    rows: a.length,
    pairs: [...both.values()],
    first: [...tally(a, a).values()],
    second: [...tally(b, b).values()],
  }
}

function tally(a: Labels, b: Labels): Map<string, number> {
  if (a.length !== b.length || a.length === 0) {
    throw new DiaboloError('E_DATA', {
      at: 'agreement of labels',
      expected: 'two labels for each sample, and at least one sample',
      found: `${a.length} and ${b.length} labels`,
      hint: 'compare labels of the same samples, in the same order',
    })
  }
  const counts = new Map<string, number>()
  for (let i = 0; i < a.length; i++) {
    const key = `${a[i]} ${b[i]}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}
