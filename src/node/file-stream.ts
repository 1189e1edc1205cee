import { DiaboloError } from '../base/errors.js'
import { isGzip } from '../data/formats/gzip.js'
import { NPY_HEAD } from '../data/formats/npy.js'
import { layoutOf, sampleShape } from '../data/read.js'
import { type RowStream, rowStream } from '../data/row-stream.js'
import { readPart } from './files.js'

/**
 * An IDX or `.npy` file, not packed, of which only what is needed is read. It must stay as it is while it is used.
 *
 * @throws E_MISSING when there is no such file; E_FORMAT when it is packed or another format; E_TRUNCATED when values are
 * missing; E_OPTION when it has no rows
 */
export async function fileStream(path: string): Promise<RowStream> {
  const { bytes: head, length } = await readPart(path, 0, NPY_HEAD)
  if (isGzip(head)) {
    throw new DiaboloError('E_FORMAT', {
      at: path,
      expected: 'a file that is not packed, to read parts of it',
      found: 'gzip',
      hint: `unpack it first: gunzip --keep ${path}`,
    })
  }
  const { shape, dtype, offset, bytesPerValue, decode } = layoutOf(head, length, path)
  const [rows = 1, ...sample] = shape
  const step = sample.reduce((product, dim) => product * dim, bytesPerValue)
  return rowStream({
    name: path,
    rows,
    shape: sampleShape(shape),
    dtype,
    async read(from, to) {
      const { bytes } = await readPart(path, offset + from * step, (to - from) * step)
      if (bytes.length === (to - from) * step) return decode(bytes)
      throw new DiaboloError('E_TRUNCATED', {
        at: `${path}, rows ${from} to ${to - 1}`,
        expected: `${(to - from) * step} bytes`,
        found: `${bytes.length} bytes: the file is shorter than it was`,
        hint: 'leave the file as it is while it is trained on',
      })
    },
  })
}
