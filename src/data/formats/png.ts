import { convertIndexedToRgb, decode } from 'fast-png'
import { DiaboloError } from '../../base/errors.js'
import { byteSource } from '../byte-source.js'
import type { Picture } from '../images/picture.js'
import { crc32 } from './crc.js'
import { unpack } from './gzip.js'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const MOST_PIXELS = 2 ** 26
/** What an image needs; all else is about it, and is left out. */
const NEEDED = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']
/** Of these, the ones that only images with a palette need: a colour that stands for nothing is kept as a colour. */
const OF_PALETTE = ['PLTE', 'tRNS']
/** Channels by colour type: grey, colour, palette, grey and alpha, colour and alpha; and the depths each may have. */
const KINDS: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
}
/** Where each of the seven passes of an interlaced image begins, and its steps: x, y, step of x, step of y. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
  /** With length, type and checksum. */
  readonly whole: Uint8Array
}

/**
 * The pixels of a PNG file, 8 bits a channel.
 *
 * @throws E_FORMAT, E_TRUNCATED, E_UNSAFE as the file is: sizes and checksums are compared with what is there before anything
 * is unpacked
 */
export async function decodePng(bytes: Uint8Array, at: string): Promise<Picture> {
  const chunks = chunksOf(bytes, at)
  const header = headerOf(chunks, at)
  const packed = concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  const size = rawSize(header)
  await unpack(byteSource(packed, at), { format: 'deflate', size })
  const palette = chunks.find(({ type }) => type === 'PLTE')
  const entries = (palette?.data.length ?? 0) / 3
  if (header.type === 3 && !(Number.isInteger(entries) && entries >= 1 && entries <= 256))
    throw refuse(at, 'a palette of 1 to 256 colours', `${entries}`)
  const needed = chunks.filter(({ type }) => NEEDED.includes(type) && (!OF_PALETTE.includes(type) || header.type === 3))
  let image: ReturnType<typeof decode>
  try {
    image = decode(concat([Uint8Array.from(SIGNATURE), ...needed.map(({ whole }) => whole)]))
    if (header.type === 3) {
      const values = Uint8Array.from(convertIndexedToRgb(image))
      return {
        width: header.width,
        height: header.height,
        channels: (values.length / (header.width * header.height)) as 3 | 4,
        values,
      }
    }
  } catch (cause) {
    throw refuse(at, 'an image that keeps to its format', cause instanceof Error ? cause.message : String(cause), cause)
  }
  return {
    width: header.width,
    height: header.height,
    channels: header.channels as Picture['channels'],
    values: toBytes(image.data, header),
  }
}

function chunksOf(bytes: Uint8Array, at: string): Chunk[] {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) throw refuse(at, 'the signature of PNG', 'other bytes')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const chunks: Chunk[] = []
  for (let place = SIGNATURE.length; ; ) {
    if (place + 12 > bytes.length) throw truncated(at, 'a chunk IEND', bytes.length)
    const length = view.getUint32(place)
    if (place + 12 + length > bytes.length) throw truncated(at, `a chunk of ${length} bytes`, bytes.length)
    const type = new TextDecoder('latin1').decode(bytes.subarray(place + 4, place + 8))
    const data = bytes.subarray(place + 8, place + 8 + length)
    const whole = bytes.subarray(place, place + 12 + length)
    if (crc32(whole.subarray(4, 8 + length)) !== view.getUint32(place + 8 + length)) {
      throw refuse(at, `a chunk ${JSON.stringify(type)} with its checksum`, 'another checksum: it is damaged')
    }
    // a capital first letter says that the image cannot be understood without it
    if (!NEEDED.includes(type) && /^[A-Z]/.test(type)) throw refuse(at, 'chunks that are known', JSON.stringify(type))
    chunks.push({ type, data, whole })
    if (type === 'IEND') return chunks
    place += 12 + length
  }
}

interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly type: number
  readonly channels: number
  readonly interlaced: boolean
}

function headerOf(chunks: readonly Chunk[], at: string): Header {
  const [first] = chunks
  if (first?.type !== 'IHDR' || first.data.length !== 13)
    throw refuse(at, 'a header of 13 bytes at the beginning', 'none')
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, type, method, filter, interlace] = first.data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ]
  const kind = KINDS[type]
  if (!kind?.depths.includes(depth))
    throw refuse(at, 'a colour type and depth that exist', `type ${type}, ${depth} bits`)
  if (method !== 0 || filter !== 0 || interlace > 1)
    throw refuse(at, 'packing 0, filter 0, interlacing 0 or 1', `${method}, ${filter}, ${interlace}`)
  if (interlace === 1 && depth < 8) throw refuse(at, 'interlaced pixels of 8 bits or more', `${depth}`)
  for (const one of ['IHDR', 'PLTE', 'tRNS']) {
    if (chunks.filter((chunk) => chunk.type === one).length > 1) throw refuse(at, `one chunk ${one}`, 'several')
  }
  if (!chunks.some((chunk) => chunk.type === 'IDAT')) throw refuse(at, 'pixels', 'none')
  if (width === 0 || height === 0) throw refuse(at, 'at least one pixel', `${width} × ${height}`)
  if (width * height > MOST_PIXELS) {
    const hint = 'make it smaller'
    throw new DiaboloError('E_UNSAFE', {
      at,
      expected: `at most ${MOST_PIXELS} pixels`,
      found: `${width} × ${height}`,
      hint,
    })
  }
  return { width, height, depth, type, channels: kind.channels, interlaced: interlace === 1 }
}

/** Bytes of the pixels before they are packed: a filter's number and the pixels of each line. */
function rawSize({ width, height, depth, channels, interlaced }: Header): number {
  const lines = (w: number, h: number) => (w > 0 && h > 0 ? h * (1 + Math.ceil((w * channels * depth) / 8)) : 0)
  if (!interlaced) return lines(width, height)
  return PASSES.reduce(
    (sum, [x, y, dx, dy]) => sum + lines(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)),
    0,
  )
}

/** 8 bits a value: those of 16 lose half, those of fewer come several in a byte, the first in the highest bits. */
function toBytes(
  data: Uint8Array | Uint8ClampedArray | Uint16Array,
  { width, height, depth, channels }: Header,
): Uint8Array {
  const row = width * channels
  if (depth === 8) return Uint8Array.from(data)
  if (depth === 16) return Uint8Array.from(data, (value) => Math.round(value / 257))
  const line = Math.ceil((row * depth) / 8)
  const most = 2 ** depth - 1
  return Uint8Array.from({ length: row * height }, (_, i) => {
    const [y, x] = [Math.floor(i / row), i % row]
    const byte = data[y * line + Math.floor((x * depth) / 8)] as number
    return (((byte >> (8 - depth - ((x * depth) % 8))) & most) * 255) / most
  })
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

const HINT = 'save the image again, or copy or download it again'

const refuse = (at: string, expected: string, found: string, cause?: unknown) =>
  new DiaboloError('E_FORMAT', { at, expected, found: found.slice(0, 160), hint: HINT, cause })

const truncated = (at: string, expected: string, length: number) =>
  new DiaboloError('E_TRUNCATED', { at, expected, found: `a file that ends after ${length} bytes`, hint: HINT })
