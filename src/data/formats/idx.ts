import { DiaboloError } from '../../base/errors.js'
import { sizeOf } from '../../base/shape.js'
import type { Layout } from './layout.js'

/** What an IDX file holds: unsigned bytes, the only element type that MNIST's family uses. */
export interface Idx {
  readonly shape: readonly number[]
  readonly values: Uint8Array
}

const UNSIGNED_BYTE = 0x08

export const isIdx = (bytes: Uint8Array): boolean => bytes[0] === 0 && bytes[1] === 0 && bytes[2] === UNSIGNED_BYTE

/** Reads a whole IDX file; see `idxLayout`. */
export function parseIdx(bytes: Uint8Array, at: string): Idx {
  const { shape, offset } = idxLayout(bytes, bytes.length, at)
  return { shape, values: bytes.subarray(offset) }
}

/**
 * Reads the head of the IDX format: two zero bytes, element type, rank, one big-endian uint32 per axis; then come the values.
 *
 * @param head    the file's beginning, 20 bytes or all there is
 * @param length  bytes of the whole file
 * @throws E_FORMAT on a wrong magic number; E_TRUNCATED when values are missing, E_FORMAT when there are too many
 * @see http://yann.lecun.com/exdb/mnist/ "THE IDX FILE FORMAT"
 */
export function idxLayout(head: Uint8Array, length: number, at: string): Layout {
  const refuse = (code: 'E_FORMAT' | 'E_TRUNCATED', expected: string, found: string): never => {
    throw new DiaboloError(code, {
      at,
      expected,
      found,
      hint: 'check that this is an IDX file, and copy or download it again',
    })
  }
  if (length < 4) return refuse('E_TRUNCATED', 'an IDX header of at least 4 bytes', `${length} bytes`)
  const magic = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  if (!isIdx(head)) return refuse('E_FORMAT', 'the magic number 00 00 08 and a rank (unsigned bytes)', magic)
  const rank = head[3] as number
  if (rank < 1 || rank > 4) return refuse('E_FORMAT', 'a rank of 1 to 4', `${rank}`)
  const offset = 4 + 4 * rank
  if (length < offset) return refuse('E_TRUNCATED', `an IDX header of ${offset} bytes`, `${length} bytes`)
  const view = new DataView(head.buffer, head.byteOffset)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const expected = sizeOf(shape)
  const found = length - offset
  if (found !== expected) {
    return refuse(
      found < expected ? 'E_TRUNCATED' : 'E_FORMAT',
      `${expected} values for shape [${shape.join(', ')}]`,
      `${found}`,
    )
  }
  return { shape, dtype: 'uint8', offset, bytesPerValue: 1, decode: (bytes) => bytes }
}
