import { DiaboloError } from '../base/errors.js'

/** Bytes that can be read from any place: a file, a `File` of a browser, or an array. Every reader reads from one. */
export interface ByteSource {
  /** What it is called in messages. */
  readonly name: string
  /** Bytes in all. */
  readonly size: number
  /**
   * Bytes `from` … `to − 1`, all of them; not to be written to, as they may be shared.
   *
   * @param to  `size` at most
   * @throws E_TRUNCATED when the file has become shorter
   */
  read(from: number, to: number): Promise<Uint8Array>
}

export const byteSource = (bytes: Uint8Array, name = 'data'): ByteSource => ({
  name,
  size: bytes.length,
  read: async (from, to) => bytes.subarray(from, to),
})

/** A `File` that a person chose in a browser, or any other `Blob`; read piece by piece. */
export const blobSource = (blob: Blob, name = blob instanceof File ? blob.name : 'data'): ByteSource => ({
  name,
  size: blob.size,
  read: async (from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer()),
})

/** A part of a source as a source, under the same name. */
export const partOf = (source: ByteSource, from: number, size: number): ByteSource => ({
  name: source.name,
  size,
  read: (start, end) => source.read(from + start, from + end),
})

/** The beginning of a source: so many bytes, or all there are. */
export const headOf = (source: ByteSource, length: number): Promise<Uint8Array> =>
  source.read(0, Math.min(length, source.size))

/**
 * @throws E_DATA when there are more bytes than may be held at once
 */
export function readWhole(source: ByteSource, most = 2 ** 31): Promise<Uint8Array> {
  if (source.size <= most) return source.read(0, source.size)
  throw new DiaboloError('E_DATA', {
    at: source.name,
    expected: `at most ${most} bytes to hold in memory`,
    found: `${source.size}`,
    hint: 'stream it: --stream, or fileStream(path)',
  })
}
