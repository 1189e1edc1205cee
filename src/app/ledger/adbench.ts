import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DiaboloError } from '../../base/errors.js'
import { rank } from '../../detect/ranking.js'
import type { Runtime } from '../../runtime/types.js'
import { detect } from '../detection.js'
import { openLabelled } from '../labelled-rows.js'
import { type LedgerPart, mean, timed } from './row.js'

/** Isolation forests on the same twelve sets, and what the default detector has to reach. */
const FOREST = 0.862
const BAR = 0.865

/** The twelve, as ADBench names its files; of other sets nothing is known. */
const TWELVE = [
  ...['18_Ionosphere', '20_letter', '23_mammography', '25_musk', '26_optdigits', '28_pendigits'],
  ...['30_satellite', '38_thyroid', '40_vowels', '42_WBC', '4_breastw', '6_cardio'],
]

export const adbench: LedgerPart = {
  summary: 'the default detector on every .npz of a folder, labels used only to judge it',
  async measure({ folder, seeds, runtime, note }) {
    const { value, seconds } = await timed(async () => judgeSets(await folder('adbench'), seeds, runtime, note))
    const names = Object.keys(value[0]?.auroc ?? {})
    const means = names.map((name) => mean(value.map(({ auroc }) => mean(auroc[name] ?? []))))
    const [ours = Number.NaN] = means
    const others = names.slice(1).map((name, i) => `${name} ${means[i + 1]?.toFixed(3)}`)
    const known = value.length === TWELVE.length && value.every(({ set }) => TWELVE.includes(set))
    return {
      rows: [
        {
          what: `ADBench, ${value.length} sets, ${seeds.length} seeds, trained on all rows: mean AUROC`,
          source: 'isolation forest (Liu et al. 2008), by scikit-learn',
          published: known ? `${FOREST}` : '-',
          ...(known && { bar: `${BAR}` }),
          ours: ours.toFixed(3),
          met: known ? ours >= BAR : null,
          words: `beside it: ${others.join(', ')}`,
          command: 'diabolo ledger adbench',
          seconds,
        },
      ],
      tables: [
        {
          title: 'AUROC on ADBench, means over seeds',
          head: ['set', 'rows', 'anomalies', ...names],
          lines: [
            ...value.map(({ set, rows, anomalies, auroc }) => [
              set,
              rows,
              anomalies,
              ...names.map((name) => mean(auroc[name] ?? [])),
            ]),
            ['mean', '', '', ...means],
          ],
        },
      ],
    }
  },
}

/** One data set, each detector's AUROC by its name: one for each seed. */
interface Judged {
  readonly set: string
  readonly rows: number
  readonly anomalies: number
  readonly auroc: Readonly<Record<string, readonly number[]>>
}

/**
 * The default detector, trained on all rows of every `.npz` in a folder, labels used only to judge it; principal components and
 * the untrained network beside it.
 *
 * @throws E_MISSING when there is no such file in the folder
 */
async function judgeSets(
  folder: string,
  seeds: readonly number[],
  runtime: Runtime,
  note: (line: string) => void,
): Promise<readonly Judged[]> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.npz')).sort()
  if (files.length === 0) {
    throw new DiaboloError('E_MISSING', {
      at: folder,
      expected: 'a folder of .npz files, each with samples X and labels y',
      found: 'none',
      hint: 'get data sets from https://github.com/Minqi824/ADBench, or name the folder that has them',
    })
  }
  const sets: Judged[] = []
  for (const file of files) {
    const judged = await judgeSet(join(folder, file), file.replace(/\.npz$/, ''), seeds, runtime)
    sets.push(judged)
    const scores = Object.entries(judged.auroc).map(([name, values]) => `${name} ${mean(values).toFixed(3)}`)
    note(`${judged.set}: ${scores.join(', ')}`)
  }
  return sets
}

async function judgeSet(path: string, set: string, seeds: readonly number[], runtime: Runtime): Promise<Judged> {
  const { rows, anomaly = [] } = await openLabelled(path, { labels: 'y' })
  const truth = anomaly.map((is) => is === true)
  const auroc: Record<string, number[]> = {}
  for (const seed of seeds) {
    const { model, scored } = await detect({ rows, oneClass: false, threshold: {}, seed, runtime })
    await model.close()
    for (const { name, scores } of scored) auroc[name] = [...(auroc[name] ?? []), rank(scores, truth).auroc]
  }
  return { set, rows: rows.rows, anomalies: anomaly.filter((is) => is).length, auroc }
}
