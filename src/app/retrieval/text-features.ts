import { DiaboloError } from '../../base/errors.js'
import { type Dataset, dataset } from '../../data/dataset.js'
import { countStems, weightStems } from '../../text/bag-of-words.js'
import { stemsOf } from '../../text/stems.js'
import type { Vocabulary } from '../../text/vocabulary.js'

/** What a model is given for documents: weighted words, each row of this Euclidean length. */
export const ROW_LENGTH = 5

/** Documents as rows of what their words weigh, float32 [documents, stems]; zeros where none is known. */
export const documentRows = (
  documents: readonly (readonly string[])[],
  vocabulary: Vocabulary,
  name: string,
): Dataset =>
  dataset(weightStems(countStems(documents, vocabulary), vocabulary, ROW_LENGTH), {
    name,
    shape: [vocabulary.stems.length],
  })

/** Unknown words that a message names. */
const MOST_NAMED = 8

/** A question as a document, and the stems in it that are not in the vocabulary, though documents may have them. */
export interface AskedText {
  readonly samples: Dataset
  readonly unknown: readonly string[]
}

/**
 * @throws E_DATA when there is no word in it, or none that the vocabulary knows
 */
export function askText(text: string, vocabulary: Vocabulary, at: string): AskedText {
  const stems = stemsOf(text)
  if (stems.length === 0) {
    throw new DiaboloError('E_DATA', {
      at,
      expected: 'words that say what is looked for',
      found: text.trim() === '' ? 'nothing' : 'only words such as "the" and "of", or none',
      hint: 'give a few words, or --file with a whole document',
    })
  }
  const known = new Set(vocabulary.stems)
  const unknown = [...new Set(stems.filter((stem) => !known.has(stem)))]
  if (stems.every((stem) => !known.has(stem))) {
    const named = unknown.slice(0, MOST_NAMED).join(', ')
    throw new DiaboloError('E_DATA', {
      at,
      expected: `at least one of the ${vocabulary.stems.length} commonest stems of the index`,
      found: unknown.length > MOST_NAMED ? `${named}, …` : named,
      hint: 'try commoner words that stand in documents about it, or make an index with a larger --vocabulary',
    })
  }
  return { samples: documentRows([stems], vocabulary, at), unknown }
}
