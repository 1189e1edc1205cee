import { formatNpy } from '../../src/data/formats/npy.js'
import { bytesOf, cuts, patched, readData, u16, u32 } from './data.js'
import type { HostileFormat, Malformed } from './format.js'

const MAGIC = [0x93, ...'NUMPY'].map((each) => (typeof each === 'string' ? each.charCodeAt(0) : each))

/** A file with any text as its header. */
export const npyWith = (header: string, values: readonly number[] = [], version = 1): Uint8Array =>
  bytesOf(MAGIC, [version, 0], version === 1 ? u16(header.length) : u32(header.length), header, values)

const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`
const floats = formatNpy(
  [3, 4],
  Float32Array.from({ length: 12 }, (_, i) => i / 3),
)
const bytes = formatNpy(
  [2, 2, 2],
  Uint8Array.from({ length: 8 }, (_, i) => i),
)
const zeros = (count: number) => new Array<number>(count).fill(0)
const doubles = npyWith(header("'<f8'", '(2, 2)'), zeros(32), 2)

const wrongHeaders: readonly (readonly [string, string])[] = [
  ['an empty header', ''],
  ['a header of blanks', ' '.repeat(100)],
  ['a header that is not a dict', 'hello'],
  ['a header without descr', "{'fortran_order': False, 'shape': (2,), }\n"],
  ['a header without order', "{'descr': '<f4', 'shape': (2,), }\n"],
  ['a header without shape', "{'descr': '<f4', 'fortran_order': False, }\n"],
  ['an order that is neither', header("'<f4'", '(2,)', 'Maybe')],
  ['Fortran order with too few values', header("'<f4'", '(3, 2)', 'True')],
  ['objects', header("'|O'", '(2,)')],
  ['text', header("'<U5'", '(2,)')],
  ['complex numbers', header("'<c8'", '(2,)')],
  ['dates', header("'<M8[ns]'", '(2,)')],
  ['fields', header("[('a', '<f4'), ('b', '<i4')]", '(2,)')],
  ['floats of 16 bytes', header("'<f16'", '(2,)')],
  ['floats of 3 bytes', header("'<f3'", '(2,)')],
  ['floats of 0 bytes', header("'<f0'", '(2,)')],
  ['a type that is a key of objects', header("'<constructor'", '(2,)')],
  ['a negative length', header("'<f4'", '(-2,)')],
  ['a length that is no whole number', header("'<f4'", '(2.5,)')],
  ['a length in letters', header("'<f4'", '(two,)')],
  ['a length of 400 digits', header("'<f4'", `(${'9'.repeat(400)},)`)],
  ['a length of 2⁵³', header("'<f4'", '(9007199254740993,)')],
  ['lengths whose product overflows', header("'<f4'", '(4294967296, 4294967296, 4294967296)')],
  ['lengths whose product is 0 and infinite', header("'<f4'", `(0, ${'9'.repeat(400)})`)],
  ['no rows', header("'<f4'", '(0, 4)')],
  ['rows of no values', header("'<f4'", '(4, 0)')],
  ['nine axes', header("'<f4'", '(1, 1, 1, 1, 1, 1, 1, 1, 1)')],
  ['twenty thousand axes', header("'<f4'", `(${'1,'.repeat(20_000)})`)],
  ['a shape that is not closed', "{'descr': '<f4', 'fortran_order': False, 'shape': (2,"],
  ['a shape of commas', header("'<f4'", `(${','.repeat(1000)})`)],
  ['two shapes', "{'descr': '<f4', 'fortran_order': False, 'shape': (99,), 'shape': (1,), }\n"],
]

const malformed: Malformed[] = [
  ...cuts(floats, [0, 1, 5, 6, 7, 8, 9, 10, 11, 40, 64, 127, 128, 129, 175]),
  ...wrongHeaders.map(([name, text]) => ({ name, bytes: npyWith(text, zeros(16)) })),
  { name: 'a header longer than the file', bytes: patched(floats, 8, u16(0xffff)) },
  { name: 'a header of 4 GiB', bytes: bytesOf(MAGIC, [2, 0], u32(0xffffffff), "{'descr'") },
  { name: 'a header of 2 GiB', bytes: bytesOf(MAGIC, [2, 0], u32(0x7fffffff), "{'descr'") },
  { name: 'a header of no bytes', bytes: patched(floats, 8, u16(0)) },
  { name: 'a wrong magic number', bytes: patched(floats, 1, [0x6e]) },
  { name: 'a magic number without its first byte', bytes: floats.slice(1) },
  { name: 'the magic number twice', bytes: bytesOf(MAGIC, floats) },
  { name: 'infinities', bytes: formatNpy([2], Float32Array.of(1, Number.POSITIVE_INFINITY)) },
  { name: 'values that are not numbers', bytes: formatNpy([2], Float32Array.of(Number.NaN, 1)) },
]

export const NPY: HostileFormat = { format: 'npy', seeds: [floats, bytes, doubles], read: readData, malformed }
