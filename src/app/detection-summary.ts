import { judge, rank, type Verdict } from '../detect/ranking.js'
import type { Threshold } from '../model/artifact.js'
import type { Detection } from './detection.js'
import type { Anomalies } from './labelled-rows.js'
import { ranked } from './score-table.js'

/** What a detector is worth, where it is known which rows are anomalies. */
export interface Worth {
  readonly auroc: number
  readonly averagePrecision: number
}

export interface Anomaly {
  readonly row: number
  readonly score: number
  /** What adds most to the score, the most first: columns of a table by name, values by number (from 0). */
  readonly blame: readonly { readonly value: string | number; readonly share: number }[]
}

/** What a detection came to, as plain JSON. */
export interface DetectionSummary {
  readonly data: string
  readonly rows: number
  readonly learned: number
  /** Rows that it is judged by, where labels were given. */
  readonly judged: number
  /** Whether it learned from rows that it is judged by. */
  readonly seen: boolean
  readonly seed: number
  readonly seconds: number
  readonly threshold: Threshold | null
  /** Rows above the threshold; null where there is none. */
  readonly anomalies: number | null
  /** The first ones, the largest scores first. */
  readonly anomalous: readonly Anomaly[]
  /** By the name of each detector: only where labels were given, and some rows are anomalies and others not. */
  readonly worth?: Readonly<Record<string, Worth>>
  /** What the threshold comes to: only where it is known what each detector is worth. */
  readonly verdict?: Verdict
  /** Of the rows with the largest scores, as many as there are anomalies, the part that each baseline agrees on. */
  readonly agreement: Readonly<Record<string, number>>
}

/** Anomalies that are listed, and how many values are blamed for each. */
const LISTED = 20
const BLAMED = 3

/**
 * @param anomaly  of every row, where it is known
 */
export function summarise(
  { data, seed }: { readonly data: string; readonly seed: number },
  detection: Detection,
  anomaly: Anomalies | undefined,
): DetectionSummary {
  const { model, scored, judged, learned, seen, seconds } = detection
  const [{ scores }, ...baselines] = scored
  const limit = model.threshold?.value
  const above = limit === undefined ? [] : ranked(scores).filter((row) => (scores[row] as number) > limit)
  const judgedOf = (values: Float32Array) => Float32Array.from(judged, (row) => values[row] as number)
  const truth = truthOf(detection, anomaly)
  return {
    data,
    rows: scores.length,
    learned,
    judged: judged.length,
    seen,
    seed,
    seconds,
    threshold: model.threshold ?? null,
    anomalies: limit === undefined ? null : above.length,
    anomalous: above
      .slice(0, LISTED)
      .map((row) => ({ row, score: scores[row] as number, blame: blameOf(detection, row) })),
    ...(truth && {
      worth: Object.fromEntries(
        scored.map(({ name, scores }) => {
          const { auroc, averagePrecision } = rank(judgedOf(scores), truth)
          return [name, { auroc, averagePrecision }]
        }),
      ),
      ...(limit !== undefined && { verdict: judge(judgedOf(scores), truth, limit) }),
    }),
    agreement: Object.fromEntries(
      baselines.map((baseline) => [baseline.name, sharedTop(scores, baseline.scores, Math.max(1, above.length))]),
    ),
  }
}

/** Whether each row that is judged by is an anomaly; undefined where that is not known, or where all are of one kind. */
export function truthOf({ judged }: Detection, anomaly: Anomalies | undefined): boolean[] | undefined {
  const truth = anomaly && Array.from(judged, (row) => anomaly[row] === true)
  return truth && new Set(truth).size === 2 ? truth : undefined
}

/** The values or columns that add most to a row's score. */
function blameOf({ model, errors, scored }: Detection, row: number): Anomaly['blame'] {
  const width = errors.length / scored[0].scores.length
  const own = errors.subarray(row * width, (row + 1) * width)
  const total = own.reduce((sum, error) => sum + error, 0) || 1
  return ranked(own)
    .slice(0, BLAMED)
    .map((i) => ({ value: model.columns[i] ?? i, share: (own[i] as number) / total }))
}

function sharedTop(a: Float32Array, b: Float32Array, count: number): number {
  const top = new Set(ranked(a).slice(0, count))
  return (
    ranked(b)
      .slice(0, count)
      .filter((row) => top.has(row)).length / count
  )
}
