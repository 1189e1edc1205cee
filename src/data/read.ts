import { DiaboloError } from '../base/errors.js'
import { type ByteSource, byteSource } from './byte-source.js'
import { type Dataset, dataset } from './dataset.js'
import { idxStream, npyStream, npzStream } from './formats/arrays.js'
import { type CsvOptions, csvStream } from './formats/csv.js'
import { unpack } from './formats/gzip.js'
import { jsonlStream } from './formats/jsonl.js'
import { kindOf } from './formats/kind.js'
import { type ImageOptions, imageStream } from './images/image-stream.js'
import { numericRows } from './numeric-table.js'
import { bytesPerRow, isStream, type RowStream, readRows } from './row-stream.js'
import type { Table, TableStream } from './table.js'

export interface ReadOptions extends CsvOptions, ImageOptions {
  /** Which array of an `.npz` file; `X`, `x`, `data` or the only one with rows and columns when left out. */
  readonly array?: string
}

/** Bytes of samples, or of a table's numbers, that are held in memory at most. */
const MOST_HELD = 2 ** 31

export const isTable = (data: RowStream | TableStream): data is TableStream => 'columns' in data

/**
 * What a file holds, ready to be read piece by piece: samples of equal shape, or a table. Its content says which, not its
 * name. Packed files are unpacked into memory.
 *
 * @throws E_FORMAT, E_TRUNCATED, E_DATA, E_UNSAFE as the file is
 */
export async function openData(source: ByteSource, options: ReadOptions = {}): Promise<RowStream | TableStream> {
  const kind = await kindOf(source)
  switch (kind) {
    case 'gzip': {
      const plain = byteSource(await unpack(source), source.name)
      if ((await kindOf(plain)) !== 'gzip') return openData(plain, options)
      throw refuse(source.name, 'a file that is packed once', 'gzip in gzip', 'unpack it first')
    }
    case 'idx':
      return idxStream(source)
    case 'npy':
      return npyStream(source)
    case 'npz':
      return npzStream(source, options.array)
    case 'csv':
      return csvStream(source, options)
    case 'jsonl':
      return jsonlStream(source)
    case 'parquet':
      // with its decompressors it is as large as all the rest, and few need it
      return (await import('./formats/parquet.js')).parquetStream(source)
    default:
      return imageStream([{ open: async () => source }], { ...options, name: source.name })
  }
}

/**
 * The samples of a file, read when they are needed; a table of numbers is taken for samples.
 *
 * @throws what `openData` throws; E_DATA when a column is text
 */
export async function openRows(source: ByteSource, options?: ReadOptions): Promise<RowStream> {
  const data = await openData(source, options)
  return isTable(data) ? numericRows(data) : data
}

/**
 * The table of a file, read when it is needed.
 *
 * @throws what `openData` throws; E_FORMAT when the file holds samples without columns
 */
export async function openTable(source: ByteSource, options?: ReadOptions): Promise<TableStream> {
  const data = await openData(source, options)
  if (isTable(data)) return data
  throw refuse(source.name, 'a table: CSV, TSV, JSONL or Parquet', 'an array', 'use readDataset or fileStream')
}

/**
 * A data set from the bytes of a file; its content says what it is, not its name. One sample per index of the first axis,
 * or per row of a table of numbers.
 *
 * @param input  bytes, a `ByteSource`, or samples that are read when they are needed
 * @param name   of the file, for messages
 * @throws E_FORMAT, E_TRUNCATED, E_DATA, E_VALUE, E_UNSAFE as the file is
 */
export async function readDataset(
  input: Uint8Array | ByteSource | RowStream,
  name?: string,
  options?: ReadOptions,
): Promise<Dataset> {
  const stream =
    'shape' in input && isStream(input)
      ? input
      : await openRows(sourceOf(input as Uint8Array | ByteSource, name), options)
  const { rows, shape, scale, labels, classes } = stream
  requireSize(stream.name, rows * bytesPerRow(stream))
  const values = await readRows(stream, 0, rows)
  return dataset(values, { name: stream.name, shape, scale, ...(labels && { labels }), ...(classes && { classes }) })
}

/**
 * A table from the bytes of a file, all of it.
 *
 * @throws what `openTable` throws; E_DATA when it is too large to be held
 */
export async function readTable(input: Uint8Array | ByteSource, name?: string, options?: ReadOptions): Promise<Table> {
  const { rows, columns, read, ...stream } = await openTable(sourceOf(input, name), options)
  requireSize(stream.name, rows * columns.length * Float64Array.BYTES_PER_ELEMENT)
  return read(0, rows)
}

const sourceOf = (input: Uint8Array | ByteSource, name?: string): ByteSource =>
  input instanceof Uint8Array ? byteSource(input, name) : input

function requireSize(at: string, bytes: number): void {
  if (bytes <= MOST_HELD) return
  throw new DiaboloError('E_DATA', {
    at,
    expected: `at most ${MOST_HELD} bytes to hold in memory`,
    found: `${bytes}`,
    hint: 'stream it: fileStream(path), tableStream(path), or --stream',
  })
}

const refuse = (at: string, expected: string, found: string, hint: string) =>
  new DiaboloError('E_FORMAT', { at, expected, found, hint })
