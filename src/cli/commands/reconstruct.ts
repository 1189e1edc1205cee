import type { Command } from 'commander'
import { openModelSamples } from '../../app/sources.js'
import { DiaboloError } from '../../base/errors.js'
import type { Dataset } from '../../data/dataset.js'
import { formatCsv } from '../../data/formats/csv-text.js'
import type { Table } from '../../data/table.js'
import { requireNew, writeWhole } from '../../node/files.js'
import { writeArray } from '../array-output.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'
import { note, writeJson } from '../output.js'

export function register(command: Command): void {
  modelArguments(command)
    .option(
      '--out <file>',
      'where the reconstructions go, as .npy, or of tables as .csv in their own units',
      'reconstructions.npy',
    )
    .action(async (run: string, { data, seed, device, out, json }: ModelFlags & { readonly out: string }) => {
      await requireNew(out)
      await withModel(run, device, async (model) => {
        const samples = await openModelSamples(model, data, seed)
        if (!out.endsWith('.csv')) return writeArray(out, await model.reconstruct(samples), json)
        const table = await model.reconstructTable(requireTable(samples, out))
        await writeWhole(out, formatCsv(table))
        const { rows, columns } = table
        if (json) writeJson({ out, rows, columns: columns.map(({ name }) => name) })
        else note(`${out}: ${rows} rows of ${columns.length} columns`)
      })
    })
}

function requireTable(samples: Dataset | Table, out: string): Table {
  if ('columns' in samples) return samples
  throw new DiaboloError('E_OPTION', {
    at: `--out ${out}`,
    expected: 'a name that ends in .npy: samples are no table',
    found: 'one that ends in .csv',
    hint: 'give --out reconstructions.npy, or a model and data that are of a table',
  })
}
