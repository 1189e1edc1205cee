import { sizeOf } from '../base/shape.js'
import type { Tensor } from '../base/tensor.js'
import type { Network } from '../compile/network.js'
import { type Dataset, toTensor } from '../data/dataset.js'
import { floats } from '../runtime/floats.js'
import type { Feeds, Session } from '../runtime/types.js'

/** Measured: with fewer rows a run's own cost shows, with more its intermediate results leave the caches. */
const MOST_ROWS = 500

/** Bytes that the widest intermediate result of a run may take. */
const MOST_BYTES = 16 * 2 ** 20

/** The next batch is copied while one is computed. */
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
}

/**
 * Runs a session over rows, batch by batch.
 *
 * @returns its outputs for all rows, float32, by name
 */
export async function runInBatches<O extends string>(
  { session, inputs, rowsPerRun, feeds = {} }: BatchRun,
  outputs: readonly O[],
): Promise<Readonly<Record<O, Float32Array>>> {
  const { rows } = Object.values(inputs)[0] as Dataset
  const whole = new Map<O, Float32Array>()
  const runs = runsOf(rows, rowsPerRun)
  const lane = async () => {
    for (const [from, to] of runs) {
      const batch = Object.entries(inputs).map(([name, data]): [string, Tensor] => [name, toTensor(data, from, to)])
      const result = await session.run({ ...feeds, ...Object.fromEntries(batch) })
      for (const name of outputs) {
        const values = floats(result, name)
        const perRow = values.length / (to - from)
        const all = whole.get(name) ?? new Float32Array(rows * perRow)
        whole.set(name, all)
        all.set(values, from * perRow)
      }
    }
  }
  await Promise.all(Array.from({ length: UNDER_WAY }, lane))
  return Object.fromEntries(outputs.map((name) => [name, whole.get(name) ?? new Float32Array()])) as Record<
    O,
    Float32Array
  >
}
