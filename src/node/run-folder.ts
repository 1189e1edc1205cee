import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import type { EpochRecord } from '../train/events.js'
import { exists, readBytes } from './files.js'

/** The files of a run. */
export const RUN_FILES = {
  model: 'model.onnx',
  history: 'history.jsonl',
  summary: 'run.json',
  report: 'report.html',
  figures: 'figures',
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
  throw missing(path, 'a folder without model.onnx')
}

/** One record per epoch; an empty history for runs that have none. */
export async function readHistory(folder: string): Promise<EpochRecord[]> {
  const path = join(folder, RUN_FILES.history)
  if (!(await exists(path))) return []
  const lines = new TextDecoder().decode(await readBytes(path)).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as EpochRecord)
}

export const formatHistory = (history: readonly EpochRecord[]): string =>
  history.map((record) => `${JSON.stringify(record)}\n`).join('')

const missing = (path: string, found: string) =>
  new DiaboloError('E_MISSING', {
    at: path,
    expected: 'a run folder or a model.onnx',
    found,
    hint: 'give the folder that "diabolo train" printed as "out"',
  })
