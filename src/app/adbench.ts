import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import { rank } from '../detect/ranking.js'
import type { Runtime } from '../runtime/types.js'
import { detect } from './detection.js'
import { openLabelled } from './labelled-rows.js'

/** One data set, each detector's AUROC by its name: one for each seed. */
export interface AdbenchSet {
  readonly set: string
  readonly rows: number
  readonly anomalies: number
  readonly auroc: Readonly<Record<string, readonly number[]>>
}

export interface AdbenchTable {
  readonly seeds: readonly number[]
  readonly sets: readonly AdbenchSet[]
  /** Mean AUROC of each detector, over all sets and seeds. */
  readonly mean: Readonly<Record<string, number>>
  readonly seconds: number
}

/**
 * The default detector, trained on all rows of every `.npz` in a folder, labels used only to judge it; principal components and
 * the untrained network beside it.
 *
 * @throws E_MISSING when there is no such file in the folder
 */
export async function runAdbench(
  folder: string,
  seeds: readonly number[],
  runtime: Runtime,
  onSet: (set: AdbenchSet) => void,
): Promise<AdbenchTable> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.npz')).sort()
  if (files.length === 0) {
    throw new DiaboloError('E_MISSING', {
      at: folder,
      expected: 'a folder of .npz files, each with samples X and labels y',
      found: 'none',
      hint: 'get data sets from https://github.com/Minqi824/ADBench, or name the folder that has them',
    })
  }
  const before = performance.now()
  const sets: AdbenchSet[] = []
  for (const file of files) {
    const set = await judgeSet(join(folder, file), file.replace(/\.npz$/, ''), seeds, runtime)
    sets.push(set)
    onSet(set)
  }
  const names = Object.keys(sets[0]?.auroc ?? {})
  const meanOf = (name: string) => mean(sets.map(({ auroc }) => mean(auroc[name] ?? [])))
  return {
    seeds,
    sets,
    mean: Object.fromEntries(names.map((name) => [name, meanOf(name)])),
    seconds: (performance.now() - before) / 1000,
  }
}

async function judgeSet(path: string, set: string, seeds: readonly number[], runtime: Runtime): Promise<AdbenchSet> {
  const { rows, anomaly = [] } = await openLabelled(path, { labels: 'y' })
  const auroc: Record<string, number[]> = {}
  for (const seed of seeds) {
    const { model, scored } = await detect({ rows, oneClass: false, threshold: {}, seed, runtime })
    await model.close()
    for (const { name, scores } of scored) auroc[name] = [...(auroc[name] ?? []), rank(scores, anomaly).auroc]
  }
  return { set, rows: rows.rows, anomalies: anomaly.filter((is) => is).length, auroc }
}

export const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
