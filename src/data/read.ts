import { DiaboloError } from '../base/errors.js'
import { type Dataset, dataset } from './dataset.js'
import { gunzip, isGzip } from './formats/gzip.js'
import { isIdx, parseIdx } from './formats/idx.js'
import { isNpy, parseNpy } from './formats/npy.js'

/**
 * A data set from the bytes of a file; its content says what it is, not its name. One sample per index of the first axis.
 *
 * @param at  the file's name, for messages
 * @throws E_FORMAT, E_TRUNCATED, E_DATA, E_VALUE as the file is
 */
export async function readDataset(bytes: Uint8Array, at: string): Promise<Dataset> {
  const plain = isGzip(bytes) ? await gunzip(bytes, at) : bytes
  const { shape, values } = parse(plain, at)
  const [, ...sample] = shape
  // images without a channel axis are grey
  const image = sample.length === 2 ? [...sample, 1] : sample
  return dataset(values, { name: at, shape: sample.length === 0 ? [1] : image })
}

function parse(bytes: Uint8Array, at: string) {
  if (isNpy(bytes)) return parseNpy(bytes, at)
  if (isIdx(bytes)) return parseIdx(bytes, at)
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  throw new DiaboloError('E_FORMAT', {
    at,
    expected: 'an IDX or .npy file (gzip or not)',
    found: bytes.length === 0 ? 'an empty file' : `a file that starts with ${start}`,
    hint: 'save the samples with numpy.save(path, array), one per row',
  })
}
