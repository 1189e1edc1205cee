import { DiaboloError } from '../../base/errors.js'

/** No data set needs to grow more than this when unpacked; deflate itself cannot exceed 1032. */
const MAX_RATIO = 1100

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/**
 * Unpacks a gzip file with the platform's own decompressor.
 *
 * @throws E_TRUNCATED when it ends early; E_FORMAT when it is damaged
 */
export async function gunzip(bytes: Uint8Array, at: string): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const part of stream as unknown as AsyncIterable<Uint8Array>) {
      parts.push(part)
      length += part.length
      if (length > MAX_RATIO * bytes.length) throw new Error('unpacks to more than gzip can pack')
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const early = /unexpected end|end of file|incomplete/i.test(
      `${reason} ${cause instanceof Error ? cause.cause : ''}`,
    )
    throw new DiaboloError(early ? 'E_TRUNCATED' : 'E_FORMAT', {
      at,
      expected: 'a whole gzip file',
      found: early ? `a file that ends after ${bytes.length} bytes` : `damaged data (${reason})`,
      hint: 'copy or download the file again',
      cause,
    })
  }
  const out = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}
