import type { Command } from 'commander'
import { madeOf, requireArrayFile } from '../../app/array-file.js'
import { openModelSamples } from '../../app/sources.js'
import { ARRAY_OUT, writeArray } from '../array-output.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'

export function register(command: Command): void {
  modelArguments(command)
    .option('--out <file>', `where the class maps go, ${ARRAY_OUT}`, 'class-maps.npy')
    .action(async (run: string, { data, seed, device, out, json }: ModelFlags & { readonly out: string }) => {
      await requireArrayFile(out)
      await withModel(run, device, async (model) => {
        const samples = model.samples(await openModelSamples(model, data, seed))
        const made = await madeOf('class', samples, async (part) => {
          const { shape, data } = await model.segment(part)
          return { shape, data: Float32Array.from(data) }
        })
        await writeArray(out, made, json)
      })
    })
}
