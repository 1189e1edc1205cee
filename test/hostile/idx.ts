import { gzipSync } from 'node:zlib'
import { bytesOf, cuts, patched, readData, u32be } from './data.js'
import type { HostileFormat, Malformed } from './format.js'

const idx = (shape: readonly number[], values: readonly number[], type = 8): Uint8Array =>
  bytesOf([0, 0, type, shape.length], ...shape.map(u32be), values)

const counting = (length: number) => Array.from({ length }, (_, i) => i & 255)
const images = idx([3, 2, 2], counting(12))
const labels = idx([5], counting(5))
const packed = Uint8Array.from(gzipSync(images))

const malformed: Malformed[] = [
  ...cuts(images, [0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 20, 27]),
  ...[0x00, 0x09, 0x0b, 0x0c, 0x0d, 0x0e, 0xff].map((type) => ({
    name: `element type ${type}`,
    bytes: idx([3], [1, 2, 3], type),
  })),
  ...[0, 5, 127, 255].map((rank) => ({ name: `rank ${rank}`, bytes: patched(images, 3, [rank]) })),
  { name: 'first byte not zero', bytes: patched(images, 0, [1]) },
  { name: 'second byte not zero', bytes: patched(images, 1, [1]) },
  { name: 'one value too many', bytes: bytesOf(images, [1]) },
  { name: 'a thousand values too many', bytes: bytesOf(images, counting(1000)) },
  { name: 'no rows', bytes: idx([0, 2, 2], []) },
  { name: 'rows of no values', bytes: idx([3, 0, 2], []) },
  { name: 'four billion rows', bytes: patched(images, 4, u32be(0xffffffff)) },
  { name: 'two billion rows', bytes: patched(images, 4, u32be(0x7fffffff)) },
  { name: 'a shape whose product overflows 2⁵³', bytes: idx([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [1]) },
  { name: 'a shape whose product is 2³² and a bit', bytes: idx([65536, 65537], [1]) },
  { name: 'a shape whose product is 0 by one axis', bytes: idx([0xffffffff, 0xffffffff, 0], []) },
  { name: 'little-endian lengths', bytes: bytesOf([0, 0, 8, 1], [5, 0, 0, 0], counting(5)) },
  { name: 'lengths of 8 bytes', bytes: bytesOf([0, 0, 8, 1], [0, 0, 0, 0, 0, 0, 0, 5], counting(5)) },
  ...cuts(packed, [1, 2, 3, 9, 10, 11, packed.length - 9, packed.length - 8, packed.length - 4, packed.length - 1]).map(
    ({ name, bytes }) => ({
      name: `gzip ${name}`,
      bytes,
    }),
  ),
  { name: 'gzip with a wrong checksum', bytes: patched(packed, packed.length - 8, [1, 2, 3, 4]) },
  { name: 'gzip with a wrong length', bytes: patched(packed, packed.length - 4, [1, 2, 3, 4]) },
  { name: 'gzip with a method that does not exist', bytes: patched(packed, 2, [7]) },
  { name: 'gzip with reserved flags', bytes: patched(packed, 3, [0xe0]) },
  { name: 'gzip of a block type that does not exist', bytes: patched(packed, 10, [0xff]) },
  { name: 'gzip in gzip', bytes: Uint8Array.from(gzipSync(packed)) },
  { name: 'gzip of nothing', bytes: Uint8Array.from(gzipSync(new Uint8Array())) },
  { name: 'gzip of a hundred million zeros', bytes: Uint8Array.from(gzipSync(new Uint8Array(1e8))) },
  { name: 'gzip of an IDX file cut short', bytes: Uint8Array.from(gzipSync(images.slice(0, 20))) },
]

export const IDX: HostileFormat = { format: 'IDX', seeds: [images, labels, packed], read: readData, malformed }
