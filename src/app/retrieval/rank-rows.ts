import { compileDistances } from '../../compile/distances.js'
import { floats } from '../../runtime/floats.js'
import type { Runtime } from '../../runtime/types.js'

/** Queries that are compared with all rows in one run. */
const BATCH = 256

/** Rows of numbers that are compared by the cosine of the angle between them. */
export interface Compared {
  /** float32 [queries, width] */
  readonly queries: Float32Array
  /** float32 [rows, width], at most 2²⁰ rows */
  readonly rows: Float32Array
  readonly width: number
}

/**
 * All rows for each query, the nearest first; of equally near ones the earlier row. Of length 1, rows are as near by their
 * distance as by their cosine.
 */
export async function rankRows({ queries, rows, width }: Compared, runtime: Runtime): Promise<Uint32Array[]> {
  const [from, to] = [unit(queries, width), unit(rows, width)]
  const count = rows.length / width
  const session = await runtime.open(compileDistances(width))
  const all = await runtime.put({ dtype: 'float32', shape: [count, width], data: to })
  const rankings: Uint32Array[] = []
  try {
    for (let first = 0; first < from.length; first += BATCH * width) {
      const data = from.slice(first, first + BATCH * width)
      const part = { dtype: 'float32', shape: [data.length / width, width], data } as const
      const closeness = floats(await session.run({ queries: part, rows: all }), 'closeness')
      for (let at = 0; at < closeness.length; at += count) rankings.push(sorted(closeness.subarray(at, at + count)))
    }
    return rankings
  } finally {
    runtime.release([all])
    await session.close()
  }
}

/** Numbers of rows, as many as a key has room for. */
const MOST_ROWS = 2 ** 20

/**
 * Bits of a distance, which order as it does since none is negative, and the row behind them: numbers that sort by
 * themselves.
 */
function sorted(closeness: Float32Array): Uint32Array {
  // 0 − x, that no distance is −0
  const bits = new Uint32Array(closeness.map((x) => 0 - x).buffer)
  const keys = Float64Array.from(bits, (word, row) => word * MOST_ROWS + row).sort()
  return Uint32Array.from(keys, (key) => key % MOST_ROWS)
}

/** Each row divided by its Euclidean length; zeros stay zeros. */
export function unit(rows: Float32Array, width: number): Float32Array {
  const out = rows.slice()
  for (let from = 0; from < out.length; from += width) {
    let squares = 0
    for (let j = from; j < from + width; j++) squares += (out[j] as number) ** 2
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0
    for (let j = from; j < from + width; j++) out[j] = (out[j] as number) * scale
  }
  return out
}
