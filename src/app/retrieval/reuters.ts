import { DiaboloError } from '../../base/errors.js'
import type { Dataset } from '../../data/dataset.js'
import type { Relevant } from '../../search/precision.js'
import { stemsOf } from '../../text/stems.js'
import { type Vocabulary, vocabularyOf } from '../../text/vocabulary.js'
import { readStories } from './collection.js'
import { documentRows } from './text-features.js'

/** Reuters-21578 as retrieval is judged by it: test stories ask for training stories. */
export interface ReutersTrial {
  readonly vocabulary: Vocabulary
  /** float32 [stories, stems], weighted words. */
  readonly train: Dataset
  readonly test: Dataset
  /** Whether a test story and a training story have a topic in common. */
  readonly relevant: Relevant
}

/**
 * The ModApte split: stories that an indexer looked at and gave at least one topic, 7,775 to train on and to be found, 3,019
 * to ask with; the 2,000 commonest stems of the training stories. Nothing is taken from test stories, and topics are used to
 * judge only.
 *
 * @param folder  with the collection's `.sgm` files, packed by gzip or not
 * @throws E_MISSING when there are no stories of both parts
 * @see Lewis (1997), README of the collection, VIII.B
 */
export async function openReuters(folder: string): Promise<ReutersTrial> {
  const stories = (await readStories(folder)).filter(({ indexed, topics }) => indexed && topics.length > 0)
  const [asked, found] = (['test', 'train'] as const).map((wanted) => stories.filter(({ part }) => part === wanted))
  if (!asked?.length || !found?.length) {
    throw new DiaboloError('E_MISSING', {
      at: folder,
      expected: 'the files reut2-000.sgm … reut2-021.sgm of Reuters-21578, Distribution 1.0',
      found: 'no stories with topics, to train and to test on',
      hint: 'name the folder that has them: --data FOLDER',
    })
  }
  const stems = found.map(({ text }) => stemsOf(text))
  const vocabulary = vocabularyOf(stems)
  const topics = found.map((story) => new Set(story.topics))
  return {
    vocabulary,
    train: documentRows(stems, vocabulary, 'reuters, train'),
    test: documentRows(
      asked.map(({ text }) => stemsOf(text)),
      vocabulary,
      'reuters, test',
    ),
    relevant: (query, row) => (asked[query]?.topics ?? []).some((topic) => topics[row]?.has(topic)),
  }
}
