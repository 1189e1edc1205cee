import type { Command } from 'commander'
import { madeOf, requireArrayFile } from '../../app/array-file.js'
import { openModelSamples } from '../../app/sources.js'
import { ARRAY_OUT, writeArray } from '../array-output.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'

export function register(command: Command): void {
  modelArguments(command)
    .option('--out <file>', `where the codes go, ${ARRAY_OUT}`, 'codes.npy')
    .action(async (run: string, { data, seed, device, out, json }: ModelFlags & { readonly out: string }) => {
      await requireArrayFile(out)
      await withModel(run, device, async (model) => {
        const samples = model.samples(await openModelSamples(model, data, seed))
        await writeArray(out, await madeOf('code', samples, (part) => model.encode(part)), json)
      })
    })
}
