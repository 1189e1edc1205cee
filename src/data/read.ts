import { DiaboloError } from '../base/errors.js'
import { sizeOf } from '../base/shape.js'
import { type Dataset, dataset } from './dataset.js'
import { gunzip, isGzip } from './formats/gzip.js'
import { idxLayout, isIdx } from './formats/idx.js'
import type { Layout } from './formats/layout.js'
import { isNpy, npyLayout } from './formats/npy.js'

/**
 * A data set from the bytes of a file; its content says what it is, not its name. One sample per index of the first axis.
 *
 * @param at  the file's name, for messages
 * @throws E_FORMAT, E_TRUNCATED, E_DATA, E_VALUE as the file is
 */
export async function readDataset(bytes: Uint8Array, at: string): Promise<Dataset> {
  const plain = isGzip(bytes) ? await gunzip(bytes, at) : bytes
  const { shape, offset, bytesPerValue, decode } = layoutOf(plain, plain.length, at)
  return dataset(decode(plain.subarray(offset, offset + sizeOf(shape) * bytesPerValue)), {
    name: at,
    shape: sampleShape(shape),
  })
}

/** The shape of one sample, of those along the first axis; images without a channel axis are grey. */
export function sampleShape([, ...sample]: readonly number[]): readonly number[] {
  if (sample.length === 0) return [1]
  return sample.length === 2 ? [...sample, 1] : sample
}

/**
 * Where the samples of a file lie; its content says what it is.
 *
 * @param head    the file's beginning, `NPY_HEAD` bytes or all there is
 * @param length  bytes of the whole file
 * @throws E_FORMAT, E_TRUNCATED as the file is
 */
export function layoutOf(head: Uint8Array, length: number, at: string): Layout {
  if (isNpy(head)) return npyLayout(head, length, at)
  if (isIdx(head)) return idxLayout(head, length, at)
  const start = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  throw new DiaboloError('E_FORMAT', {
    at,
    expected: 'an IDX or .npy file (gzip or not)',
    found: length === 0 ? 'an empty file' : `a file that starts with ${start}`,
    hint: 'save the samples with numpy.save(path, array), one per row',
  })
}
