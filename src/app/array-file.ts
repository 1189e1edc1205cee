import { extname } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import { sizeOf } from '../base/shape.js'
import { type Dataset, slice } from '../data/dataset.js'
import type { Rows } from '../model/faces.js'
import { requireNew, writeWhole } from '../node/files.js'
import { ARRAY_FORMATS, type ArraySource, labelLines } from './array-formats.js'

/** Numbers of a block: 4 MiB of them, and several times that as text. */
const BLOCK = 2 ** 20

/**
 * @throws E_OPTION, with the endings there are, when a name has another; E_EXISTS when there is such a file
 */
export async function requireArrayFile(path: string): Promise<void> {
  const ending = extname(path).slice(1)
  if (!Object.hasOwn(ARRAY_FORMATS, ending)) {
    throw new DiaboloError('E_OPTION', {
      at: `--out ${path}`,
      expected: `a name that ends in ${Object.keys(ARRAY_FORMATS)
        .map((name) => `.${name}`)
        .join(', ')}`,
      found: ending === '' ? 'one without an ending' : `.${ending}`,
      hint: '.npy for numpy, .csv for spreadsheets, .parquet for data frames, .tsv for the embedding projector',
    })
  }
  for (const file of filesOf(path)) await requireNew(file)
}

/**
 * Writes numbers in the format that the name's ending says, as they come. With `.tsv`, classes go into a second file,
 * `….metadata.tsv`.
 *
 * @returns the files
 */
export async function writeArrayFile(path: string, array: ArraySource): Promise<readonly string[]> {
  const write = ARRAY_FORMATS[extname(path).slice(1)] as (typeof ARRAY_FORMATS)[string]
  await writeWhole(path, write(array))
  const [, metadata] = filesOf(path)
  if (metadata === undefined || !array.labels) return [path]
  await writeWhole(metadata, labelLines(array.labels))
  return [path, metadata]
}

const filesOf = (path: string) => [path, ...(path.endsWith('.tsv') ? [path.replace(/\.tsv$/, '.metadata.tsv')] : [])]

/** Numbers that are all there. */
export function arrayOf(name: string, { shape, data }: Rows): ArraySource {
  const [rows = 0, ...own] = shape
  const step = Math.max(1, Math.floor(BLOCK / sizeOf(own))) * sizeOf(own)
  async function* blocks() {
    for (let at = 0; at < data.length; at += step) yield data.subarray(at, at + step)
  }
  return { name, rows, shape: own, blocks: blocks() }
}

/** What a model makes of samples, made as it is written: only a block of it is there at a time. */
export async function madeOf(
  name: string,
  samples: Dataset,
  make: (part: Dataset) => Promise<Rows>,
): Promise<ArraySource> {
  const { rows, labels } = samples
  const step = Math.max(1, Math.floor(BLOCK / sizeOf(samples.shape)))
  const first = await make(slice(samples, 0, step))
  async function* blocks() {
    yield first.data
    for (let from = step; from < rows; from += step) yield (await make(slice(samples, from, from + step))).data
  }
  return { name, rows, shape: first.shape.slice(1), labels, blocks: blocks() }
}
