import { DiaboloError } from '../base/errors.js'
import { permutation, rng } from '../base/random.js'
import { join } from './concat.js'
import { type Dataset, dataset } from './dataset.js'
import type { Span } from './order.js'
import { type RowStream, readRows } from './row-stream.js'

/** Rows for testing that are kept in memory, at most. */
const MOST_TESTED = 10_000
/** Places in the stream from which rows for testing are taken, so that they stand for all of it. */
const PLACES = 100

export interface StreamSplit {
  readonly train: RowStream
  readonly test: Dataset
}

/**
 * A random part of a stream set aside for testing, and read: 10,000 rows at most, in a hundred runs of consecutive rows.
 *
 * @param part  of the rows, between 0 and 1; at least one row goes to each side
 * @throws E_DATA when there are fewer than two rows; and what reading throws
 */
export async function holdOutStream(stream: RowStream, part: number, seed: number): Promise<StreamSplit> {
  const { rows, name, shape, scale, missing } = stream
  if (rows < 2) {
    throw new DiaboloError('E_DATA', {
      at: `stream "${name}"`,
      expected: 'at least 2 rows, one to train on and one to test on',
      found: `${rows}`,
      hint: 'give more rows',
    })
  }
  const wanted = Math.min(rows - 1, MOST_TESTED, Math.max(1, Math.round(part * rows)))
  const run = Math.max(1, Math.floor(wanted / PLACES))
  const places = permutation(Math.floor(rows / run), rng(seed, 'split')).subarray(0, Math.floor(wanted / run))
  const tested = Array.from(places.sort(), (at) => ({ from: at * run, to: (at + 1) * run }))
  const values = join(await Promise.all(tested.map(({ from, to }) => readRows(stream, from, to))))
  const labels = stream.labels && labelsIn(stream.labels, tested)
  const { classes } = stream
  const test = dataset(values, { name, shape, scale, missing, ...(labels && { labels }), ...(classes && { classes }) })
  return { train: without(stream, tested), test }
}

/** A stream without some of its rows. */
function without(stream: RowStream, left: readonly Span[]): RowStream {
  // what is kept between two gaps, with the number that its first row gets
  const kept: (Span & { readonly first: number })[] = []
  let rows = 0
  for (const [i, { from: to }] of [...left, { from: stream.rows }].entries()) {
    const from = left[i - 1]?.to ?? 0
    if (to > from) kept.push({ from, to, first: rows })
    rows += to - from
  }
  return {
    ...stream,
    rows,
    ...(stream.labels && { labels: labelsIn(stream.labels, kept) }),
    async read(from, to) {
      const parts = kept
        .map((span) => ({
          from: Math.max(span.from, span.from + from - span.first),
          to: Math.min(span.to, span.from + to - span.first),
        }))
        .filter((span) => span.from < span.to)
        .map((span) => readRows(stream, span.from, span.to))
      return join(await Promise.all(parts))
    },
  }
}

const labelsIn = (labels: Uint8Array | Int32Array, spans: readonly Span[]): Int32Array =>
  join(spans.map(({ from, to }) => Int32Array.from(labels.subarray(from, to))))
