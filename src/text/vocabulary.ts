import { DiaboloError } from '../base/errors.js'

/** The words that documents are told apart by, and how common they are. Plain JSON. */
export interface Vocabulary {
  /** Stems, the commonest first. */
  readonly stems: readonly string[]
  /** For each stem, in how many documents it stands. */
  readonly frequencies: readonly number[]
  /** Documents that were counted. */
  readonly documents: number
}

/**
 * The stems that stand most often in these documents; those that stand equally often in alphabetical order.
 *
 * @param documents  each document's stems
 * @param size       how many stems, at most; 2,000 as in Hinton & Salakhutdinov (2006)
 * @throws E_DATA when there is no stem in any of them
 */
export function vocabularyOf(documents: readonly (readonly string[])[], size = 2000): Vocabulary {
  const counts = new Map<string, { total: number; frequency: number }>()
  for (const stems of documents) {
    for (const stem of stems) {
      const count = counts.get(stem)
      if (count) count.total++
      else counts.set(stem, { total: 1, frequency: 0 })
    }
    for (const stem of new Set(stems)) (counts.get(stem) as { frequency: number }).frequency++
  }
  const commonest = [...counts].sort(([a, { total: m }], [b, { total: n }]) => n - m || (a < b ? -1 : 1)).slice(0, size)
  if (commonest.length === 0) {
    throw new DiaboloError('E_DATA', {
      at: `${documents.length} documents`,
      expected: 'words other than stop words',
      found: 'none',
      hint: 'give documents with text in them',
    })
  }
  return {
    stems: commonest.map(([stem]) => stem),
    frequencies: commonest.map(([, { frequency }]) => frequency),
    documents: documents.length,
  }
}
