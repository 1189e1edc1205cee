import type { Command } from 'commander'
import { openSamples } from '../../app/sources.js'
import { requireNew } from '../../node/files.js'
import { writeArray } from '../array-output.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'

export function register(command: Command): void {
  modelArguments(command)
    .option('--out <file>', 'where the reconstructions go, as .npy', 'reconstructions.npy')
    .action(async (run: string, { data, seed, device, out, json }: ModelFlags & { readonly out: string }) => {
      await requireNew(out)
      const rows = await withModel(run, device, async (model) => model.reconstruct(await openSamples(data, seed)))
      await writeArray(out, rows, json)
    })
}
