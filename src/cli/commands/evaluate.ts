import type { Command } from 'commander'
import { openModelSamples } from '../../app/sources.js'
import type { Segmentation } from '../../model/segmentation.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'
import { say, table, writeJson } from '../output.js'

export function register(command: Command): void {
  modelArguments(command).action(async (run: string, { data, seed, device, json }: ModelFlags) => {
    const evaluation = await withModel(run, device, async (model) => {
      const samples = model.samples(await openModelSamples(model, data, seed))
      const columns = model.spec.table && { columns: await model.columnErrors(samples) }
      return { ...(await model.evaluate(samples)), ...columns }
    })
    if (json) return writeJson({ run, data, ...evaluation })
    const { mse, perImage, rows, columns, segmentation } = evaluation
    if (segmentation) return showSegmentation(data, rows, segmentation)
    const heads = columns ? ['error per value', 'error per row'] : ['MSE per value', 'squared error per sample']
    say(
      table([
        ['data', 'samples', ...heads],
        [data, String(rows), mse.toFixed(5), perImage.toFixed(2)],
      ]),
    )
    if (!columns) return
    const lines = Object.entries(columns).map(([name, error]) => [name, error.toFixed(4)])
    say(`\n${table([['column', 'error'], ...lines])}`)
  })
}

function showSegmentation(data: string, rows: number, { pixelAccuracy, meanIou, iou }: Segmentation): void {
  say(
    table([
      ['data', 'samples', 'mean IoU', 'pixels right'],
      [data, String(rows), meanIou.toFixed(4), pixelAccuracy.toFixed(4)],
    ]),
  )
  const lines = iou.map((value, k) => [String(k), value === null ? '-' : value.toFixed(4)])
  say(`\n${table([['class', 'IoU'], ...lines])}`)
}
