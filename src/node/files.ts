import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DiaboloError } from '../base/errors.js'

export const errno = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error)

/**
 * @throws E_MISSING when there is no such file; E_DATA when it cannot be read
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    // a plain array: Buffer's slice shares memory where Uint8Array's copies
    const { buffer, byteOffset, byteLength } = await readFile(path)
    return new Uint8Array(buffer, byteOffset, byteLength)
  } catch (cause) {
    throw readError(path, cause)
  }
}

/**
 * So many bytes from a place, fewer where the file ends, and the length of the whole. No file is left open.
 *
 * @throws E_MISSING when there is no such file; E_DATA when it cannot be read
 */
export async function readPart(path: string, position: number, length: number) {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - position)))
      let done = 0
      while (done < bytes.length) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return { bytes: bytes.subarray(0, done), length: size }
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw readError(path, cause)
  }
}

/** Writes beside, syncs, renames: the file is there whole or not at all, and what was there before stays until then. */
export async function writeWhole(path: string, bytes: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<void> {
  const beside = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(beside, 'w')
    try {
      await writeFile(file, bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (cause) {
    // where it could not even be made, the first failure is the one to tell
    await rm(beside, { force: true }).catch(() => {})
    // what is written as it is made may fail in being made
    throw cause instanceof DiaboloError ? cause : writeError(path, cause)
  }
}

/**
 * Refuses to write over a file that is there.
 *
 * @throws E_EXISTS
 */
export async function requireNew(path: string): Promise<void> {
  if (!(await exists(path))) return
  throw new DiaboloError('E_EXISTS', {
    at: path,
    expected: 'a file that is not there yet',
    found: 'one that is',
    hint: 'choose another --out, or remove the file if you no longer need it',
  })
}

/**
 * Makes sure, before hours are spent, that a folder can be written and holds nothing that would be written over.
 * Leaves things as they were.
 *
 * @throws E_EXISTS when there is something in it; E_WRITE when it cannot be made or written
 */
export async function requireFresh(folder: string): Promise<void> {
  const [first] = await readdir(folder).catch(() => [])
  if (first !== undefined) {
    throw new DiaboloError('E_EXISTS', {
      at: folder,
      expected: 'a folder that is empty or not there yet',
      found: `one with ${first} in it`,
      hint: 'choose another --out, or remove the folder if you no longer need it',
    })
  }
  try {
    const made = await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
    if (made !== undefined) await rm(made, { recursive: true })
  } catch (cause) {
    throw writeError(folder, cause)
  }
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

export function readError(path: string, cause: unknown): DiaboloError {
  const missing = errno(cause) === 'ENOENT'
  return new DiaboloError(missing ? 'E_MISSING' : 'E_DATA', {
    at: path,
    expected: 'a file that can be read',
    found: missing ? 'no such file' : errno(cause),
    hint: missing
      ? 'check the path; "diabolo data list" names what is there'
      : 'check that it is a file and its permissions',
    cause,
  })
}

export function writeError(path: string, cause: unknown): DiaboloError {
  return new DiaboloError('E_WRITE', {
    at: path,
    expected: 'a place that can be written to',
    found: errno(cause),
    hint: 'check the permissions and the space left, or choose another folder with --out',
    cause,
  })
}
