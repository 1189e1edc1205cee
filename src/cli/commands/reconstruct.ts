import type { Command } from 'commander'
import { madeOf, requireArrayFile } from '../../app/array-file.js'
import { openSamples } from '../../app/sources.js'
import { ARRAY_OUT, writeArray } from '../array-output.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'

export function register(command: Command): void {
  modelArguments(command)
    .option('--out <file>', `where the reconstructions go, ${ARRAY_OUT}`, 'reconstructions.npy')
    .action(async (run: string, { data, seed, device, out, json }: ModelFlags & { readonly out: string }) => {
      await requireArrayFile(out)
      await withModel(run, device, async (model) => {
        const made = await madeOf('value', await openSamples(data, seed), (part) => model.reconstruct(part))
        await writeArray(out, made, json)
      })
    })
}
