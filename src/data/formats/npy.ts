import { DiaboloError } from '../../base/errors.js'
import { sizeOf } from '../../base/shape.js'
import type { Layout } from './layout.js'

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
const MAX_HEADER = 1 << 16
const MAX_RANK = 8

/** So many bytes of a file's beginning hold its header, whatever it says. */
export const NPY_HEAD = 12 + MAX_HEADER

type Reader = (view: DataView, offset: number, little: boolean) => number

/** numpy's type letters with their sizes. */
const READERS: Readonly<Record<string, Reader>> = {
  f4: (view, offset, little) => view.getFloat32(offset, little),
  f8: (view, offset, little) => view.getFloat64(offset, little),
  i1: (view, offset) => view.getInt8(offset),
  i2: (view, offset, little) => view.getInt16(offset, little),
  i4: (view, offset, little) => view.getInt32(offset, little),
  i8: (view, offset, little) => Number(view.getBigInt64(offset, little)),
  u1: (view, offset) => view.getUint8(offset),
  u2: (view, offset, little) => view.getUint16(offset, little),
  u4: (view, offset, little) => view.getUint32(offset, little),
  u8: (view, offset, little) => Number(view.getBigUint64(offset, little)),
  b1: (view, offset) => view.getUint8(offset),
  f2: (view, offset, little) => halfFloat(view.getUint16(offset, little)),
}

export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte)

/**
 * Reads the head of numpy's array format, versions 1 to 3. Real numbers of every type are read; float64 and integers wider than a
 * byte become float32.
 *
 * @param head    the file's beginning, `NPY_HEAD` bytes or all there is
 * @param length  bytes of the whole file
 * @throws E_FORMAT when the header is not one; E_TRUNCATED when values are missing
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyLayout(head: Uint8Array, length: number, at: string): Layout {
  const refuse = (code: 'E_FORMAT' | 'E_TRUNCATED', expected: string, found: string): never => {
    throw new DiaboloError(code, { at, expected, found, hint: 'save the array again with numpy.save(path, array)' })
  }
  if (length < 10) return refuse('E_TRUNCATED', 'a .npy header', `${length} bytes`)
  if (!isNpy(head)) return refuse('E_FORMAT', 'the magic number \\x93NUMPY', 'other bytes')
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const long = (head[6] as number) > 1
  const start = long ? 12 : 10
  if (length < start) return refuse('E_TRUNCATED', 'a .npy header', `${length} bytes`)
  const headerLength = long ? view.getUint32(8, true) : view.getUint16(8, true)
  if (headerLength > MAX_HEADER) return refuse('E_FORMAT', `a header of at most ${MAX_HEADER} bytes`, `${headerLength}`)
  if (length < start + headerLength)
    return refuse('E_TRUNCATED', `a header of ${headerLength} bytes`, `${length - start}`)
  const header = new TextDecoder('latin1').decode(head.subarray(start, start + headerLength))

  const descr = /'descr'\s*:\s*'([<>|=])([a-z]\d)'/.exec(header)
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)
  const dims = /'shape'\s*:\s*\(\s*((?:\d+\s*,\s*)*(?:\d+\s*)?)\)/.exec(header)
  if (!descr || !fortran || !dims)
    return refuse('E_FORMAT', 'a header with descr, fortran_order and shape', `"${header.slice(0, 80).trim()}"`)
  const type = descr[2] as string
  const reader = READERS[type]
  if (!reader) return refuse('E_FORMAT', `real numbers (${Object.keys(READERS).join(', ')})`, `'${descr[1]}${type}'`)
  const shape = (dims[1] as string)
    .split(',')
    .map((dim) => dim.trim())
    .filter((dim) => dim !== '')
    .map(Number)
  if (shape.length > MAX_RANK) return refuse('E_FORMAT', `at most ${MAX_RANK} axes`, `${shape.length}`)
  const size = sizeOf(shape)
  const step = Number(type[1])
  const offset = start + headerLength
  const found = length - offset
  if (!Number.isSafeInteger(size * step) || found < size * step) {
    return refuse('E_TRUNCATED', `${size * step} bytes of values for shape [${shape.join(', ')}]`, `${found}`)
  }
  // with one axis, or one value along all others, both orders are the same
  const columnwise = fortran[1] === 'True' && shape.length > 1
  if (type === 'u1') return { shape, dtype: 'uint8', offset, bytesPerValue: 1, columnwise, decode: (bytes) => bytes }
  const little = descr[1] !== '>'
  return {
    shape,
    dtype: 'float32',
    offset,
    bytesPerValue: step,
    columnwise,
    decode: (bytes) => toFloats(bytes, step, reader, little),
  }
}

/** (−1)ˢ 2ᵉ⁻¹⁵ (1 + f / 1024); e = 0 holds numbers below 2⁻¹⁴, e = 31 infinities and NaN. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = (bits & 1023) / 1024
  if (exponent === 31) return fraction > 0 ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15)
}

function toFloats(bytes: Uint8Array, step: number, reader: Reader, little: boolean): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = new Float32Array(Math.floor(bytes.length / step))
  for (let i = 0; i < values.length; i++) values[i] = reader(view, i * step, little)
  return values
}

/** A .npy file, version 1.0, little-endian, C order. */
export function formatNpy(shape: readonly number[], values: Float32Array | Uint8Array): Uint8Array {
  const head = npyHead(shape, values instanceof Uint8Array ? '|u1' : '<f4')
  const out = new Uint8Array(head.length + values.byteLength)
  out.set(head)
  out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), head.length)
  return out
}

/** What stands before the values of such a file. */
export function npyHead(shape: readonly number[], descr: '|u1' | '<f4'): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`
  // the values start at a multiple of 64 bytes, and the header ends with a line feed
  const header = new TextEncoder().encode(`${dict.padEnd(Math.ceil((10 + dict.length + 1) / 64) * 64 - 11)}\n`)
  return Uint8Array.from([...MAGIC, 1, 0, header.length & 255, header.length >> 8, ...header])
}
