import { DiaboloError } from '../base/errors.js'
import { type Rng, rng } from '../base/random.js'
import { compileAssignment, compileDistances } from '../compile/distances.js'
import type { Rows } from '../model/faces.js'
import { sharedRuntime } from '../model/platform.js'
import { floats } from '../runtime/floats.js'
import { runsOf } from '../runtime/runs.js'
import type { Resident, Runtime, Session } from '../runtime/types.js'
import { centred, matrix, meanOf, type Points, pointsOf } from './centred.js'

/** Rows whose sums are taken in float32; those of parts are added in float64. */
const ROWS_PER_PART = 4096

export interface KMeansOptions {
  readonly clusters: number
  /** How often to begin anew; the clustering with the least inertia is kept. 10 when left out. */
  readonly restarts?: number
  readonly seed?: number
  /** Rounds of one clustering at most: 300 when left out. */
  readonly rounds?: number
  /** Centres to begin with, [clusters, width], in place of those that are drawn; there is then one clustering. */
  readonly start?: Rows
  readonly runtime?: Runtime
  readonly signal?: AbortSignal
}

export interface Clustering {
  /** float32 [clusters, width]: the mean of each cluster; of an empty one where it was last */
  readonly centres: Rows
  /** int32 [rows]: the cluster of each row, from 0 */
  readonly clusters: Int32Array
  /** Σ |x − c|² over rows, c the centre of each. */
  readonly inertia: number
  /** Until no row changed its cluster. */
  readonly rounds: number
}

/**
 * k-means (Lloyd 1982), begun by k-means++ (Arthur & Vassilvitskii 2007). Distances and sums are computed by the runtime. A
 * cluster that loses all of its rows gets the row that is farthest from its centre; where there are fewer different rows than
 * clusters, those that are too many stay empty.
 *
 * @param codes  float32 [rows, width]
 * @throws E_OPTION when there are fewer rows than clusters; the signal's reason when it aborts
 */
export async function kMeans(codes: Rows, options: KMeansOptions): Promise<Clustering> {
  const { clusters, restarts = 10, seed = 0, rounds = 300, start, runtime = await sharedRuntime(), signal } = options
  const points = pointsOf(codes, 'codes to cluster')
  requireClusters(clusters, points.rows)
  const mean = meanOf(points)
  const data = centred(points, mean)
  const moved = { ...points, data }
  const table = await Table.open(runtime, moved, clusters)
  try {
    let best: Assigned | undefined
    for (let restart = 0; restart < (start ? 1 : restarts); restart++) {
      const first = start
        ? centredStart(start, points.width, clusters, mean)
        : await table.seed(rng(seed, 'k-means', restart))
      const found = await lloyd(table, moved, first, { rounds, signal })
      if (!best || found.inertia < best.inertia) best = found
    }
    const { centres, ...found } = best as Assigned
    const data = centres.map((value, i) => value + (mean[i % points.width] as number))
    return { ...found, centres: { shape: [clusters, points.width], data } }
  } finally {
    await table.close()
  }
}

interface Assigned extends Omit<Clustering, 'centres'> {
  /** [clusters, width] */
  readonly centres: Float32Array
}

async function lloyd(
  table: Table,
  points: Points,
  start: Float32Array,
  { rounds, signal }: { readonly rounds: number; readonly signal: AbortSignal | undefined },
): Promise<Assigned> {
  let centres = start
  let before: Assignment | undefined
  for (let round = 1; ; round++) {
    signal?.throwIfAborted()
    const assigned = await table.assign(centres)
    const { clusters, inertia, counts } = assigned
    const settled = before?.clusters.every((cluster, i) => cluster === clusters[i])
    // a row that was given to an empty cluster may be back with its like: others are tried while that makes anything better
    const refills = counts.includes(0) && inertia < (before?.inertia ?? 0)
    if ((settled && !refills) || round > rounds) return { centres, clusters, inertia, rounds: Math.min(round, rounds) }
    centres = meansOf(assigned, points, centres)
    before = assigned
  }
}

interface Assignment {
  readonly clusters: Int32Array
  /** Squared, of each row to its centre. */
  readonly distances: Float32Array
  readonly inertia: number
  /** [clusters, width] */
  readonly sums: Float64Array
  readonly counts: Float64Array
}

/** New centres; empty clusters take rows from others, the farthest first, and keep their centres where there is none to take. */
function meansOf(
  { clusters, distances, sums, counts }: Assignment,
  points: Points,
  centres: Float32Array,
): Float32Array {
  const { width, data } = points
  const left = Float32Array.from(distances)
  const hasOthers = (row: number) => (counts[clusters[row] as number] as number) > 1
  const empty = [...counts.keys()].filter((cluster) => counts[cluster] === 0)
  for (const cluster of empty) {
    const row = farthest(left, hasOthers)
    if (row === undefined) break
    const from = clusters[row] as number
    for (let j = 0; j < width; j++) {
      const value = data[row * width + j] as number
      sums[from * width + j] = (sums[from * width + j] as number) - value
      sums[cluster * width + j] = value
    }
    counts[from] = (counts[from] as number) - 1
    counts[cluster] = 1
    left[row] = 0
  }
  return centres.map((centre, i) => {
    const count = counts[Math.floor(i / width)] as number
    return count === 0 ? centre : (sums[i] as number) / count
  })
}

/** @returns nothing where all of these rows are at their centres */
function farthest(distances: Float32Array, isWanted: (row: number) => boolean): number | undefined {
  let found: number | undefined
  let most = 0
  distances.forEach((distance, row) => {
    if (distance <= most || !isWanted(row)) return
    found = row
    most = distance
  })
  return found
}

/** Rows on the runtime's side, and the two graphs that look at them. */
class Table {
  readonly #runtime: Runtime
  readonly #points: Points
  readonly #clusters: number
  readonly #parts: readonly Resident[]
  readonly #assignment: Session
  readonly #distances: Session

  private constructor(
    runtime: Runtime,
    { points, clusters }: { readonly points: Points; readonly clusters: number },
    parts: readonly Resident[],
    [assignment, distances]: readonly [Session, Session],
  ) {
    this.#runtime = runtime
    this.#points = points
    this.#clusters = clusters
    this.#parts = parts
    this.#assignment = assignment
    this.#distances = distances
  }

  static async open(runtime: Runtime, points: Points, clusters: number): Promise<Table> {
    const { rows, width, data } = points
    const parts = Array.from(runsOf(rows, ROWS_PER_PART), ([from, to]) =>
      runtime.put(matrix(data.slice(from * width, to * width), width)),
    )
    const sessions = [runtime.open(compileAssignment(width, clusters)), runtime.open(compileDistances(width))] as const
    return new Table(runtime, { points, clusters }, await Promise.all(parts), await Promise.all(sessions))
  }

  async assign(centres: Float32Array): Promise<Assignment> {
    const { rows, width } = this.#points
    const clusters = new Int32Array(rows)
    const distances = new Float32Array(rows)
    const sums = new Float64Array(this.#clusters * width)
    const counts = new Float64Array(this.#clusters)
    const feed = matrix(centres, width)
    const results = await Promise.all(this.#parts.map((part) => this.#assignment.run({ rows: part, centres: feed })))
    results.forEach((result, i) => {
      clusters.set(floats(result, 'cluster'), i * ROWS_PER_PART)
      distances.set(floats(result, 'distance'), i * ROWS_PER_PART)
      addTo(sums, floats(result, 'sum'))
      addTo(counts, floats(result, 'count'))
    })
    return { clusters, distances, sums, counts, inertia: distances.reduce((sum, distance) => sum + distance, 0) }
  }

  /**
   * Greedy k-means++: each centre is a row drawn by its squared distance D² to the centres before it; of 2 + ln k such draws
   * the one that leaves the least Σ D².
   */
  async seed(random: Rng): Promise<Float32Array> {
    const { rows, width, data } = this.#points
    const centres = new Float32Array(this.#clusters * width)
    const tries = 2 + Math.floor(Math.log(this.#clusters))
    const row = random.int(rows)
    centres.set(data.subarray(row * width, (row + 1) * width))
    let [nearest] = await this.#distancesTo([row])
    for (let cluster = 1; cluster < this.#clusters; cluster++) {
      const before = nearest as Float32Array
      const drawn = Array.from({ length: tries }, () => drawBy(before, random))
      const left = (await this.#distancesTo(drawn)).map((own) => own.map((d, i) => Math.min(d, before[i] as number)))
      const potentials = left.map((distances) => distances.reduce((sum, d) => sum + d, 0))
      const best = potentials.indexOf(Math.min(...potentials))
      const chosen = drawn[best] as number
      centres.set(data.subarray(chosen * width, (chosen + 1) * width), cluster * width)
      nearest = left[best]
    }
    return centres
  }

  /** Squared distances of all rows to each of these. */
  async #distancesTo(chosen: readonly number[]): Promise<Float32Array[]> {
    const { rows, width, data } = this.#points
    const queries = new Float32Array(chosen.length * width)
    chosen.forEach((row, i) => {
      queries.set(data.subarray(row * width, (row + 1) * width), i * width)
    })
    const feed = matrix(queries, width)
    const results = await Promise.all(this.#parts.map((part) => this.#distances.run({ queries: feed, rows: part })))
    return chosen.map((_, i) => {
      const distances = new Float32Array(rows)
      results.forEach((result, k) => {
        const closeness = floats(result, 'closeness')
        const length = closeness.length / chosen.length
        distances.set(closeness.subarray(i * length, (i + 1) * length), k * ROWS_PER_PART)
      })
      return distances.map((value) => -value)
    })
  }

  async close(): Promise<void> {
    this.#runtime.release(this.#parts)
    await this.#assignment.close()
    await this.#distances.close()
  }
}

/** A row with probability in proportion to its weight; any row where all weights are 0. */
function drawBy(weights: Float32Array, random: Rng): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return random.int(weights.length)
  let left = random.uniform() * total
  let last = 0
  for (let row = 0; row < weights.length; row++) {
    const weight = weights[row] as number
    if (weight === 0) continue
    last = row
    left -= weight
    if (left < 0) return row
  }
  return last
}

function addTo(sum: Float64Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number)
}

function centredStart(start: Rows, width: number, clusters: number, mean: Float64Array): Float32Array {
  if (start.data.length === clusters * width) return centred({ rows: clusters, width, data: start.data }, mean)
  throw new DiaboloError('E_SHAPE', {
    at: 'start of k-means',
    expected: `${clusters} centres of ${width} values`,
    found: `${start.data.length} values`,
    hint: 'leave it out to have centres drawn',
  })
}

function requireClusters(clusters: number, rows: number): void {
  if (Number.isInteger(clusters) && clusters >= 1 && clusters <= rows) return
  throw new DiaboloError('E_OPTION', {
    at: 'clusters of k-means',
    expected: `a whole number from 1 to ${rows}, the rows there are`,
    found: `${clusters}`,
    hint: 'give as many clusters as you expect kinds of samples',
  })
}
