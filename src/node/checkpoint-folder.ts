import fs from 'node:fs/promises'
import { join } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import { type CheckpointFiles, decodeCheckpoint, encodeCheckpoint } from '../checkpoint/codec.js'
import type { Checkpoint } from '../train/checkpoint.js'
import { readError, writeError } from './files.js'

/** What checkpoints need of a file system. */
export type Disk = Pick<typeof fs, 'open' | 'mkdir' | 'readdir' | 'readFile' | 'rename' | 'rm'>

/** Checkpoints that are kept: should a byte of the newest be lost, there is the one before it. */
const KEPT = 2

const NAMES = ['state.safetensors', 'manifest.json'] as const satisfies readonly (keyof CheckpointFiles)[]

/**
 * Writes a checkpoint beside those that are there, `000012`, and removes all but the last two. It is there whole or not
 * at all, whenever the process or the machine ends: files and folders are synced before the name that counts is given.
 *
 * @throws E_WRITE when it cannot be written; those before it are then still there
 */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint, disk: Disk = fs): Promise<void> {
  const files = await encodeCheckpoint(checkpoint)
  try {
    await disk.mkdir(folder, { recursive: true })
    const numbers = await numbersIn(folder, disk)
    const next = (numbers[0] ?? 0) + 1
    const beside = join(folder, `${nameOf(next)}.part`)
    // what a process left that was ended on the way
    await disk.rm(beside, { recursive: true, force: true })
    await disk.mkdir(beside)
    for (const name of NAMES) await writeSynced(join(beside, name), files[name], disk)
    await syncFolder(beside, disk)
    await disk.rename(beside, join(folder, nameOf(next)))
    await syncFolder(folder, disk)
    for (const old of numbers.slice(KEPT - 1))
      await disk.rm(join(folder, nameOf(old)), { recursive: true, force: true })
  } catch (cause) {
    throw writeError(folder, cause)
  }
}

export interface Loaded {
  readonly checkpoint: Checkpoint
  /** The folder it is in. */
  readonly path: string
  /** Newer ones that could not be used, and why. */
  readonly skipped: readonly { readonly path: string; readonly error: DiaboloError }[]
}

/**
 * The newest checkpoint that is whole.
 *
 * @returns nothing when there is none, whole or not
 * @throws what is wrong with the newest when none is whole
 */
export async function loadCheckpoint(folder: string, disk: Disk = fs): Promise<Loaded | undefined> {
  const skipped: { readonly path: string; readonly error: DiaboloError }[] = []
  for (const number of await numbersIn(folder, disk)) {
    const path = join(folder, nameOf(number))
    try {
      const [state, manifest] = await Promise.all(NAMES.map((name) => read(join(path, name), disk)))
      const files = { 'state.safetensors': state, 'manifest.json': manifest } as CheckpointFiles
      return { checkpoint: await decodeCheckpoint(files, path), path, skipped }
    } catch (error) {
      if (!(error instanceof DiaboloError)) throw error
      skipped.push({ path, error })
    }
  }
  const [newest] = skipped
  if (newest) throw newest.error
  return undefined
}

const nameOf = (number: number): string => String(number).padStart(6, '0')

/** From the newest on. */
async function numbersIn(folder: string, disk: Disk): Promise<number[]> {
  const names = await disk.readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw readError(folder, cause)
  })
  return names
    .filter((name) => /^\d{6,}$/.test(name))
    .map(Number)
    .sort((a, b) => b - a)
}

async function read(path: string, disk: Disk): Promise<Uint8Array> {
  try {
    return new Uint8Array(await disk.readFile(path))
  } catch (cause) {
    throw readError(path, cause)
  }
}

async function writeSynced(path: string, bytes: Uint8Array, disk: Disk): Promise<void> {
  const file = await disk.open(path, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** So that names survive a loss of power. Windows keeps them without, and opens no folders. */
async function syncFolder(path: string, disk: Disk): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await disk.open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
