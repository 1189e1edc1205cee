import { DiaboloError } from '../../base/errors.js'
import type { Dataset } from '../../data/dataset.js'
import { binarise } from '../../search/binary-codes.js'
import { cosineIndex } from '../../search/cosine-index.js'
import { hammingIndex } from '../../search/hamming-index.js'
import { hashTable, MOST_ADDRESS_BITS } from '../../search/hash-table.js'
import type { Hit } from '../../search/top-rows.js'
import type { Item } from './collection.js'
import type { SearchIndex } from './index-folder.js'
import { askText } from './text-features.js'

export interface SearchOptions {
  /** Hits, at most. */
  readonly top: number
  /** By bits that differ, not by the cosine of codes. */
  readonly hash?: boolean | undefined
  /** With `hash`: bits that may differ, at most. */
  readonly radius?: number | undefined
}

export interface Found extends Item {
  /** From 0, in the order of the index. */
  readonly row: number
  /** Cosine of the codes, of which 1 is the nearest. */
  readonly similarity?: number
  /** Bits that differ, of which 0 is the nearest. */
  readonly distance?: number
}

export interface SearchResult {
  readonly found: readonly Found[]
  /** Of a text: stems that are not in the vocabulary of the index, which has the commonest of its documents only. */
  readonly unknown: readonly string[]
  /** How it was searched. */
  readonly by: 'cosine' | 'address' | 'scan'
  /** Milliseconds of the look-up itself, the code being known. */
  readonly milliseconds: number
}

/**
 * What is nearest to a text.
 *
 * @throws E_DATA when it has no words that are known, or the index is not one of texts
 */
export async function searchText(
  index: SearchIndex,
  text: string,
  at: string,
  options: SearchOptions,
): Promise<SearchResult> {
  if (!index.vocabulary) {
    throw new DiaboloError('E_DATA', {
      at,
      expected: 'an image or a sample, as the index has',
      found: 'a text',
      hint: 'give a file: --file F',
    })
  }
  const { samples, unknown } = askText(text, index.vocabulary, at)
  return { ...(await searchSample(index, samples, options)), unknown }
}

/**
 * What is nearest to the first of some samples.
 *
 * @throws E_SHAPE when samples are not what the model takes
 */
export async function searchSample(
  { model, codes, items, thresholds, bits }: SearchIndex,
  samples: Dataset,
  { top, hash = false, radius }: SearchOptions,
): Promise<SearchResult> {
  const { data } = await model.encode(samples)
  const code = data.slice(0, model.codeWidth)
  const lookUp = hash ? hashLookUp(bits, binarise(code, thresholds).bytes, top, radius) : cosineLookUp(codes, code, top)
  const before = performance.now()
  const hits = lookUp.search()
  const milliseconds = performance.now() - before
  const found = hits.map(({ row, score }) => ({
    row,
    ...(items[row] as Item),
    ...(hash ? { distance: score } : { similarity: score }),
  }))
  return { found, unknown: [], by: lookUp.by, milliseconds }
}

interface LookUp {
  readonly by: SearchResult['by']
  readonly search: () => Hit[]
}

function cosineLookUp(codes: Float32Array, code: Float32Array, top: number): LookUp {
  const index = cosineIndex(codes, code.length)
  return { by: 'cosine', search: () => index.search(code, top) }
}

/** Short codes are addresses, around which a ball is looked up; all of the longer ones are scanned. */
function hashLookUp(bits: SearchIndex['bits'], code: Uint8Array, top: number, radius = bits.bits): LookUp {
  if (bits.bits <= MOST_ADDRESS_BITS) {
    const table = hashTable(bits)
    return {
      by: 'address',
      search: () => (radius < bits.bits ? table.within(code, radius).slice(0, top) : table.search(code, top)),
    }
  }
  const index = hammingIndex(bits)
  return { by: 'scan', search: () => index.search(code, top).filter(({ score }) => score <= radius) }
}
