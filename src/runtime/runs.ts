/** `from` and `to` (exclusive) of each run. */
export function* runsOf(rows: number, perRun: number): Generator<readonly [from: number, to: number]> {
  for (let from = 0; from < rows; from += perRun) yield [from, Math.min(from + perRun, rows)]
}
