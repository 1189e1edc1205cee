import type { Tensor } from '../../base/tensor.js'
import { floats } from '../../runtime/floats.js'
import { runsOf } from '../../runtime/runs.js'
import type { Feeds, Session } from '../../runtime/types.js'
import type { Feed } from '../feed.js'

const ROWS_PER_RUN = 1000

/** Averages over all rows of what a graph sums over some of them; in float64. */
export type Averages = Readonly<Record<string, Float64Array>>

/**
 * Runs a graph of sums over all rows of a feed.
 *
 * @param more         fed with every run, beside `data` and `rows`
 * @param rowsPerRun   the most that one run takes
 * @returns            each output's average over the rows, by name; nothing when the caller aborted before all were seen
 */
export async function averageOver(
  session: Session,
  feed: Feed,
  outputs: readonly string[],
  more: Feeds = {},
  rowsPerRun = ROWS_PER_RUN,
): Promise<Averages | undefined> {
  const sums = new Map<string, Float64Array>()
  let seen = 0
  for await (const portion of feed.portions({ batch: rowsPerRun })) {
    for (const [from, to] of runsOf(portion.places.length, rowsPerRun)) {
      const data = portion.places.slice(from, to)
      const rows = { dtype: 'int32', shape: [data.length], data } as const
      const result = await session.run({ data: portion.resident, rows, ...more })
      for (const name of outputs) accumulate(sums, name, floats(result, name))
      seen += data.length
    }
  }
  if (seen < feed.data.rows) return undefined
  return Object.fromEntries(Array.from(sums, ([name, sum]) => [name, sum.map((x) => x / feed.data.rows)]))
}

function accumulate(sums: Map<string, Float64Array>, name: string, part: Float32Array): void {
  const sum = sums.get(name) ?? new Float64Array(part.length)
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number)
  sums.set(name, sum)
}

/** What has been found about a mean, and averages around it: two passes, so that nothing is lost where the mean is large. */
export async function averageAroundMean(
  session: Session,
  feed: Feed,
  width: number,
  outputs: readonly string[],
  rowsPerRun?: number,
): Promise<{ readonly mean: Float64Array; readonly averages: Averages } | undefined> {
  const found = await averageOver(session, feed, ['sum'], { mean: vector(new Float32Array(width)) }, rowsPerRun)
  const mean = found?.sum
  if (!mean) return undefined
  const averages = await averageOver(session, feed, outputs, { mean: vector(Float32Array.from(mean)) }, rowsPerRun)
  return averages && { mean, averages }
}

export const vector = (data: Float32Array): Tensor<'float32'> => ({ dtype: 'float32', shape: [data.length], data })

export const matrix = (rows: number, columns: number, data: Float32Array): Tensor<'float32'> => ({
  dtype: 'float32',
  shape: [rows, columns],
  data,
})
