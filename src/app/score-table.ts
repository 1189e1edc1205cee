import { type Column, type Table, table } from '../data/table.js'

/** Rows that a model scored. */
export interface Scores {
  readonly scores: Float32Array
  /** Of tables: float32 [rows, columns], what each column adds. */
  readonly errors: Float32Array | undefined
  readonly columns: readonly string[]
  readonly threshold: number | undefined
}

/** Places of rows, the largest scores first. */
export const ranked = (scores: Float32Array): number[] =>
  Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)

/** Those above the threshold; all of them where there is none. */
export const rankedAbove = ({ scores, threshold = Number.NEGATIVE_INFINITY }: Scores): number[] =>
  ranked(scores).filter((row) => (scores[row] as number) > threshold)

/** One row for each: its number, its score, whether that is too large, and what each column adds. */
export function scoreTable({ scores, errors, columns, threshold }: Scores): Table {
  const number = (name: string, values: Iterable<number>): Column => ({
    name,
    type: 'number',
    values: Float64Array.from(values),
  })
  return table([
    number('row', scores.keys()),
    number('score', scores),
    ...(threshold === undefined
      ? []
      : [
          number(
            'anomaly',
            Array.from(scores, (score) => +(score > threshold)),
          ),
        ]),
    ...columns.map((name, i) =>
      number(
        `error ${name}`,
        Array.from(scores, (_, row) => errors?.[row * columns.length + i] ?? Number.NaN),
      ),
    ),
  ])
}
