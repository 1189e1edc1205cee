import { DiaboloError } from '../base/errors.js'
import type { ByteSource } from '../data/byte-source.js'
import { readPart } from './files.js'

/**
 * A file of which only what is asked for is read, and which is never left open. It must stay as it is while it is used.
 *
 * @throws E_MISSING when there is no such file; E_DATA when it cannot be read
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const { length: size } = await readPart(path, 0, 1)
  return {
    name: path,
    size,
    async read(from, to) {
      const { bytes } = await readPart(path, from, to - from)
      if (bytes.length === to - from) return bytes
      throw new DiaboloError('E_TRUNCATED', {
        at: `${path}, bytes ${from} to ${to - 1}`,
        expected: `${to - from} bytes`,
        found: `${bytes.length} bytes: the file is shorter than it was`,
        hint: 'leave the file as it is while it is trained on',
      })
    },
  }
}
