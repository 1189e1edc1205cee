import type { PageHeader, SchemaElement } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { compressors, decompressZstd } from 'hyparquet-compressors'
import type { ByteSource } from '../byte-source.js'
import { checkDeltas, checkRuns, Malformed } from './parquet-runs.js'
import type { ParquetChunk, ParquetColumn } from './parquet-schema.js'

/** One page: where its header begins, and which rows of the group it holds. */
export interface PagePlace {
  readonly at: number
  /** Bytes of header and content. */
  readonly size: number
  readonly first: number
  readonly rows: number
  /** It holds the values that the others point to, and no rows. */
  readonly dictionary: boolean
}

/** Bytes by which a header is read first, and once more if it is longer: it may hold the smallest and the largest value. */
const HEADERS = [2 ** 12, 2 ** 20]
const MOST_PAGE = 2 ** 28
/** A page is decoded whole, whichever of its rows are wanted. */
const MOST_ROWS = 2 ** 22
/** Up to here a page may be packed as well as it can. */
const SMALL_PAGE = 2 ** 26
const MOST_RATIO = 1000

/** The pages of a chunk, found by their headers alone. */
export async function findPages(source: ByteSource, { from, to }: ParquetChunk, rows: number): Promise<PagePlace[]> {
  const pages: PagePlace[] = []
  let first = 0
  for (let at = from; at < to; ) {
    const { header, length } = await headerAt(source, at, to)
    const size = length + header.compressed_page_size
    const dictionary = header.type === 'DICTIONARY_PAGE'
    const held = rowsIn(header)
    if (held > MOST_ROWS) throw new Malformed(`a page of ${held} rows, more than ${MOST_ROWS}`)
    if (at + size > to) throw new Malformed(`a page of ${size} bytes that ends after its column`)
    if (first + held > rows) throw new Malformed(`pages of more than ${rows} rows`)
    if (dictionary && pages.length > 0) throw new Malformed('a dictionary after other pages')
    pages.push({ at, size, first, rows: held, dictionary })
    first += held
    at += size
  }
  if (first < rows) throw new Malformed(`pages with ${first} of ${rows} rows`)
  return pages
}

async function headerAt(source: ByteSource, at: number, to: number) {
  for (const [i, length] of HEADERS.entries()) {
    const end = Math.min(to, at + length)
    const bytes = await source.read(at, end)
    try {
      return readHeader(bytes)
    } catch (error) {
      if (error instanceof Malformed || end === to || i === HEADERS.length - 1) throw error
    }
  }
  throw new Malformed('a page header without end')
}

/** A page's header and its length, sizes checked. */
export function readHeader(bytes: Uint8Array): { readonly header: PageHeader; readonly length: number } {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 }
  const header = parquetHeader(reader)
  const { compressed_page_size: packed, uncompressed_page_size: size } = header
  if (!(packed >= 0 && size >= 0 && Number.isInteger(packed + size)))
    throw new Malformed(`a page of ${packed ?? 'no'} bytes, ${size ?? 'none'} unpacked`)
  if (size > MOST_PAGE || size > Math.max(SMALL_PAGE, MOST_RATIO * packed)) {
    throw new Malformed(`a page of ${packed} bytes that unpacks to ${size}`)
  }
  return { header, length: reader.offset }
}

/** Rows that a page says it holds; a flat column has one value per row. */
function rowsIn({
  type,
  data_page_header: v1,
  data_page_header_v2: v2,
  dictionary_page_header: dictionary,
}: PageHeader): number {
  if (type === 'DICTIONARY_PAGE' && dictionary) return 0
  const rows = type === 'DATA_PAGE' ? v1?.num_values : type === 'DATA_PAGE_V2' ? v2?.num_values : undefined
  if (rows === undefined || !(Number.isInteger(rows) && rows >= 0))
    throw new Malformed(`a page of type ${type ?? 'unknown'} with ${rows ?? 'no'} values`)
  if (type === 'DATA_PAGE_V2' && v2) {
    const counts = [v2.num_nulls, v2.num_rows, v2.definition_levels_byte_length, v2.repetition_levels_byte_length]
    if (!counts.every(Number.isInteger)) throw new Malformed('a page without all of its counts')
    if (v2.num_rows !== rows) throw new Malformed(`${rows} values in ${v2.num_rows} rows`)
  }
  return rows
}

/** A page that was looked through. */
export interface CheckedPage {
  /** Missing values. */
  readonly nulls: number
  /** Entries of a dictionary. */
  readonly entries: number
  /** What was packed, where in the page it was, and what it unpacks to. */
  readonly unpacked?: { readonly at: number; readonly bytes: Uint8Array }
}

/**
 * Unpacks a page and makes sure that everything in it that says "so many" has them.
 *
 * @param page     header and content
 * @param entries  of the dictionary before it; 0 where there is none
 */
export function checkPage(
  page: Uint8Array,
  { element, optional }: ParquetColumn,
  codec: string,
  entries: number,
): CheckedPage {
  const { header, length } = readHeader(page)
  const {
    uncompressed_page_size: size,
    data_page_header: v1,
    data_page_header_v2: v2,
    dictionary_page_header: dictionary,
  } = header
  const content = page.subarray(length)
  if (header.type === 'DATA_PAGE_V2' && v2) {
    const levels = v2.definition_levels_byte_length
    if (v2.repetition_levels_byte_length !== 0 || !(levels >= 0 && levels <= Math.min(content.length, size))) {
      throw new Malformed(`levels of ${v2.repetition_levels_byte_length} and ${levels} bytes`)
    }
    const nulls = optional ? v2.num_values - checkRuns(content.subarray(0, levels), 0, 1, v2.num_values) : 0
    if (v2.num_nulls !== nulls) throw new Malformed(`${nulls} missing values, and ${v2.num_nulls} in the header`)
    const packed = v2.is_compressed === false ? 'UNCOMPRESSED' : codec
    const values = unpackPage(content.subarray(levels), size - levels, packed)
    checkValues(values, 0, v2.encoding, element, v2.num_values - nulls, entries)
    return { nulls, entries: 0, unpacked: { at: length + levels, bytes: values } }
  }
  const values = unpackPage(content, size, codec)
  const unpacked = { at: length, bytes: values }
  if (dictionary && header.type === 'DICTIONARY_PAGE') {
    if (!(Number.isInteger(dictionary.num_values) && dictionary.num_values >= 0))
      throw new Malformed(`a dictionary of ${dictionary.num_values ?? 'no'} entries`)
    checkValues(values, 0, 'PLAIN', element, dictionary.num_values, 0)
    return { nulls: 0, entries: dictionary.num_values, unpacked }
  }
  if (!v1) throw new Malformed(`a page of type ${header.type ?? 'unknown'}`)
  let from = 0
  let nulls = 0
  if (optional) {
    if (values.length < 4) throw new Malformed('levels without a length')
    const levels = new DataView(values.buffer, values.byteOffset).getUint32(0, true)
    if (levels > values.length - 4) throw new Malformed(`levels of ${levels} bytes in a page of ${values.length}`)
    nulls = v1.num_values - checkRuns(values.subarray(0, 4 + levels), 4, 1, v1.num_values)
    from = 4 + levels
  }
  checkValues(values, from, v1.encoding, element, v1.num_values - nulls, entries)
  return { nulls, entries: 0, unpacked }
}

function unpackPage(content: Uint8Array, size: number, codec: string): Uint8Array {
  if (codec === 'UNCOMPRESSED') {
    if (content.length !== size) throw new Malformed(`${content.length} bytes in place of ${size}`)
    return content
  }
  const unpack = (compressors as Readonly<Record<string, (input: Uint8Array, length: number) => Uint8Array>>)[codec]
  if (!unpack) throw new Malformed(`values packed by ${codec ?? 'an unknown codec'}`)
  // given where to write, zstd does not allocate what the data says
  const bytes = codec === 'ZSTD' ? decompressInto(content, size) : unpack(content, size)
  if (bytes.length !== size) throw new Malformed(`a page that unpacks to ${bytes.length} bytes in place of ${size}`)
  return bytes
}

const decompressInto = (content: Uint8Array, size: number) =>
  size === 0 ? new Uint8Array() : decompressZstd(content, new Uint8Array(size))

const BYTES: Readonly<Record<string, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 }

/** @param count  values that are there */
function checkValues(
  bytes: Uint8Array,
  from: number,
  encoding: string,
  { type, type_length = 0 }: SchemaElement,
  count: number,
  entries: number,
): void {
  const left = bytes.length - from
  const width = type === 'FIXED_LEN_BYTE_ARRAY' ? type_length : BYTES[type as string]
  if (count === 0) return
  switch (encoding) {
    case 'PLAIN': {
      const least = type === 'BOOLEAN' ? Math.ceil(count / 8) : count * (width ?? 4)
      if (left < least) throw new Malformed(`${count} values in ${left} bytes`)
      return
    }
    case 'BYTE_STREAM_SPLIT':
      if (width === undefined || left < count * width) throw new Malformed(`${count} values in ${left} bytes`)
      return
    case 'RLE_DICTIONARY':
    case 'PLAIN_DICTIONARY': {
      const bits = bytes[from]
      if (entries === 0 || bits === undefined) throw new Malformed('values of a dictionary that is not there')
      if (bits > 0) checkRuns(bytes, from + 1, bits, count)
      else if (left > 1) checkRuns(bytes, from + 1, 0, count)
      return
    }
    case 'RLE':
      if (type !== 'BOOLEAN' || left < 4) throw new Malformed(`${type} as runs`)
      checkRuns(bytes, from + 4, 1, count)
      return
    case 'DELTA_BINARY_PACKED':
      if (type !== 'INT32' && type !== 'INT64') throw new Malformed(`${type} as differences`)
      checkDeltas(bytes, from, count)
      return
    case 'DELTA_LENGTH_BYTE_ARRAY':
      if (type !== 'BYTE_ARRAY') throw new Malformed(`${type} as texts`)
      checkDeltas(bytes, from, count)
      return
    default:
      throw new Malformed(`values encoded as ${encoding ?? 'unknown'}`)
  }
}
