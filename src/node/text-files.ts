import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DiaboloError } from '../base/errors.js'
import { errno, readBytes } from './files.js'

/** A file of text. */
export interface TextFile {
  /** Within its folder, with slashes. */
  readonly name: string
  readonly text: string
}

const TEXT = /\.(txt|text|md|markdown|rst|org|tex|adoc)$/i

/** What Reuters-21578 is shipped as, packed or not. */
const REUTERS = /\.sgm(\.gz)?$/i

const MOST_BYTES = 2 ** 26

/**
 * Paths of the files in a folder and in those below it whose names match, in the order of their names; hidden ones are left
 * alone.
 *
 * @throws E_MISSING when there is no such folder
 */
export async function pathsIn(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause) => {
    throw new DiaboloError('E_MISSING', {
      at: folder,
      expected: 'a folder that can be read',
      found: errno(cause) === 'ENOTDIR' ? 'a file' : errno(cause),
      hint: 'give the path of a folder',
      cause,
    })
  })
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => part.startsWith('.')))
    .sort()
}

/** Paths of texts: `.txt`, `.md` and their like. */
export const textPaths = (folder: string): Promise<string[]> => pathsIn(folder, TEXT)

/** Paths of the files of Reuters-21578. */
export const reutersPaths = (folder: string): Promise<string[]> => pathsIn(folder, REUTERS)

/**
 * A file as text in UTF-8; what is packed by gzip is unpacked.
 *
 * @param encoding  `latin1` for Reuters-21578
 * @throws E_FORMAT when it is not text; E_UNSAFE when it is larger than 64 MiB
 */
export async function readText(path: string, encoding: 'utf-8' | 'latin1' = 'utf-8'): Promise<string> {
  const bytes = unpack(await readBytes(path), path)
  if (bytes.length > MOST_BYTES) throw tooLarge(path, `${bytes.length} bytes`)
  if (!bytes.includes(0)) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes)
    } catch (cause) {
      throw notText(path, 'bytes that are not UTF-8', cause)
    }
  }
  throw notText(path, 'bytes that are 0, as in files of other kinds')
}

function unpack(bytes: Uint8Array, at: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES })
  } catch (cause) {
    if (errno(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(at, 'more, once it is unpacked')
    throw notText(at, 'gzip that cannot be unpacked', cause)
  }
}

const tooLarge = (at: string, found: string) =>
  new DiaboloError('E_UNSAFE', {
    at,
    expected: `a text of at most ${MOST_BYTES} bytes`,
    found,
    hint: 'split it into documents',
  })

const notText = (at: string, found: string, cause?: unknown) =>
  new DiaboloError('E_FORMAT', {
    at,
    expected: 'text in UTF-8',
    found,
    hint: 'save it as UTF-8, or leave it out',
    cause,
  })
