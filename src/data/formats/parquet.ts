import { parquetMetadata } from 'hyparquet'
import { readColumn } from 'hyparquet/src/column.js'
import { DiaboloError } from '../../base/errors.js'
import type { ByteSource } from '../byte-source.js'
import { type Column, emptyColumn, type TableStream } from '../table.js'
import { checkPage, findPages, type PagePlace } from './parquet-pages.js'
import { Malformed } from './parquet-runs.js'
import { type ParquetColumn, planOf, type RowGroup } from './parquet-schema.js'

const MOST_METADATA = 2 ** 26
/** Bytes of unpacked pages of one column that are held at a time. */
const MOST_HELD = 2 ** 29

/** Dates as seconds since 1970, and texts. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => Number(millis) / 1e3,
  timestampFromMicroseconds: (micros: bigint) => Number(micros) / 1e6,
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos) / 1e9,
  dateFromDays: (days: number) => days * 86_400,
  stringFromBytes: (bytes: Uint8Array) => bytes && new TextDecoder().decode(bytes),
  jsonFromBytes: (bytes: Uint8Array) => bytes && new TextDecoder().decode(bytes),
  geometryFromBytes: () => undefined,
  geographyFromBytes: () => undefined,
  uuidFromBytes(bytes: Uint8Array) {
    if (!bytes) return undefined
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  },
}

export const isParquet = (bytes: Uint8Array): boolean => [0x50, 0x41, 0x52, 0x31].every((byte, i) => bytes[i] === byte)

/**
 * A table from a Parquet file with flat columns. Of a row's group, only the pages with that row are read.
 *
 * @throws E_TRUNCATED when its end is missing; E_FORMAT, E_UNSAFE, E_DATA as the file is
 */
export async function parquetStream(source: ByteSource): Promise<TableStream> {
  const { name } = source
  const tail = source.size >= 12 ? await source.read(source.size - 8, source.size) : new Uint8Array(8)
  if (!isParquet(tail.subarray(4))) {
    const hint = 'copy or download the file again; it must not be encrypted'
    throw new DiaboloError('E_TRUNCATED', { at: name, expected: 'PAR1 at the end', found: 'other bytes', hint })
  }
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true)
  const end = source.size - 8 - length
  if (end < 4 || length > MOST_METADATA) throw malformed(name, new Malformed(`metadata of ${length} bytes`))
  const metadata = await source.read(end, source.size)
  const { rows, columns, groups } = guard(name, () =>
    planOf(parquetMetadata(metadata, { geoparquet: false }), end, name),
  )
  const pages = new Map<string, Promise<PagePlace[]>>()
  const pagesOf = (group: RowGroup, at: number): Promise<PagePlace[]> => {
    const key = `${group.first} ${at}`
    const known = pages.get(key)
    if (known) return known
    const found = findPages(source, group.chunks[at] as RowGroup['chunks'][number], group.rows)
    pages.set(key, found)
    // what could not be read once may be there the next time
    found.catch(() => pages.delete(key))
    return found
  }
  return {
    name,
    rows,
    columns: columns.map(({ head }) => head),
    async read(from, to) {
      const filled: Column[] = columns.map(({ head }) => emptyColumn(head, to - from))
      for (const group of groups) {
        const [start, stop] = [Math.max(from, group.first), Math.min(to, group.first + group.rows)]
        if (start >= stop) continue
        for (const [i, column] of columns.entries()) {
          const at = `${name}, "${column.head.name}", rows ${start} to ${stop - 1}`
          const found = await guardAsync(at, () => pagesOf(group, i))
          const wanted = found.filter(
            (page) =>
              page.dictionary || (page.first < stop - group.first && page.first + page.rows > start - group.first),
          )
          const parts = await Promise.all(wanted.map(({ at: place, size }) => source.read(place, place + size)))
          const values = guard(at, () =>
            decode(parts, wanted, column, (group.chunks[i] as RowGroup['chunks'][number]).codec),
          )
          const first = group.first + (wanted.find(({ dictionary }) => !dictionary)?.first ?? 0)
          const target = filled[i] as Column
          for (let row = start; row < stop; row++) put(target, row - from, values[row - first])
        }
      }
      return { name, rows: to - from, columns: filled }
    },
  }
}

/** The values of some pages, one after the other. */
function decode(
  parts: readonly Uint8Array[],
  pages: readonly PagePlace[],
  column: ParquetColumn,
  codec: string,
): readonly unknown[] {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  const unpacked = new Map<number, Uint8Array>()
  let [at, held, nulls, entries, rows] = [0, 0, 0, 0, 0]
  for (const [i, part] of parts.entries()) {
    all.set(part, at)
    const page = checkPage(part, column, codec, entries)
    held += page.unpacked?.bytes.length ?? 0
    if (held > MOST_HELD) throw new Malformed(`pages that unpack to more than ${MOST_HELD} bytes`)
    if (page.unpacked) unpacked.set(at + page.unpacked.at, page.unpacked.bytes)
    if (pages[i]?.dictionary) entries = page.entries
    nulls += page.nulls
    rows += pages[i]?.rows ?? 0
    at += part.length
  }
  const { element } = column
  const leaf = { children: [], count: 1, element, path: [element.name] }
  const { data } = readColumn(
    { view: new DataView(all.buffer), offset: 0 },
    { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows },
    {
      pathInSchema: [element.name],
      type: element.type as NonNullable<typeof element.type>,
      element,
      schemaPath: [{ children: [leaf], count: 2, element: { name: 'schema' }, path: [] }, leaf],
      codec: codec as 'SNAPPY',
      parsers: PARSERS as never,
      // each page was unpacked when it was looked through
      compressors: { [codec]: (input: Uint8Array) => unpacked.get(input.byteOffset) as Uint8Array },
    },
  )
  const values: unknown[] =
    data.length === 1
      ? (data[0] as unknown as unknown[])
      : data.flatMap((chunk) => Array.from(chunk as ArrayLike<unknown>))
  let missing = 0
  for (let i = 0; i < values.length; i++) if (values[i] === undefined || values[i] === null) missing++
  // an index that no entry of the dictionary has would pass for a missing value
  if (values.length !== rows || missing !== nulls)
    throw new Malformed(`${values.length} values, ${missing} of them missing, in place of ${rows} and ${nulls}`)
  return values
}

function put(column: Column, row: number, value: unknown): void {
  if (value === undefined || value === null) return
  if (column.type === 'number') column.values[row] = Number(value)
  else (column.values as (string | undefined)[])[row] = String(value)
}

/** What the reader of the format throws on bytes that are not of it, as what it is. */
function guard<T>(at: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw malformed(at, cause)
  }
}

async function guardAsync<T>(at: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw malformed(at, cause)
  }
}

function malformed(at: string, cause: unknown): DiaboloError {
  if (cause instanceof DiaboloError) return cause
  // what broke within the reader tells a person nothing
  const broke = cause instanceof TypeError || cause instanceof RangeError || !(cause instanceof Error)
  const found = broke ? 'metadata or pages that cannot be followed' : cause.message
  return new DiaboloError('E_FORMAT', {
    at,
    expected: 'a Parquet file that keeps to its format',
    found: found.slice(0, 160),
    hint: 'write it again, for example with pandas: table.to_parquet(path), or copy or download it again',
    cause,
  })
}
