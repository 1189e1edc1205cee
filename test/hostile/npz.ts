import { formatNpy } from '../../src/data/formats/npy.js'
import { bytesOf, cuts, patched, readData, u16, u32, u64 } from './data.js'
import type { HostileFormat, Malformed } from './format.js'
import { npyWith } from './npy.js'
import { type Part, wideEnding, zip } from './zip.js'

const floats = formatNpy(
  [3, 4],
  Float32Array.from({ length: 12 }, (_, i) => i / 3),
)
const labels = formatNpy([3], Uint8Array.of(0, 1, 0))
const X: Part = { name: 'X.npy', content: floats }
const y: Part = { name: 'y.npy', content: labels }
const stored = zip([
  { ...X, method: 0 },
  { ...y, method: 0 },
])
const deflated = zip([X, y])
const inner = bytesOf(stored.slice(0, stored.length - 22))
const wide = zip([X], { count: 0xffff, size: 0xffffffff, from: 0xffffffff, before: wideEnding(0, 1, 0, 0) })

const one = (part: Partial<Part>): Uint8Array => zip([{ ...X, ...part }])

const malformed: Malformed[] = [
  ...cuts(deflated, [
    1,
    2,
    3,
    4,
    30,
    60,
    100,
    deflated.length - 23,
    deflated.length - 22,
    deflated.length - 21,
    deflated.length - 1,
  ]),
  { name: 'no file at all', bytes: zip([]) },
  { name: 'no array among the files', bytes: zip([{ name: 'README', content: bytesOf('hello') }]) },
  {
    name: 'two arrays that could be meant',
    bytes: zip([
      { ...X, name: 'a.npy' },
      { ...X, name: 'b.npy' },
    ]),
  },
  { name: 'the same name twice', bytes: zip([X, X]) },
  {
    name: 'a name that climbs out',
    bytes: zip([
      { ...X, name: '../../etc/passwd.npy' },
      { ...X, name: '/abs.npy' },
    ]),
  },
  {
    name: 'a name of no letters',
    bytes: zip([
      { ...X, name: '' },
      { ...X, name: 'z' },
    ]),
  },
  {
    name: 'objects for X',
    bytes: one({ content: npyWith("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n") }),
  },
  { name: 'X that is not an array', bytes: one({ content: bytesOf('hello') }) },
  { name: 'X of no bytes', bytes: one({ content: new Uint8Array() }) },
  { name: 'X cut short', bytes: one({ content: floats.slice(0, 100) }) },
  { name: 'a method that does not exist', bytes: one({ method: 99 }) },
  { name: 'bzip2', bytes: one({ method: 12 }) },
  { name: 'a password', bytes: one({ flags: 1 }) },
  { name: 'a wrong checksum', bytes: one({ crc: 1 }) },
  { name: 'a size too small', bytes: one({ size: 10 }) },
  { name: 'a size too large', bytes: one({ size: 1000 }) },
  { name: 'a size of 4 GiB', bytes: one({ size: 0xfffffffe }) },
  { name: 'a size of 1 GiB', bytes: one({ size: 2 ** 30 }) },
  { name: 'packed bytes of 4 GiB', bytes: one({ packed: 0xfffffffe }) },
  { name: 'packed bytes beyond the file', bytes: one({ packed: 5000 }) },
  { name: 'too few packed bytes', bytes: one({ packed: 5 }) },
  { name: 'no packed bytes', bytes: one({ packed: 0 }) },
  { name: 'stored of two sizes', bytes: one({ method: 0, size: 10 }) },
  { name: 'a header in the middle of another', bytes: one({ at: 7 }) },
  { name: 'a header beyond the file', bytes: one({ at: 0x7fffffff }) },
  { name: 'a header at the last byte', bytes: one({ at: deflated.length - 1 }) },
  { name: 'a header with another signature', bytes: one({ signature: [1, 2, 3, 4] }) },
  { name: 'a name longer than the directory', bytes: one({ nameLength: 0xffff }) },
  { name: 'a local extra field beyond the file', bytes: one({ localExtra: 0xffff }) },
  { name: 'a 64-bit field that is too short', bytes: one({ size: 0xffffffff, extra: [1, 0, 4, 0, 0, 0, 0, 0] }) },
  {
    name: 'a 64-bit field that is longer than it has place',
    bytes: one({ size: 0xffffffff, extra: [1, 0, 0xff, 0xff] }),
  },
  { name: 'a 64-bit size of 2⁶³', bytes: one({ size: 0xffffffff, extra: [1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0x80] }) },
  { name: 'a 64-bit place beyond the file', bytes: one({ at: 0xffffffff, extra: [1, 0, 8, 0, ...u64(2 ** 40)] }) },
  { name: 'more files than are listed', bytes: zip([X], { count: 7 }) },
  { name: 'sixty thousand files', bytes: zip([X], { count: 60_000 }) },
  { name: 'a directory of 4 GiB', bytes: zip([X], { size: 0xfffffffe }) },
  { name: 'a directory of no bytes', bytes: zip([X], { size: 0 }) },
  { name: 'a directory beyond the file', bytes: zip([X], { from: 0x7fffffff }) },
  { name: 'a directory that begins elsewhere', bytes: zip([X], { from: 3 }) },
  { name: 'a comment that is not there', bytes: patched(deflated, deflated.length - 2, u16(50)) },
  { name: 'a comment that looks like an end', bytes: zip([X], { comment: 'PK\x05\x06'.padEnd(22, '\0') }) },
  { name: 'a 64-bit end that is nowhere', bytes: wide },
  {
    name: 'a 64-bit end beyond the file',
    bytes: zip([X], { count: 0xffff, before: [0x50, 0x4b, 6, 7, ...u32(0), ...u64(2 ** 45), ...u32(1)] }),
  },
  { name: 'a signature and nothing else', bytes: bytesOf('PK\x03\x04') },
  { name: 'an end and nothing else', bytes: bytesOf('PK\x05\x06') },
  { name: 'an archive without its end', bytes: inner },
  {
    name: 'a hundred million zeros',
    bytes: one({ content: npyWith("{'descr': '|u1', 'fortran_order': False, 'shape': (100000000,), }\n"), size: 1e8 }),
  },
]

export const NPZ: HostileFormat = {
  format: 'npz',
  seeds: [stored, deflated, zip([X], { comment: 'made by hand' })],
  read: readData,
  malformed,
}
