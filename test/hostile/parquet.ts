import { readFileSync } from 'node:fs'
import { bytesOf, cuts, readData, u16, u32 } from './data.js'
import type { HostileFormat, Malformed } from './format.js'
import { type ColumnSpec, type FileSpec, type PageSpec, parquet, varint } from './parquet-writer.js'

const int32s = (...values: readonly number[]) => values.flatMap(u32)
const PLAIN: PageSpec = { body: int32s(1, 2, 3), values: 3 }
/** Levels of an optional column in which the second of three values is missing: packed, one byte of bits. */
const LEVELS = [2, 0, 0, 0, 0x03, 0b101]
const OPTIONAL: ColumnSpec = { name: 'o', optional: true, pages: [{ body: [...LEVELS, ...int32s(1, 3)], values: 3 }] }
const DICTIONARY: PageSpec = { type: 2, body: int32s(10, 20), values: 2 }
/** Two bits would be too many for the indices 0, 1, 1: one bit each, packed. */
const INDICES: PageSpec = { encoding: 8, body: [1, 0x03, 0b110], values: 3 }

const plain = parquet({ columns: [{ pages: [PLAIN] }, OPTIONAL] })
const dictionary = parquet({ columns: [{ pages: [DICTIONARY, INDICES] }] })
const second = parquet({
  columns: [
    {
      optional: true,
      pages: [{ type: 3, nulls: 1, levels: 2, body: [...LEVELS.slice(4), ...int32s(1, 3)], values: 3 }],
    },
  ],
})
const texts = parquet({
  columns: [{ type: 6, converted: 0, pages: [{ body: [...u32(1), 65, ...u32(0), ...u32(2), 66, 67], values: 3 }] }],
})
/** Written by pyarrow: many types, missing values, several pages and groups. */
const written = ['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4'].map((codec) =>
  Uint8Array.from(readFileSync(new URL(`../golden/table-${codec}.parquet`, import.meta.url))),
)

const file = (name: string, spec: Partial<FileSpec>): Malformed => ({
  name,
  bytes: parquet({ columns: [{ pages: [PLAIN] }], ...spec }),
})
const column = (name: string, spec: Partial<ColumnSpec>): Malformed =>
  file(name, { columns: [{ pages: [PLAIN], ...spec }] })
const page = (name: string, spec: Partial<PageSpec>, rest: Partial<ColumnSpec> = {}): Malformed =>
  column(name, { pages: [{ ...PLAIN, ...spec }], ...rest })
const levels = (name: string, ...bytes: readonly number[]): Malformed =>
  column(name, { optional: true, pages: [{ body: [...u32(bytes.length), ...bytes, ...int32s(1, 2, 3)], values: 3 }] })
const indices = (name: string, ...body: readonly number[]): Malformed =>
  column(name, { pages: [DICTIONARY, { ...INDICES, body }] })
const deltas = (name: string, ...body: readonly number[]): Malformed => page(name, { encoding: 5, body })

const malformed: Malformed[] = [
  ...cuts(plain, [4, 5, 8, 11, 12, 30, plain.length - 9, plain.length - 8, plain.length - 5, plain.length - 1]),
  { name: 'a mark twice and nothing else', bytes: bytesOf('PAR1PAR1') },
  { name: 'metadata of no bytes', bytes: bytesOf('PAR1', u32(0), 'PAR1') },
  { name: 'metadata of zeros', bytes: bytesOf('PAR1', new Uint8Array(40), u32(40), 'PAR1') },
  { name: 'metadata of ones', bytes: bytesOf('PAR1', new Uint8Array(40).fill(255), u32(40), 'PAR1') },
  {
    name: 'structs within structs, a hundred thousand deep',
    bytes: bytesOf('PAR1', new Uint8Array(100_000).fill(0x1c), u32(100_000), 'PAR1'),
  },
  {
    name: 'lists within lists, a hundred thousand deep',
    bytes: bytesOf('PAR1', [0x19], new Uint8Array(100_000).fill(0x19), u32(100_001), 'PAR1'),
  },
  file('metadata of 4 GiB', { footer: 0xffffffff }),
  file('metadata longer than the file', { footer: 5000 }),
  file('metadata one byte too short', { footer: 40 }),
  file('another mark at the end', { magic: 'PAR2' }),
  file('an encrypted end', { magic: 'PARE' }),
  file('no columns', { columns: [] }),
  file('no rows', { rows: 0, groupRows: 0 }),
  file('more rows than its groups have', { rows: 4, groupRows: 3 }),
  file('fewer rows than its groups have', { rows: 2, groupRows: 3 }),
  file('rows below zero', { rows: -3 }),
  file('two billion rows', { rows: 2 ** 31 - 1 }),
  file('2⁶² rows', { rows: 2n ** 62n }),
  file('the same group twice', { groups: 2, rows: 3, groupRows: 3 }),
  file('a million groups, by their count', { groups: 0, rows: 3 }),
  file('fewer chunks than columns', { chunks: 0 }),
  file('more children than columns', { children: 5 }),
  file('two billion children', { children: 2 ** 31 - 1 }),
  file('children below zero', { children: -1 }),
  file('the same name twice', { columns: [{ pages: [PLAIN] }, { pages: [PLAIN] }] }),
  column('a name that changes what objects are', { name: '__proto__' }),
  column('a column within a column', { children: 1 }),
  column('a repeated column', { repetition: 2 }),
  column('a type that does not exist', { type: 99 }),
  column('bytes of fixed length without a length', { type: 7 }),
  column('bytes of fixed length below zero', { type: 7, length: -4, converted: 5 }),
  column('bytes of a fixed length of 2 GiB', { type: 7, length: 2 ** 31 - 1, converted: 5 }),
  column('an interval', { type: 7, length: 12, converted: 21 }),
  column('a codec that does not exist', { codec: 99 }),
  column('a codec that nobody reads', { codec: 3 }),
  column('another type in its chunk', { chunkType: 5 }),
  column('another name in its chunk', { path: ['b'] }),
  column('no name in its chunk', { path: [] }),
  column('a chunk in another file', { filePath: '../../etc/passwd' }),
  column('pages before the file', { from: -100 }),
  column('pages beyond the file', { from: 100_000 }),
  column('pages in the metadata', { from: 60 }),
  column('pages of a size below zero', { total: -1 }),
  column('pages of 2⁵⁰ bytes', { total: 2 ** 50 }),
  column('a dictionary beyond the file', { dictionary: 100_000 }),
  column('a dictionary below zero', { dictionary: -5 }),
  column('more values than rows', { values: 4 }),
  column('no pages', { pages: [] }),
  file('a page that runs into the next column', {
    columns: [{ pages: [{ ...PLAIN, size: 20, packed: 20 }] }, { name: 'b', pages: [PLAIN] }],
  }),
  column('pages of fewer rows', { pages: [{ body: int32s(1), values: 1 }] }),
  column('pages of more rows', { pages: [PLAIN, PLAIN] }),
  column('a dictionary after its values', { pages: [PLAIN, DICTIONARY] }),
  column('pages of no rows', {
    pages: [
      { body: [], values: 0 },
      { body: [], values: 0 },
    ],
  }),
  page('a page header of zeros', { header: [0] }),
  page('a page header of ones', { header: new Array<number>(64).fill(255) }),
  page('a page header without end', { header: [0x15] }),
  page('a page of a type that does not exist', { type: 9 }),
  page('a page with an index', { type: 1 }),
  page('values below zero', { values: -3 }),
  page('two billion values', { values: 2 ** 31 - 1 }),
  page('more values than bytes', { body: int32s(1, 2) }),
  page('unpacked of another size', { size: 100 }),
  page('unpacked to 2 GiB', { size: 2 ** 31 - 1 }),
  page('unpacked to less than nothing', { size: -1 }),
  page('packed in less than nothing', { packed: -1 }),
  page('packed in 2 GiB', { packed: 2 ** 31 - 1 }),
  page('values encoded in a way that does not exist', { encoding: 77 }),
  page('texts that share their beginnings', { encoding: 7 }, { type: 6 }),
  page('numbers as texts of deltas', { encoding: 6 }),
  page('numbers as runs', { encoding: 3 }),
  page('indices without a dictionary', { encoding: 8, body: [1, 0x03, 0b110] }),
  page('texts longer than their page', { body: [...u32(1000), 65, 66, 67, 0, 0, 0, 0, 0] }, { type: 6 }),
  page('a text of 4 GiB', { body: [...u32(0xffffffff), 0, 0, 0, 0, 0, 0, 0, 0] }, { type: 6 }),
  page('true and false in no bytes', { body: [] }, { type: 0 }),
  ...['snappy', 'gzip', 'brotli', 'lz4', 'zstd', 'lz4 raw'].map((name, i) =>
    page(`${name} of something else`, {}, { codec: [1, 2, 4, 5, 6, 7][i] as number }),
  ),
  ...['snappy', 'gzip', 'brotli', 'lz4', 'zstd', 'lz4 raw'].map((name, i) =>
    page(`${name} of 60 MiB in a few bytes`, { size: 60 * 2 ** 20 }, { codec: [1, 2, 4, 5, 6, 7][i] as number }),
  ),
  page('zstd with a window of 2 GiB', { body: [0x28, 0xb5, 0x2f, 0xfd, 0, 0xa8, 0, 0, 0, 0, 0, 0] }, { codec: 6 }),
  levels('levels of a run of a billion', ...varint(2 ** 31), 1),
  levels('levels of four billion packed', ...varint(2 ** 32 - 1), 0b111),
  file('sixteen million missing values in ten bytes', {
    rows: 2 ** 24,
    columns: [{ optional: true, pages: [{ body: [...u32(5), ...varint(2 ** 25), 0], values: 2 ** 24 }] }],
  }),
  levels('levels without end', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  levels('levels of runs of none', ...new Array<number>(64).fill(0)),
  levels('no levels'),
  column('levels longer than their page', { optional: true, pages: [{ body: [...u32(5000), 1, 2], values: 3 }] }),
  column('levels without a length', { optional: true, pages: [{ body: [1, 2], values: 3 }] }),
  indices('indices of no bytes'),
  indices('indices of 99 bits', 99, 0x03, 0, 0, 0),
  indices('indices of 40 bits', 40, 0x03, ...new Array<number>(60).fill(0)),
  indices('an index that the dictionary does not have', 8, 0x06, 200),
  indices('indices in a run of a billion', 1, ...varint(2 ** 31), 1),
  indices('indices of which four billion are packed', 1, ...varint(2 ** 32 - 1), 0),
  column('a dictionary of two billion', { pages: [{ ...DICTIONARY, values: 2 ** 31 - 1 }, INDICES] }),
  column('a dictionary of less than none', { pages: [{ ...DICTIONARY, values: -1 }, INDICES] }),
  column('an empty dictionary', { pages: [{ ...DICTIONARY, values: 0 }, INDICES] }),
  column('two dictionaries', { pages: [DICTIONARY, DICTIONARY, INDICES] }),
  deltas('differences in no parts', ...varint(128), 0, 3, 0),
  deltas('differences in blocks of nothing', 0, 4, 3, 0),
  deltas('differences in four billion parts', ...varint(128), ...varint(2 ** 32 - 1), 3, 0),
  deltas('fewer differences than values', ...varint(128), 4, 1, 0),
  deltas('differences without a block', ...varint(128), 4, 3, 0),
  page('version 2 with more missing than values', { type: 3, nulls: 9 }),
  page('version 2 with fewer rows than values', { type: 3, rows: 1 }),
  page('version 2 with levels longer than the page', { type: 3, levels: 5000 }),
  page('version 2 with levels below zero', { type: 3, levels: -1 }),
  page('version 2 with repetitions', { type: 3, repetition: 2 }),
  page(
    'version 2 with indices of no bits that run without end',
    { type: 3, encoding: 8, body: [0, ...varint(2 ** 32 - 1), 0] },
    { pages: [DICTIONARY, { type: 3, encoding: 8, values: 3, body: [0, ...varint(2 ** 32 - 1), 0] }] },
  ),
  { name: 'sixteen bits of length in place of thirty-two', bytes: bytesOf('PAR1', u16(3), 'PAR1', 'PAR1') },
]

export const PARQUET: HostileFormat = {
  format: 'Parquet',
  seeds: [plain, dictionary, second, texts, ...written],
  read: readData,
  malformed,
}
