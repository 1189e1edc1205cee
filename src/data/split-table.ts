import { concatTables } from './concat.js'
import type { Span } from './order.js'
import { splitRows } from './split.js'
import { gapsBetween, testedSpans } from './split-stream.js'
import { pickTable, type Table, type TableStream } from './table.js'

/**
 * A random part of a table's rows set aside for testing.
 *
 * @param part  of the rows, between 0 and 1; at least one row goes to each side
 * @throws E_DATA when there are fewer than two rows
 */
export function holdOutTable(data: Table, part: number, seed: number): { readonly train: Table; readonly test: Table } {
  const { train, test } = splitRows(data, part, seed)
  return { train: pickTable(data, train), test: pickTable(data, test) }
}

/**
 * The same for a table that is read when it is needed; what is set aside, 10,000 rows at most, is read.
 *
 * @throws E_DATA when there are fewer than two rows; and what reading throws
 */
export async function holdOutTableStream(stream: TableStream, part: number, seed: number) {
  const tested = testedSpans(stream, part, seed)
  const held = ofSpans(stream, tested)
  return { train: ofSpans(stream, gapsBetween(stream.rows, tested)), test: await held.read(0, held.rows) }
}

const ofSpans = (stream: TableStream, spans: readonly Span[]): TableStream => ({
  ...concatTables(
    spans.map(({ from, to }) => ({
      ...stream,
      rows: to - from,
      read: (first, end) => stream.read(from + first, from + end),
    })),
  ),
  name: stream.name,
})
