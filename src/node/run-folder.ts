import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import type { EpochRecord } from '../train/events.js'
import { exists, readBytes, writeError } from './files.js'

/** The files of a run. */
export const RUN_FILES = {
  model: 'model.onnx',
  history: 'history.jsonl',
  summary: 'run.json',
  report: 'report.html',
  figures: 'figures',
  /** What was asked for: all that a run needs to be gone on with, beside its checkpoint. */
  plan: 'plan.json',
  checkpoint: 'checkpoint',
  lock: 'lock',
  tensorboard: 'tensorboard',
} as const

/** `runs/vanilla-2026-11-23T10-00-00`: where a run goes when no folder is given. */
export const defaultFolder = (recipe: string, now = new Date()): string =>
  join('runs', `${recipe}-${now.toISOString().slice(0, 19).replaceAll(':', '-')}`)

/**
 * The model of a run folder, or the model file itself.
 *
 * @throws E_MISSING when there is neither
 */
export async function modelPath(path: string): Promise<string> {
  const folder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => undefined,
  )
  if (folder === undefined) throw missing(path, 'nothing')
  if (!folder) return path
  const model = join(path, RUN_FILES.model)
  if (await exists(model)) return model
  const begun = await exists(join(path, RUN_FILES.checkpoint))
  throw missing(
    path,
    'a folder without model.onnx',
    begun
      ? `go on with "diabolo train --resume ${path}", or run "diabolo report ${path}", which makes one of the last checkpoint`
      : undefined,
  )
}

/** Adds a line to a run's history, and waits until it is on the disk. */
export async function appendRecord(folder: string, record: EpochRecord): Promise<void> {
  const path = join(folder, RUN_FILES.history)
  try {
    const file = await open(path, 'a')
    try {
      await file.writeFile(formatHistory([record]))
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw writeError(path, cause)
  }
}

/**
 * One record per epoch; an empty history for runs that have none. The last line counts when it is whole.
 *
 * @throws E_FORMAT when another line is not a record
 */
export async function readHistory(folder: string): Promise<EpochRecord[]> {
  const path = join(folder, RUN_FILES.history)
  if (!(await exists(path))) return []
  // what comes after the last line feed was being written when its process was ended
  const lines = new TextDecoder()
    .decode(await readBytes(path))
    .split('\n')
    .slice(0, -1)
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as EpochRecord
    } catch (cause) {
      throw new DiaboloError('E_FORMAT', {
        at: `${path}, line ${i + 1}`,
        expected: 'what an epoch came to, as JSON',
        found: line.slice(0, 40),
        hint: 'remove the line; "diabolo train --resume" writes the history again',
        cause,
      })
    }
  })
}

export const formatHistory = (history: readonly EpochRecord[]): string =>
  history.map((record) => `${JSON.stringify(record)}\n`).join('')

const missing = (path: string, found: string, hint = 'give the folder that "diabolo train" printed as "out"') =>
  new DiaboloError('E_MISSING', {
    at: path,
    expected: 'a run folder or a model.onnx',
    found,
    hint,
  })
