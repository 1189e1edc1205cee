import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { type Detection, detect, scoreWith } from '../../app/detection.js'
import { showBlame, writeDetection } from '../../app/detection-report.js'
import { type DetectionSummary, summarise } from '../../app/detection-summary.js'
import { type LabelledRows, openLabelled } from '../../app/labelled-rows.js'
import { openModel } from '../../app/open-run.js'
import { type Scores, scoreTable } from '../../app/score-table.js'
import { DiaboloError } from '../../base/errors.js'
import { SCORES, type ScoreName } from '../../compile/spec.js'
import { formatCsv } from '../../data/formats/csv-text.js'
import type { ThresholdOptions } from '../../model/threshold.js'
import { requireFresh, writeWhole } from '../../node/files.js'
import { defaultFolder } from '../../node/run-folder.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import type { Device, Runtime } from '../../runtime/types.js'
import type { TableOptions } from '../../table/options.js'
import { deviceOption, numberOf, requireWhole } from '../flags.js'
import { interruptible } from '../interrupt.js'
import { note, say, table, writeJson } from '../output.js'
import { createProgress } from '../progress.js'
import { addTableFlags, tableOptionsOf } from '../table-flags.js'

interface Flags extends ThresholdOptions {
  readonly data: string
  readonly labels?: string
  readonly normalLabel?: string
  readonly contamination?: number
  readonly score?: ScoreName
  readonly seed: number
  readonly device: Device
  readonly out?: string
  readonly json?: boolean
}

/** Anomalies that a person is shown. */
const SHOWN = 10

export function register(command: Command): void {
  command
    .argument('[run]', 'a run folder, or a model.onnx, to score with; a detector is trained when left out')
    .requiredOption('--data <path>', 'the rows: a file of any format, or several')
    .option(
      '--labels <name>',
      'the column, or the array of an .npz, that says what each row is: used to judge, never to train',
    )
    .option(
      '--normal-label <label>',
      'the label of ordinary rows, and train on those only (default: 0, and on all rows)',
    )
    .option('--contamination <part>', 'call this part of the rows learned from anomalies', numberOf('--contamination'))
    .option(
      '--quantile <part>',
      'call what is above this part of the rows learned from anomalies (default: 0.99)',
      numberOf('--quantile'),
    )
    .option(
      '--false-alarms <part>',
      'call at most this part of ordinary rows anomalies; holds rows out to be sure of it',
      numberOf('--false-alarms'),
    )
    .addOption(new Option('--score <name>', 'how residuals become a score (default: standardized)').choices(SCORES))
    .option('--seed <number>', 'decides every random draw', numberOf('--seed'), 1)
    .addOption(deviceOption())
    .option(
      '--out <folder>',
      'where detector, scores and report go (default: runs/detect-<time>; nowhere for a trained one)',
    )
    .option('--json', 'print one JSON document instead')
  addTableFlags(command).action((run: string | undefined, flags: Flags) =>
    run === undefined ? train(flags, tableOptionsOf(command)) : scoreAll(run, flags, tableOptionsOf(command)),
  )
}

async function train(flags: Flags, columns: TableOptions | undefined): Promise<void> {
  const { data, labels, normalLabel, score, seed, device, out = defaultFolder('detect') } = flags
  requireWhole('--seed', seed, 0)
  const threshold = thresholdFrom(flags)
  const oneClass = normalLabel !== undefined
  const rows = await openLabelled(data, { labels, normal: normalLabel })
  await requireFresh(out)
  const runtime = await openNodeRuntime({ device })
  try {
    const progress = createProgress('detect')
    const { result, interrupted } = await interruptible((signal) =>
      detect({ ...rows, columns, oneClass, threshold, score, seed, runtime, signal, onEvent: progress.onEvent }),
    )
    progress.end()
    await report(flags, rows, result, out)
    if (interrupted !== undefined) process.exitCode = interrupted
  } finally {
    await runtime.close()
  }
}

async function scoreAll(run: string, flags: Flags, columns: TableOptions | undefined): Promise<void> {
  const { data, labels, normalLabel, device, score, out } = flags
  if (score !== undefined) throw alreadyTrained('--score')
  if (columns) throw alreadyTrained('how columns become numbers')
  if (Object.keys(thresholdFrom(flags)).length > 0) throw alreadyTrained('a threshold')
  const rows = await openLabelled(data, { labels, normal: normalLabel })
  const runtime: Runtime = await openNodeRuntime({ device })
  try {
    await report(flags, rows, await scoreWith(await openModel(run, runtime), rows), out)
  } finally {
    await runtime.close()
  }
}

const alreadyTrained = (what: string) =>
  new DiaboloError('E_OPTION', {
    at: 'diabolo detect <run>',
    expected: 'a trained detector as it is',
    found: what,
    hint: 'leave it out, or leave the run out to train a detector',
  })

function thresholdFrom({ contamination, quantile, falseAlarms }: Flags): ThresholdOptions {
  const given = Object.entries({ contamination, quantile, falseAlarms }).filter(([, value]) => value !== undefined)
  if (given.length > 1) {
    throw new DiaboloError('E_OPTION', {
      at: 'the threshold',
      expected: 'one of --contamination, --quantile and --false-alarms',
      found: `${given.length} of them`,
      hint: 'leave the others out',
    })
  }
  if (contamination === undefined) return Object.fromEntries(given)
  if (contamination > 0 && contamination < 1) return { quantile: 1 - contamination }
  throw new DiaboloError('E_OPTION', {
    at: '--contamination',
    expected: 'a number between 0 and 1, the part of the rows that are anomalies',
    found: `${contamination}`,
    hint: 'for example 0.05',
  })
}

async function report(flags: Flags, { anomaly }: LabelledRows, detection: Detection, out: string | undefined) {
  const { data, seed, json } = flags
  const unknown = anomaly?.filter((is) => is === undefined).length ?? 0
  if (unknown > 0)
    note(`${unknown} of ${anomaly?.length} rows have no label: they are scored, and nothing is judged by them`)
  const summary = summarise({ data, seed }, detection, anomaly)
  if (anomaly && !summary.worth) note('all labelled rows are of one kind: nothing says what the detector is worth')
  if (out !== undefined) {
    await writeDetection(out, detection, summary, anomaly)
    await writeWhole(join(out, 'scores.csv'), formatCsv(scoreTable(scoresOf(detection))))
  }
  if (json) writeJson({ ...summary, ...(out !== undefined && { out }) })
  else show(summary, out)
}

const scoresOf = ({ scored: [{ scores }], errors, model }: Detection): Scores => ({
  scores,
  errors,
  columns: model.columns,
  threshold: model.threshold?.value,
})

function show(summary: DetectionSummary, out: string | undefined): void {
  const { anomalous, worth, verdict, seen, agreement } = summary
  say(firstLine(summary))
  if (anomalous.length > 0) {
    const listed = anomalous
      .slice(0, SHOWN)
      .map(({ row, score, blame }) => [String(row), score.toPrecision(4), showBlame(blame)])
    say(`\n${table([['row', 'score', 'mostly from'], ...listed])}`)
  }
  if (worth) {
    const ranked = Object.entries(worth).map(([name, { auroc, averagePrecision }]) => [
      name,
      auroc.toFixed(3),
      averagePrecision.toFixed(3),
    ])
    say(`\n${table([['detector', 'AUROC', 'average precision'], ...ranked])}`)
  } else if (Object.keys(agreement).length > 0) {
    const shared = Object.entries(agreement).map(([name, part]) => [name, `${Math.round(100 * part)}%`])
    say(`\n${table([['would call the same rows', 'of them'], ...shared])}`)
  }
  if (verdict) {
    const parts = [verdict.recall, verdict.precision ?? 0, verdict.falseAlarms].map(
      (part) => `${(100 * part).toFixed(1)}%`,
    )
    say(
      `\nthe threshold finds ${parts[0]} of the anomalies; ${parts[1]} of what it calls one is; false alarms ${parts[2]}${seen ? ', among the rows learned from' : ''}`,
    )
  }
  if (out !== undefined)
    note(`\n${join(out, 'model.onnx')} is the detector, ${join(out, 'report.html')} tells about it`)
}

function firstLine({ rows, anomalies, threshold }: DetectionSummary): string {
  if (!threshold) return `${rows} rows are scored; the model has no threshold, so none is called an anomaly`
  const { value, quantile, falseAlarms } = threshold
  const rule =
    falseAlarms === undefined ? `quantile ${Number(quantile.toPrecision(6))}` : `at most ${falseAlarms} false alarms`
  return `${anomalies} of ${rows} rows are anomalies: scores above ${value.toPrecision(4)} (${rule})`
}
