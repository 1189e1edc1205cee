import { deflateSync } from 'node:zlib'
import { crc32 } from '../../src/data/formats/crc.js'
import { bytesOf, cuts, patched, readData, u32, u32be } from './data.js'
import type { HostileFormat, Malformed } from './format.js'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

type Chunk = readonly [type: string, data: readonly number[] | Uint8Array]

const chunk = ([type, data]: Chunk): Uint8Array => {
  const body = bytesOf(type, data)
  return bytesOf(u32be(data.length), body, u32be(crc32(body)))
}

const png = (chunks: readonly Chunk[]): Uint8Array => bytesOf(SIGNATURE, ...chunks.map(chunk))

interface Head {
  readonly width?: number
  readonly height?: number
  readonly depth?: number
  readonly type?: number
  readonly method?: number
  readonly filter?: number
  readonly interlace?: number
}

/** 3 × 2 grey pixels, unless it says otherwise. */
const head = ({
  width = 3,
  height = 2,
  depth = 8,
  type = 0,
  method = 0,
  filter = 0,
  interlace = 0,
}: Head = {}): Chunk => ['IHDR', [...u32be(width), ...u32be(height), depth, type, method, filter, interlace]]
const pixels = (...raw: readonly number[]): Chunk => ['IDAT', Uint8Array.from(deflateSync(Uint8Array.from(raw)))]
const GREY = pixels(0, 10, 20, 30, 1, 5, 5, 5)
const END: Chunk = ['IEND', []]
const PALETTE: Chunk = ['PLTE', [255, 0, 0, 0, 255, 0]]

const grey = png([head(), GREY, END])
const colour = png([head({ type: 2, width: 1 }), pixels(0, 1, 2, 3, 2, 4, 5, 6), END])
const indexed = png([head({ type: 3, depth: 1 }), PALETTE, ['tRNS', [128]], pixels(0, 0b10100000, 0, 0b01000000), END])
const interlaced = png([head({ interlace: 1, width: 1, height: 1 }), pixels(0, 9), END])
const split = png([head(), ['IDAT', GREY[1].slice(0, 4)], ['IDAT', GREY[1].slice(4)], ['tEXt', [65, 0, 66]], END])

const of = (name: string, ...chunks: readonly Chunk[]): Malformed => ({ name, bytes: png(chunks) })
const headed = (name: string, own: Head): Malformed => of(name, head(own), GREY, END)

const malformed: Malformed[] = [
  ...cuts(grey, [4, 7, 8, 11, 12, 16, 20, 29, 32, 33, 40, grey.length - 13, grey.length - 12, grey.length - 1]),
  { name: 'a signature spoilt by text mode', bytes: patched(grey, 4, [0x0a]) },
  { name: 'a header with another checksum', bytes: patched(grey, 29, [1, 2, 3, 4]) },
  { name: 'pixels with another checksum', bytes: patched(grey, grey.length - 16, [1, 2, 3, 4]) },
  { name: 'a chunk of 4 GiB', bytes: patched(grey, 33, u32be(0xffffffff)) },
  { name: 'a chunk of 2 GiB', bytes: patched(grey, 33, u32be(0x7fffffff)) },
  { name: 'a chunk with its length the other way round', bytes: patched(grey, 33, u32(16)) },
  of('no chunks'),
  of('an end and nothing else', END),
  of('no header', GREY, END),
  of('a header after the pixels', GREY, head(), END),
  of('two headers', head(), head(), GREY, END),
  of('a header of 12 bytes', ['IHDR', head()[1].slice(0, 12)], GREY, END),
  of('a header of 14 bytes', ['IHDR', [...head()[1], 0]], GREY, END),
  of('no pixels', head(), END),
  of('pixels of no bytes', head(), ['IDAT', []], END),
  of('pixels that are not packed', head(), ['IDAT', [0, 10, 20, 30, 1, 5, 5, 5]], END),
  of('pixels cut short', head(), ['IDAT', GREY[1].slice(0, 8)], END),
  of('too few pixels', head(), pixels(0, 10, 20), END),
  of('too many pixels', head(), pixels(...new Array<number>(100).fill(0)), END),
  of('a hundred million pixels for six', head(), ['IDAT', Uint8Array.from(deflateSync(new Uint8Array(1e8)))], END),
  of('a filter that does not exist', head(), pixels(9, 10, 20, 30, 1, 5, 5, 5), END),
  of('a chunk that matters and is not known', head(), ['ABCD', [1, 2]], GREY, END),
  of('no end', head(), GREY),
  headed('no width', { width: 0 }),
  headed('no height', { height: 0 }),
  headed('four billion columns', { width: 0xffffffff }),
  headed('four billion rows', { height: 0xffffffff }),
  headed('2⁶⁴ pixels', { width: 0xffffffff, height: 0xffffffff }),
  headed('2⁶² pixels', { width: 0x7fffffff, height: 0x7fffffff }),
  headed('as many pixels as may be, without them', { width: 8192, height: 8192 }),
  headed('pixels of 3 bits', { depth: 3 }),
  headed('pixels of no bits', { depth: 0 }),
  headed('pixels of 255 bits', { depth: 255 }),
  headed('a colour type that does not exist', { type: 1 }),
  headed('colour of 4 bits', { type: 2, depth: 4 }),
  headed('a palette of 16 bits', { type: 3, depth: 16 }),
  headed('grey and alpha of 1 bit', { type: 4, depth: 1 }),
  headed('another way of packing', { method: 1 }),
  headed('another way of filtering', { filter: 64 }),
  headed('another way of interlacing', { interlace: 2 }),
  headed('interlaced pixels that are not there', { interlace: 1, width: 100, height: 100 }),
  headed('interlaced pixels of 1 bit', { interlace: 1, depth: 1 }),
  of('indices without a palette', head({ type: 3 }), GREY, END),
  of('an empty palette', head({ type: 3 }), ['PLTE', []], GREY, END),
  of('a palette of 4 bytes', head({ type: 3 }), ['PLTE', [1, 2, 3, 4]], GREY, END),
  of('a palette of 300 colours', head({ type: 3 }), ['PLTE', new Uint8Array(900)], GREY, END),
  of('two palettes', head({ type: 3 }), PALETTE, PALETTE, GREY, END),
  of('an index that the palette does not have', head({ type: 3 }), PALETTE, GREY, END),
  of('more alphas than colours', head({ type: 3, depth: 1 }), PALETTE, ['tRNS', [1, 2, 3]], pixels(0, 0, 0, 0), END),
]

/** The same chunks with the checksums that they should have. */
function mend(bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes)
  const view = new DataView(out.buffer)
  for (let at = SIGNATURE.length; at + 12 <= out.length; ) {
    const length = view.getUint32(at)
    if (at + 12 + length > out.length) break
    view.setUint32(at + 8 + length, crc32(out.subarray(at + 4, at + 8 + length)))
    at += 12 + length
  }
  return out
}

export const PNG: HostileFormat = {
  format: 'PNG',
  seeds: [grey, colour, indexed, interlaced, split],
  read: readData,
  malformed,
  mend,
}
