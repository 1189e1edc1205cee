import { basename, join } from 'node:path'
import { rank } from '../detect/ranking.js'
import { writeWhole } from '../node/files.js'
import { RUN_FILES } from '../node/run-folder.js'
import type { Figure } from '../report/figure.js'
import { renderPage, type Section } from '../report/page.js'
import { drawRankingCurve } from '../report/ranking-curve.js'
import { drawScoreHistogram } from '../report/score-histogram.js'
import type { Detection } from './detection.js'
import { type DetectionSummary, truthOf } from './detection-summary.js'
import type { Anomalies } from './labelled-rows.js'
import { writeFigure, writeModel } from './run-writer.js'

/** What a detection leaves behind beside its model. */
export const DETECTION_FILE = 'detection.json'

/** Writes the detector first, then what it found, then a page about it. */
export async function writeDetection(
  folder: string,
  detection: Detection,
  summary: DetectionSummary,
  anomaly: Anomalies | undefined,
): Promise<void> {
  await writeModel(folder, detection.model)
  await writeWhole(join(folder, DETECTION_FILE), `${JSON.stringify(summary, undefined, 2)}\n`)
  const figures = await drawDetection(detection, anomaly)
  await writeWhole(join(folder, RUN_FILES.report), renderDetection(summary, figures))
  for (const figure of figures) await writeFigure(join(folder, RUN_FILES.figures), figure, undefined)
}

/** How the scores lie; and, where it is known what they should find, how well they do. */
export async function drawDetection(detection: Detection, anomaly: Anomalies | undefined): Promise<Figure[]> {
  const { model, scored, judged } = detection
  const [{ scores }] = scored
  const own = (values: Float32Array) => Float32Array.from(judged, (row) => values[row] as number)
  const truth = truthOf(detection, anomaly)
  const histogram = await drawScoreHistogram({
    scores: own(scores),
    anomaly: truth,
    threshold: model.threshold?.value,
    title: 'Scores, and where the threshold is',
    caption: 'What is right of the threshold is called an anomaly.',
  })
  if (!truth) return [histogram]
  const rankings = scored.map(({ name, scores }) => ({ name, ...rank(own(scores), truth) }))
  const anomalies = truth.filter((is) => is).length / truth.length
  return [
    histogram,
    await drawRankingCurve({
      kind: 'roc',
      caption: 'Each point is a threshold: how many anomalies are found, and at how many false alarms.',
      anomalies,
      lines: rankings.map(({ name, auroc, points }) => ({
        name,
        area: auroc,
        points: [[0, 0], ...points.map(({ falseAlarms, recall }) => [falseAlarms, recall] as const)],
      })),
    }),
    await drawRankingCurve({
      kind: 'precisionRecall',
      caption: 'The same thresholds: how much of what is called an anomaly is one.',
      anomalies,
      lines: rankings.map(({ name, averagePrecision, points }) => ({
        name,
        area: averagePrecision,
        points: points.map(({ recall, precision }) => [recall, precision] as const),
      })),
    }),
  ]
}

function renderDetection(summary: DetectionSummary, figures: readonly Figure[]): string {
  const { data, rows, learned, anomalies, threshold, seed, seconds } = summary
  return renderPage({
    title: `Anomalies in ${basename(data)}`,
    lead:
      anomalies === null
        ? `${rows.toLocaleString('en')} rows are scored. The model has no threshold, so none of them is called an anomaly.`
        : `${anomalies.toLocaleString('en')} of ${rows.toLocaleString('en')} rows are above the threshold.`,
    facts: [
      { label: 'Data', value: data },
      { label: 'Rows learned from', value: learned },
      ...(threshold ? [{ label: 'Threshold', value: threshold.value }] : []),
      ...(threshold?.falseAlarms !== undefined
        ? [{ label: 'False alarms, at most', value: threshold.falseAlarms }]
        : []),
      ...(threshold && threshold.falseAlarms === undefined ? [{ label: 'Quantile', value: threshold.quantile }] : []),
      { label: 'Seconds of training', value: seconds },
      { label: 'Seed', value: String(seed) },
    ],
    sections: [...comparison(summary), ...listing(summary), { heading: 'Figures', figures }],
  })
}

/** The detector beside what it must be better than. */
function comparison({ worth, verdict, judged, seen, agreement }: DetectionSummary): Section[] {
  if (!worth) {
    if (Object.keys(agreement).length === 0) return []
    return [
      {
        heading: 'Do others agree?',
        text: 'No labels were given, so nobody knows what is right. Where principal components, or the network without its training, put the same rows on top, the anomalies are easy to see.',
        facts: Object.entries(agreement).map(([name, part]) => ({ label: `Shared with ${name}`, value: part })),
      },
    ]
  }
  const found = verdict && [
    { label: 'Anomalies found', value: verdict.recall },
    { label: 'Of those called one', value: verdict.precision },
    { label: 'False alarms', value: verdict.falseAlarms },
  ]
  return [
    {
      heading: 'What it is worth',
      text: 'A detector that is not better than principal components or than its own untrained network has learned nothing of use here.',
      table: {
        caption: `On ${judged.toLocaleString('en')} rows whose labels are known; ${
          seen ? 'it learned from these rows, but saw no label' : 'it learned from none of them'
        }.`,
        columns: [
          { label: 'Detector' },
          { label: 'AUROC', best: 'highest' },
          { label: 'Average precision', best: 'highest' },
        ],
        rows: Object.entries(worth).map(([name, { auroc, averagePrecision }]) => [name, auroc, averagePrecision]),
      },
      ...(found && { facts: found }),
    },
  ]
}

function listing({ anomalous, anomalies }: DetectionSummary): Section[] {
  if (anomalous.length === 0) return []
  return [
    {
      heading: 'Anomalies',
      table: {
        caption: `The ${anomalous.length} largest scores of ${anomalies?.toLocaleString('en')} above the threshold, and what adds most to each.`,
        columns: [{ label: 'Row' }, { label: 'Score' }, { label: 'Mostly from' }],
        rows: anomalous.map(({ row, score, blame }) => [String(row), score, showBlame(blame)]),
      },
    },
  ]
}

/** `width 62%, height 21%` */
export const showBlame = (blame: DetectionSummary['anomalous'][number]['blame']): string =>
  blame
    .filter(({ share }) => share >= 0.005)
    .map(({ value, share }) => `${typeof value === 'number' ? `value ${value}` : value} ${Math.round(100 * share)}%`)
    .join(', ')
