import type { Command } from 'commander'
import { rankedAbove, type Scores, scoreTable } from '../../app/score-table.js'
import { openModelSamples } from '../../app/sources.js'
import { formatCsv } from '../../data/formats/csv-text.js'
import type { Autoencoder } from '../../model/autoencoder.js'
import { requireNew, writeWhole } from '../../node/files.js'
import { type ModelFlags, modelArguments, withModel } from '../model-command.js'
import { note, say, table, writeJson } from '../output.js'

/** Rows that are listed, the largest scores first. */
const LISTED = 10

export function register(command: Command): void {
  modelArguments(command)
    .option('--out <file>', 'where the score of every row goes, as .csv')
    .action(async (run: string, { data, seed, device, out, json }: ModelFlags & { readonly out?: string }) => {
      if (out !== undefined) await requireNew(out)
      const scored = await withModel(run, device, async (model) => scoresOf(model, data, seed))
      if (out !== undefined) await writeWhole(out, formatCsv(scoreTable(scored)))
      if (json) writeJson({ run, data, ...summaryOf(scored), ...(out !== undefined && { out }) })
      else show(data, scored, out)
    })
}

async function scoresOf(model: Autoencoder, data: string, seed: number): Promise<Scores> {
  const samples = model.samples(await openModelSamples(model, data, seed))
  const { columns, threshold } = model
  const scores = await model.score(samples)
  const errors = columns.length > 0 ? (await model.errors(samples)).data : undefined
  return { scores, errors, columns, threshold: threshold && Math.fround(threshold.value) }
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length

function summaryOf(scored: Scores) {
  const { scores, threshold } = scored
  const listed = rankedAbove(scored).map((row) => ({ row, score: scores[row], ...blameOf(scored, row) }))
  return {
    rows: scores.length,
    meanScore: mean(scores),
    threshold: threshold ?? null,
    ...(threshold !== undefined && { anomalies: listed.length, anomalous: listed }),
  }
}

/** The column that adds most to a row's score. */
function blameOf({ errors, columns }: Scores, row: number): { readonly column?: string } {
  if (!errors) return {}
  const own = errors.subarray(row * columns.length, (row + 1) * columns.length)
  const column = columns[own.indexOf(own.reduce((most, error) => Math.max(most, error)))]
  return column === undefined ? {} : { column }
}

function show(data: string, scored: Scores, out: string | undefined): void {
  const { scores, threshold } = scored
  const rows = rankedAbove(scored)
  const above = threshold === undefined ? '-' : String(rows.length)
  say(
    table([
      ['data', 'rows', 'mean score', 'threshold', 'above it'],
      [data, String(scores.length), mean(scores).toFixed(5), threshold?.toFixed(5) ?? '-', above],
    ]),
  )
  const listed = rows
    .slice(0, LISTED)
    .map((row) => [String(row), (scores[row] as number).toFixed(5), blameOf(scored, row).column ?? '-'])
  if (listed.length > 0) say(`\n${table([['row', 'score', 'most from'], ...listed])}`)
  if (out !== undefined) note(`\n${out}: the scores of all rows`)
}
