import { join } from 'node:path'
import type { Command } from 'commander'
import { type AdbenchSet, mean, runAdbench } from '../../app/adbench.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import { requireWhole } from '../flags.js'
import { note, say, table, writeJson } from '../output.js'

interface Flags {
  readonly seeds: number
  readonly json?: boolean
}

export function register(command: Command): void {
  command
    .command('adbench')
    .description(
      'the default detector on every .npz of a folder, beside principal components and its untrained network',
    )
    .argument('[folder]', 'where the data sets are', join(process.env.DIABOLO_DATA ?? 'data', 'adbench'))
    .option('--seeds <number>', 'trained so often on each, by seeds 1, 2, …', Number, 5)
    .option('--json', 'print one JSON document instead')
    .action(async (folder: string, { seeds, json }: Flags) => {
      requireWhole('--seeds', seeds, 1)
      const runtime = await openNodeRuntime()
      try {
        const numbers = Array.from({ length: seeds }, (_, i) => i + 1)
        const result = await runAdbench(folder, numbers, runtime, (set) => note(line(set)))
        if (json) return writeJson(result)
        const names = Object.keys(result.mean)
        say(
          table([
            ['AUROC', ...names],
            ...result.sets.map(({ set, auroc }) => [set, ...names.map((name) => mean(auroc[name] ?? []).toFixed(3))]),
            ['mean', ...names.map((name) => result.mean[name]?.toFixed(3) ?? '-')],
          ]),
        )
      } finally {
        await runtime.close()
      }
    })
}

const line = ({ set, auroc }: AdbenchSet) =>
  `${set}: ${Object.entries(auroc)
    .map(([name, values]) => `${name} ${mean(values).toFixed(3)}`)
    .join(', ')}`
