import { sizeOf } from '../base/shape.js'
import { joinTables } from './concat.js'
import { type RowStream, readRows } from './row-stream.js'
import { pickTable, type TableStream } from './table.js'

/** Rows that are read and not wanted, where that saves reading twice. */
const GAP = 256

/** Runs of ascending numbers, with small gaps in them. */
function* runsOf(rows: Int32Array): Generator<Int32Array> {
  for (let from = 0; from < rows.length; ) {
    let to = from + 1
    while (to < rows.length && (rows[to] as number) - (rows[to - 1] as number) <= GAP) to++
    yield rows.subarray(from, to)
    from = to
  }
}

const spanOf = (run: Int32Array) => ({ from: run[0] as number, to: (run.at(-1) as number) + 1 })

/** Some rows of a stream, as a stream; their labels too. */
export function pickRows(stream: RowStream, rows: Int32Array): RowStream {
  const width = sizeOf(stream.shape)
  return {
    ...stream,
    rows: rows.length,
    ...(stream.labels && { labels: Int32Array.from(rows, (row) => stream.labels?.[row] as number) }),
    async read(from, to) {
      const size = (to - from) * width
      const out = stream.dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size)
      let at = 0
      for (const run of runsOf(rows.subarray(from, to))) {
        const span = spanOf(run)
        const values = await readRows(stream, span.from, span.to)
        for (const row of run) {
          const place = (row - span.from) * width
          out.set(values.subarray(place, place + width), at)
          at += width
        }
      }
      return out
    },
  }
}

/** Some rows of a table, as a table that is read when it is needed. */
export function pickTableRows(table: TableStream, rows: Int32Array): TableStream {
  return {
    ...table,
    rows: rows.length,
    async read(from, to) {
      const parts = [...runsOf(rows.subarray(from, to))].map(async (run) => {
        const span = spanOf(run)
        const part = await table.read(span.from, span.to)
        return pickTable(
          part,
          run.map((row) => row - span.from),
        )
      })
      return joinTables(await Promise.all(parts), table)
    },
  }
}
