import type { Command } from 'commander'
import { madeOf, requireArrayFile } from '../../app/array-file.js'
import { openModelSamples } from '../../app/sources.js'
import { formatCsv } from '../../data/formats/csv-text.js'
import type { Table } from '../../data/table.js'
import { writeWhole } from '../../node/files.js'
import { ARRAY_OUT, writeArray } from '../array-output.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'
import { note, writeJson } from '../output.js'

export function register(command: Command): void {
  modelArguments(command)
    .option(
      '--out <file>',
      `where the reconstructions go, ${ARRAY_OUT}; of tables as .csv in their own units`,
      'reconstructions.npy',
    )
    .action(async (run: string, { data, seed, device, out, json }: ModelFlags & { readonly out: string }) => {
      await requireArrayFile(out)
      await withModel(run, device, async (model) => {
        const samples = await openModelSamples(model, data, seed)
        if ('columns' in samples && out.endsWith('.csv'))
          return writeTable(out, await model.reconstructTable(samples), json)
        const made = await madeOf('value', model.samples(samples), (part) => model.reconstruct(part))
        await writeArray(out, made, json)
      })
    })
}

async function writeTable(out: string, table: Table, json: boolean | undefined): Promise<void> {
  await writeWhole(out, formatCsv(table))
  const { rows, columns } = table
  if (json) writeJson({ out, rows, columns: columns.map(({ name }) => name) })
  else note(`${out}: ${rows} rows of ${columns.length} columns`)
}
