import { sizeOf } from '../src/base/shape.js'
import { npyLayout } from '../src/data/formats/npy.js'

/** Shape and values of a whole .npy file in C order. */
export function parseNpy(bytes: Uint8Array, at: string) {
  const { shape, offset, bytesPerValue, decode } = npyLayout(bytes, bytes.length, at)
  return { shape, values: decode(bytes.subarray(offset, offset + sizeOf(shape) * bytesPerValue)) }
}
