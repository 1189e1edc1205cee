import type { Command } from 'commander'
import { openSamples } from '../../app/sources.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'
import { say, table, writeJson } from '../output.js'

export function register(command: Command): void {
  modelArguments(command).action(async (run: string, { data, seed, device, json }: ModelFlags) => {
    const evaluation = await withModel(run, device, async (model) => model.evaluate(await openSamples(data, seed)))
    if (json) writeJson({ run, data, ...evaluation })
    else {
      const { mse, perImage, rows } = evaluation
      say(
        table([
          ['data', 'samples', 'MSE per value', 'squared error per sample'],
          [data, String(rows), mse.toFixed(5), perImage.toFixed(2)],
        ]),
      )
    }
  })
}
