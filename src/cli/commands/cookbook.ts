import { dirname } from 'node:path'
import { type Command, Option } from 'commander'
import { cook } from '../../app/cookbook.js'
import { openBest, openSource } from '../../app/sources.js'
import { requireFresh } from '../../node/files.js'
import { defaultFolder } from '../../node/run-folder.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import type { Device } from '../../runtime/types.js'
import { deviceOption, numberOf } from '../flags.js'
import { interruptible } from '../interrupt.js'
import { bold, note, say, table, writeJson } from '../output.js'
import { createProgress } from '../progress.js'

interface Flags {
  readonly data?: string
  readonly seed: number
  readonly out?: string
  readonly full?: boolean
  readonly device: Device
  readonly json?: boolean
}

export function register(command: Command): void {
  command
    .option('--data <name or path>', 'what to train on (default: mnist when it can be had, otherwise digits)')
    .option('--seed <number>', 'decides every random draw', numberOf('--seed'), 1)
    .option('--out <folder>', 'where the page and the runs go (default: runs/cookbook-<time>)')
    .option('--quick', 'fewer samples and epochs, under two minutes on two cores (this is the default)')
    .addOption(new Option('--full', 'every preset whole, which takes much longer').conflicts('quick'))
    .addOption(deviceOption())
    .option('--json', 'print one JSON document instead')
    .action(run)
}

async function run({ data, seed, out = defaultFolder('cookbook'), full, device, json }: Flags): Promise<void> {
  const [source, runtime] = await Promise.all([
    data === undefined ? openBest(seed) : openSource(data, seed),
    openNodeRuntime({ device }),
  ])
  await requireFresh(out)
  const reason = 'reason' in source && source.reason ? ` (${source.reason}; "diabolo data fetch mnist" gets it)` : ''
  note(`data: ${bold(source.name)}, ${source.origin}${reason}\n`)

  let progress = createProgress('')
  const { result, interrupted } = await interruptible((signal) =>
    cook({
      source,
      extent: full ? 'full' : 'quick',
      seed,
      runtime,
      out,
      signal,
      onEvent: (name, event) => {
        if (event.type === 'start') progress = createProgress(name)
        else if (event.type === 'end') progress.end()
        else progress.onEvent(event)
      },
    }),
  )
  await runtime.close()
  const { page, runs } = result
  if (json) writeJson({ dataset: source.name, page, out, runs })
  else {
    const rows = Object.entries(runs).map(([name, { test, seconds, stepMs }]) => [
      name,
      test.mse.toFixed(5),
      test.perImage.toFixed(2),
      seconds > 0 ? seconds.toFixed(1) : '-',
      stepMs === null ? '-' : stepMs.toFixed(2),
    ])
    say(table([['recipe', 'MSE per pixel', 'squared error per image', 'seconds', 'ms per step'], ...rows]))
    note(`\n${page} shows it all; the models are beside it in ${dirname(page)}`)
  }
  if (interrupted !== undefined) process.exitCode = interrupted
}
