import { DiaboloError } from '../../base/errors.js'
import type { ByteSource } from '../byte-source.js'

/** Bytes that a packed file may unpack to: they are all held in memory. */
const MOST_UNPACKED = 2 ** 30
/** Up to here the ratio does not matter: deflate itself cannot exceed 1032. */
const SMALL = 32 * 2 ** 20
/** No data set packs better than this, except small ones of nearly nothing. */
const MOST_RATIO = 200
/** Bytes that are read from the file at a time. */
const PIECE = 2 ** 20

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

export interface UnpackOptions {
  readonly format?: 'gzip' | 'deflate' | 'deflate-raw'
  /** Bytes it should unpack to, where that is known. */
  readonly size?: number
}

/**
 * Unpacks with the platform's own decompressor.
 *
 * @throws E_TRUNCATED when it ends early; E_FORMAT when it is damaged or not of the size it should be; E_UNSAFE when it
 * unpacks to more than 1 GiB, or to more than 32 MiB and 200 times its size
 */
export async function unpack(source: ByteSource, { format = 'gzip', size }: UnpackOptions = {}): Promise<Uint8Array> {
  const most = size ?? Math.min(MOST_UNPACKED, Math.max(SMALL, MOST_RATIO * source.size))
  if (size !== undefined && size > Math.min(MOST_UNPACKED, Math.max(SMALL, MOST_RATIO * source.size))) {
    throw tooLarge(source, `${size} bytes, packed in ${source.size}`)
  }
  const stream = piecesOf(source).pipeThrough(new DecompressionStream(format) as ReadableWritablePair<Uint8Array>)
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const part of stream as unknown as AsyncIterable<Uint8Array>) {
      parts.push(part)
      length += part.length
      if (length > most) break
    }
  } catch (cause) {
    throw cause instanceof DiaboloError ? cause : damaged(source, cause)
  }
  if (length > most && size === undefined) throw tooLarge(source, `more than ${most} bytes, packed in ${source.size}`)
  if (size !== undefined && length !== size) {
    throw damaged(source, new Error(`unpacks to ${length > size ? 'more' : 'fewer'} bytes than the ${size} it should`))
  }
  return join(parts, length)
}

function piecesOf(source: ByteSource): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    async pull(controller) {
      if (at === source.size) return controller.close()
      const to = Math.min(source.size, at + PIECE)
      controller.enqueue(await source.read(at, to))
      at = to
    },
  })
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

function damaged({ name, size }: ByteSource, cause: unknown): DiaboloError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const early = /unexpected end|end of file|incomplete/i.test(`${reason} ${cause instanceof Error ? cause.cause : ''}`)
  return new DiaboloError(early ? 'E_TRUNCATED' : 'E_FORMAT', {
    at: name,
    expected: 'whole packed data',
    found: early ? `data that ends after ${size} bytes` : `damaged data (${reason})`,
    hint: 'copy or download the file again',
    cause,
  })
}

const tooLarge = ({ name }: ByteSource, found: string) =>
  new DiaboloError('E_UNSAFE', {
    at: name,
    expected: `at most ${MOST_UNPACKED} bytes when unpacked, and at most ${MOST_RATIO} times its size`,
    found,
    hint: 'unpack the file yourself if you trust it, and give the path of what comes out: it is streamed then',
  })
