import { sizeOf } from '../base/shape.js'
import type { Tensor } from '../base/tensor.js'
import type { Network } from '../compile/network.js'
import { type Dataset, toTensor } from '../data/dataset.js'
import type { Feeds, Session } from '../runtime/types.js'

/** Measured: with fewer rows a run's own cost shows, with more its intermediate results leave the caches. */
const MOST_ROWS = 500

/** Bytes that the widest intermediate result of a run may take. */
const MOST_BYTES = 16 * 2 ** 20

/** Batches that go to the runtime's side together, at most: going there once for each costs as much as a small batch. */
const RUNS_PER_SWEEP = 16

/** How long they should take together: until then a sweep cannot be stopped. */
const SWEEP_SECONDS = 0.2

/** The rows of the next sweep are copied while one is computed. */
const UNDER_WAY = 2

/** How many rows of samples one run of a network takes. */
export function rowsPerRun(network: Network): number {
  const widths = Array.from({ length: network.depth }, (_, i) => sizeOf(network.shapeAfter(i + 1)))
  const widest = Math.max(network.width, ...widths)
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_BYTES / 4 / widest)))
}

/** `from` and `to` (exclusive) of each run. */
export function* runsOf(rows: number, perRun: number): Generator<readonly [from: number, to: number]> {
  for (let from = 0; from < rows; from += perRun) yield [from, Math.min(from + perRun, rows)]
}

export interface BatchRun {
  readonly session: Session
  /** Rows for each input, as many for all. */
  readonly inputs: Readonly<Record<string, Dataset>>
  readonly rowsPerRun: number
  /** Fed with every run. */
  readonly feeds?: Feeds
  readonly signal?: AbortSignal
}

/**
 * Runs a session over rows, batch by batch.
 *
 * @returns its outputs for all rows, float32, by name
 * @throws the signal's reason when it aborts
 */
export async function runInBatches<O extends string>(
  { session, inputs, rowsPerRun, feeds = {}, signal }: BatchRun,
  outputs: readonly O[],
): Promise<Readonly<Record<O, Float32Array>>> {
  const { rows } = Object.values(inputs)[0] as Dataset
  const whole = new Map<string, Float32Array>()
  let runs = 1
  let next = 0
  const lane = async () => {
    while (next < rows) {
      signal?.throwIfAborted()
      const [from, to] = [next, Math.min(next + runs * rowsPerRun, rows)]
      next = to
      const before = performance.now()
      const part = Object.entries(inputs).map(([name, data]): [string, Tensor] => [name, toTensor(data, from, to)])
      const results = await session.sweep(Object.fromEntries(part), rowsPerRun, feeds)
      const secondsPerRun = ((performance.now() - before) / 1000) * (rowsPerRun / (to - from))
      runs = Math.max(1, Math.min(RUNS_PER_SWEEP, 2 * runs, Math.round(SWEEP_SECONDS / secondsPerRun)))
      for (const name of outputs) {
        const { data } = results[name] as Tensor<'float32'>
        const all = whole.get(name) ?? new Float32Array((data.length / (to - from)) * rows)
        whole.set(name, all)
        all.set(data, (data.length / (to - from)) * from)
      }
    }
  }
  await Promise.all(Array.from({ length: UNDER_WAY }, lane))
  const found = outputs.map((name) => [name, whole.get(name) ?? new Float32Array()])
  return Object.fromEntries(found) as Record<O, Float32Array>
}
