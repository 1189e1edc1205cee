import { DiaboloError } from '../../base/errors.js'
import type { Dataset } from '../../data/dataset.js'
import type { Autoencoder } from '../../model/autoencoder.js'
import type { FittingOptions } from '../../model/estimator.js'
import { deep, documents } from '../../model/recipes.js'
import { binarise, mediansOf } from '../../search/binary-codes.js'
import { countStems } from '../../text/bag-of-words.js'
import { stemsOf } from '../../text/stems.js'
import { type Vocabulary, vocabularyOf } from '../../text/vocabulary.js'
import type { Collection, Item, Pictures, Texts } from './collection.js'
import { MOST_CODE, type SearchIndex } from './index-folder.js'
import { documentRows } from './text-features.js'

export interface IndexRequest extends Pick<FittingOptions, 'seed' | 'runtime' | 'signal' | 'onEvent'> {
  readonly collection: Collection
  /** Values per code. */
  readonly code: number
  /** Passes over the items; as many as 1,500 steps take when left out, from 10 to 300. */
  readonly epochs?: number | undefined
  /** Train the code of documents to be rounded to bits. */
  readonly binary?: boolean | undefined
  /** Of texts: stems that they are told apart by, at most, the commonest; 2,000 when left out. */
  readonly stems?: number | undefined
  /** Encode with it, in place of training one. */
  readonly known?: Known | undefined
}

/** A model that was trained before, and the vocabulary it was trained with. */
export interface Known {
  readonly model: Autoencoder
  readonly vocabulary?: Vocabulary | undefined
}

export interface BuiltIndex {
  readonly index: SearchIndex
  /** Texts without a word that tells anything, which cannot be found. */
  readonly skipped: readonly string[]
}

/** Steps that are taken unless the caller says how many epochs, samples in each, and the bounds of the epochs. */
const STEPS = 1500
const BATCH = 100
const [FEWEST_EPOCHS, MOST_EPOCHS] = [10, 300]

/** Units between the values of samples and the code. */
const HIDDEN = 500

/** Of networks for images: the recipe's own step size is for larger batches, and for many more of them. */
const SMALL_STEP = 0.001

/**
 * Learns codes of texts or samples, and makes them searchable.
 *
 * @throws E_OPTION when a code is wider than an index holds; E_DATA when no text has words, or there is only one item; E_SHAPE,
 *         E_MISSING when a model of before does not fit
 */
export async function buildIndex(request: IndexRequest): Promise<BuiltIndex> {
  const { collection } = request
  const { kind, name } = collection
  requireNarrow(request)
  const { samples, items, skipped, vocabulary } =
    collection.kind === 'texts' ? prepareTexts(collection, request) : prepareSamples(collection)
  if (items.length < 2) throw tooFew(name, items.length, skipped)
  const model = request.known?.model ?? (await learn(request, samples))
  const { data: codes } = await model.encode(samples)
  const thresholds = mediansOf(codes, model.codeWidth)
  const bits = binarise(codes, thresholds)
  const index = { kind, data: name, items, model, codes, thresholds, bits, ...(vocabulary && { vocabulary }) }
  return { index, skipped }
}

interface Prepared {
  readonly samples: Dataset
  readonly items: readonly Item[]
  readonly skipped: readonly string[]
  readonly vocabulary?: Vocabulary
}

const prepareSamples = ({ samples, items }: Pictures): Prepared => ({ samples, items, skipped: [] })

/** Documents without a known word have no direction, and are left out. */
function prepareTexts({ name, texts, items }: Texts, { known, stems: most }: IndexRequest): Prepared {
  if (known && !known.vocabulary) throw withoutVocabulary()
  const stems = texts.map(stemsOf)
  const vocabulary = known?.vocabulary ?? vocabularyOf(stems, most)
  const counts = countStems(stems, vocabulary)
  const width = vocabulary.stems.length
  const tells = (row: number) => counts.subarray(row * width, (row + 1) * width).some((count) => count > 0)
  const places = items.flatMap((_, row) => (tells(row) ? [row] : []))
  if (places.length === 0)
    throw tooFew(
      name,
      0,
      items.map((item) => item.name),
    )
  const kept = new Set(places)
  return {
    samples: documentRows(
      places.map((row) => stems[row] as string[]),
      vocabulary,
      name,
    ),
    items: places.map((row) => items[row] as Item),
    skipped: items.flatMap((item, row) => (kept.has(row) ? [] : [item.name])),
    vocabulary,
  }
}

function learn(request: IndexRequest, samples: Dataset): Promise<Autoencoder> {
  const { collection, code, binary = false, known: _, stems: __, ...fit } = request
  const batchSize = Math.min(BATCH, samples.rows)
  const own = Math.ceil((STEPS * batchSize) / samples.rows)
  const { epochs = Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, own)), ...how } = fit
  return collection.kind === 'texts'
    ? documents({ units: [code], batchSize, epochs, binary }).fit(samples, how)
    : deep({ units: [HIDDEN, code], batchSize, epochs, learningRate: SMALL_STEP }).fit(samples, how)
}

function requireNarrow({ code, known }: IndexRequest): void {
  const width = known?.model.codeWidth ?? code
  if (width <= MOST_CODE) return
  throw new DiaboloError('E_OPTION', {
    at: known ? '--model' : '--code',
    expected: `codes of at most ${MOST_CODE} values, which an index holds`,
    found: `${width}`,
    hint: known ? 'give a model with a narrower code, or leave --model out to train one' : 'give a smaller --code',
  })
}

function tooFew(at: string, found: number, skipped: readonly string[]): DiaboloError {
  return new DiaboloError('E_DATA', {
    at,
    expected: 'at least two things to tell apart',
    found: skipped.length > 0 ? `${found} with words that tell anything, and ${skipped.length} without` : `${found}`,
    hint: 'put more documents into the folder; empty ones cannot be found',
  })
}

const withoutVocabulary = () =>
  new DiaboloError('E_MISSING', {
    at: '--model, for texts',
    expected: 'the folder of an index of texts, which has the vocabulary of its model',
    found: 'a model without one',
    hint: 'give the folder of an index, or leave --model out to train one',
  })
