import { join } from 'node:path'
import { z } from 'zod'
import { DiaboloError } from '../../base/errors.js'
import { issueOf } from '../../base/issue.js'
import { formatNpy } from '../../data/formats/npy.js'
import { readDataset } from '../../data/read.js'
import { Autoencoder } from '../../model/autoencoder.js'
import { exists, readBytes, writeWhole } from '../../node/files.js'
import type { Runtime } from '../../runtime/types.js'
import { type BinaryCodes, binarise, bytesPerCode } from '../../search/binary-codes.js'
import type { Vocabulary } from '../../text/vocabulary.js'
import { writeModel } from '../run-writer.js'
import type { Collection, Item } from './collection.js'

/** The files of an index, beside `model.onnx`. */
export const INDEX_FILES = {
  head: 'index.json',
  vocabulary: 'vocabulary.json',
  items: 'items.json',
  codes: 'codes.npy',
  bits: 'bits.npy',
  model: 'model.onnx',
} as const

const FORMAT = 'diabolo-index/1'

/** Values per code, at most. */
export const MOST_CODE = 1024

/** Items of an index, at most: codes are held in memory. */
const MOST_ITEMS = 2 ** 24

const headSchema = z.strictObject({
  format: z.literal(FORMAT),
  kind: z.enum(['texts', 'samples']),
  /** What was indexed. */
  data: z.string(),
  rows: z.int().min(1).max(MOST_ITEMS),
  /** Values per code, and bits. */
  code: z.int().min(1).max(MOST_CODE),
  /** Of each value of the code: above it, its bit is 1. */
  thresholds: z.array(z.number()),
})

const itemsSchema = z.array(z.strictObject({ name: z.string(), title: z.string().optional() }))

const vocabularySchema = z.strictObject({
  stems: z.array(z.string()).min(1),
  frequencies: z.array(z.int().min(0)),
  documents: z.int().min(1),
})

/** Things that can be found, by their codes. */
export interface SearchIndex {
  readonly kind: Collection['kind']
  readonly data: string
  readonly items: readonly Item[]
  readonly model: Autoencoder
  /** float32 [items, code] */
  readonly codes: Float32Array
  readonly thresholds: Float32Array
  readonly bits: BinaryCodes
  /** Of texts. */
  readonly vocabulary?: Vocabulary
}

/** Writes an index; its head last, so that what has one is whole. */
export async function writeIndex(folder: string, index: SearchIndex): Promise<void> {
  const { kind, data, items, model, codes, thresholds, bits, vocabulary } = index
  const write = (name: string, content: Uint8Array | string) => writeWhole(join(folder, name), content)
  const code = thresholds.length
  await writeModel(folder, model)
  if (vocabulary) await write(INDEX_FILES.vocabulary, `${JSON.stringify(vocabulary)}\n`)
  await write(INDEX_FILES.items, `${JSON.stringify(items)}\n`)
  await write(INDEX_FILES.codes, formatNpy([items.length, code], codes))
  await write(INDEX_FILES.bits, formatNpy([items.length, bytesPerCode(code)], bits.bytes))
  const head = { format: FORMAT, kind, data, rows: items.length, code, thresholds: [...thresholds] }
  await write(INDEX_FILES.head, `${JSON.stringify(head)}\n`)
}

/**
 * Reads an index, and holds its parts against each other.
 *
 * @throws E_MISSING when there is no index, or a part of it is gone; E_FORMAT, E_TRUNCATED when a part is not what it should be;
 *         E_SHAPE when parts do not belong together
 */
export async function readIndex(folder: string, runtime: Runtime): Promise<SearchIndex> {
  await requireIndex(folder)
  const head = await readJson(folder, INDEX_FILES.head, headSchema)
  const { kind, data, rows, code } = head
  const items = await readJson(folder, INDEX_FILES.items, itemsSchema)
  const fits = (name: string, what: string, expected: string, found: string) => {
    if (expected !== found) throw misfit(join(folder, name), `${expected} ${what}`, found)
  }
  fits(INDEX_FILES.items, 'names', `${rows}`, `${items.length}`)
  fits(INDEX_FILES.head, 'thresholds', `${code}`, `${head.thresholds.length}`)
  const codes = await readArray(folder, INDEX_FILES.codes)
  fits(INDEX_FILES.codes, 'of float32', `${rows} × ${code}`, `${codes.rows} × ${codes.values.length / codes.rows}`)
  const stored = await readArray(folder, INDEX_FILES.bits)
  const bytes = bytesPerCode(code)
  fits(INDEX_FILES.bits, 'bytes', `${rows} × ${bytes}`, `${stored.rows} × ${stored.values.length / stored.rows}`)
  const model = Autoencoder.fromBytes(await readBytes(join(folder, INDEX_FILES.model)), {
    at: join(folder, INDEX_FILES.model),
    runtime,
  })
  fits(INDEX_FILES.model, 'values per code', `${code}`, `${model.codeWidth}`)
  const vocabulary = kind === 'texts' ? await readJson(folder, INDEX_FILES.vocabulary, vocabularySchema) : undefined
  if (vocabulary) {
    const { stems, frequencies } = vocabulary
    const width = model.spec.input.reduce((size, dim) => size * dim, 1)
    fits(INDEX_FILES.vocabulary, 'stems, as the model takes', `${width}`, `${stems.length}`)
    fits(INDEX_FILES.vocabulary, 'frequencies', `${stems.length}`, `${frequencies.length}`)
  }
  const thresholds = Float32Array.from(head.thresholds)
  const values = codes.values as Float32Array
  const bits = binarise(values, thresholds)
  if (!Buffer.from(bits.bytes).equals(stored.values as Uint8Array)) {
    throw misfit(join(folder, INDEX_FILES.bits), 'the codes of codes.npy, each value above its threshold a 1', 'others')
  }
  return { kind, data, items, model, codes: values, thresholds, bits, ...(vocabulary && { vocabulary }) }
}

async function requireIndex(folder: string): Promise<void> {
  if (await exists(join(folder, INDEX_FILES.head))) return
  const there = await exists(folder)
  throw new DiaboloError('E_MISSING', {
    at: folder,
    expected: `the folder of an index, with ${INDEX_FILES.head} in it`,
    found: there ? 'a folder or file without' : 'nothing',
    hint: 'make one: diabolo index FOLDER --out DIR',
  })
}

async function readJson<S extends z.ZodType>(folder: string, name: string, schema: S): Promise<z.output<S>> {
  const at = join(folder, name)
  const text = new TextDecoder().decode(await readBytes(at))
  const parsed = schema.safeParse(parse(text))
  if (parsed.success) return parsed.data
  throw new DiaboloError('E_FORMAT', {
    at,
    expected: 'what "diabolo index" writes there',
    found: issueOf(parsed.error),
    hint: 'make the index again',
  })
}

/** @returns nothing where the text is not JSON, as no schema takes it */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @throws E_FORMAT when it is not an array of the type that its name says */
async function readArray(folder: string, name: string) {
  const at = join(folder, name)
  const array = await readDataset(await readBytes(at), at)
  const expected = name === INDEX_FILES.bits ? 'uint8' : 'float32'
  if (array.dtype === expected) return array
  throw misfit(at, `numbers of ${expected}`, array.dtype)
}

const misfit = (at: string, expected: string, found: string) =>
  new DiaboloError('E_SHAPE', { at, expected, found, hint: 'the parts of an index belong together: make it again' })
