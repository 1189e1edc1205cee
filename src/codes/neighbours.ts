import { DiaboloError } from '../base/errors.js'
import { compileDistances } from '../compile/distances.js'
import type { Rows } from '../model/faces.js'
import { sharedRuntime } from '../model/platform.js'
import { floats } from '../runtime/floats.js'
import type { Runtime } from '../runtime/types.js'
import { highest } from '../search/top-rows.js'
import { centred, matrix, meanOf, pointsOf } from './centred.js'

/** Bytes of distances that are computed in one run. */
const MOST_BYTES = 64 * 2 ** 20

export interface NeighbourOptions {
  /** How many for each query: 5 when left out. */
  readonly count?: number
  readonly runtime?: Runtime
  readonly signal?: AbortSignal
}

export interface Neighbours {
  readonly count: number
  /** int32 [queries, count]: row numbers, the nearest first; of equally near ones the earlier row */
  readonly rows: Int32Array
  /** float32 [queries, count]: squared Euclidean distances */
  readonly squared: Float32Array
}

/**
 * The nearest rows to each query, exactly: by the distances to all of them, which the runtime computes as products, in
 * float32.
 *
 * @param queries  float32 [queries, width]
 * @param among    float32 [rows, width]
 * @throws E_SHAPE when widths differ; E_OPTION when there are fewer rows than neighbours; the signal's reason when it aborts
 */
export async function nearestNeighbours(
  queries: Rows,
  among: Rows,
  options: NeighbourOptions = {},
): Promise<Neighbours> {
  const { count = 5, runtime = await sharedRuntime(), signal } = options
  const [asked, points] = [
    pointsOf(queries, 'queries of nearest neighbours'),
    pointsOf(among, 'rows of nearest neighbours'),
  ]
  requireComparable(asked.width, points.width)
  requireCount(count, points.rows)
  const { width } = points
  const mean = meanOf(points)
  const [from, to] = [centred(asked, mean), centred(points, mean)]
  const session = await runtime.open(compileDistances(width))
  const rows = await runtime.put(matrix(to, width))
  const found = { count, rows: new Int32Array(asked.rows * count), squared: new Float32Array(asked.rows * count) }
  try {
    const batch = Math.max(1, Math.floor(MOST_BYTES / 4 / points.rows))
    for (let first = 0; first < asked.rows; first += batch) {
      signal?.throwIfAborted()
      const part = from.slice(first * width, (first + batch) * width)
      const closeness = floats(await session.run({ queries: matrix(part, width), rows }), 'closeness')
      for (let query = 0; query * points.rows < closeness.length; query++) {
        const own = closeness.subarray(query * points.rows, (query + 1) * points.rows)
        highest(own, count).forEach(({ row, score }, i) => {
          found.rows[(first + query) * count + i] = row
          found.squared[(first + query) * count + i] = -score
        })
      }
    }
    return found
  } finally {
    runtime.release([rows])
    await session.close()
  }
}

/**
 * The class that most neighbours have; of equally many the lower one.
 *
 * @param labels  of the rows that were searched
 * @returns       int32 [queries]
 */
export function vote({ count, rows }: Neighbours, labels: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: rows.length / count }, (_, query) => {
    const votes = new Map<number, number>()
    for (const row of rows.subarray(query * count, (query + 1) * count)) {
      const label = labels[row] as number
      votes.set(label, (votes.get(label) ?? 0) + 1)
    }
    const [[winner] = [0, 0]] = [...votes].sort(([a, more], [b, most]) => most - more || a - b)
    return winner
  })
}

function requireComparable(asked: number, width: number): void {
  if (asked === width) return
  throw new DiaboloError('E_SHAPE', {
    at: 'queries of nearest neighbours',
    expected: `${width} values each, as the rows have`,
    found: `${asked}`,
    hint: 'compare codes that the same model made',
  })
}

function requireCount(count: number, rows: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= rows) return
  throw new DiaboloError('E_OPTION', {
    at: 'count of nearest neighbours',
    expected: `a whole number from 1 to ${rows}, the rows there are`,
    found: `${count}`,
    hint: '5 is a good number',
  })
}
