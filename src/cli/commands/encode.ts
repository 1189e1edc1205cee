import type { Command } from 'commander'
import { openModelSamples } from '../../app/sources.js'
import { requireNew } from '../../node/files.js'
import { writeArray } from '../array-output.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'

export function register(command: Command): void {
  modelArguments(command)
    .option('--out <file>', 'where the codes go, as .npy', 'codes.npy')
    .action(async (run: string, { data, seed, device, out, json }: ModelFlags & { readonly out: string }) => {
      await requireNew(out)
      const rows = await withModel(run, device, async (model) =>
        model.encode(await openModelSamples(model, data, seed)),
      )
      await writeArray(out, rows, json)
    })
}
