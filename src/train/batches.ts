import { sizeOf } from '../base/shape.js'
import type { Tensor } from '../base/tensor.js'
import type { Network } from '../compile/network.js'
import { type Dataset, toTensor } from '../data/dataset.js'
import type { Session, SweepOptions } from '../runtime/types.js'

/** Measured: with fewer rows a run's own cost shows, with more its intermediate results leave the caches. */
const MOST_ROWS = 500

/** Bytes that the widest intermediate result of a run may take. */
const MOST_BYTES = 16 * 2 ** 20

/** How many rows of samples one run of a network takes. */
export function rowsPerRun(network: Network): number {
  const widths = Array.from({ length: network.depth }, (_, i) => sizeOf(network.shapeAfter(i + 1)))
  const widest = Math.max(network.width, ...widths)
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_BYTES / 4 / widest)))
}

export interface BatchRun extends SweepOptions {
  readonly session: Session
  /** Rows for each input, as many for all. */
  readonly inputs: Readonly<Record<string, Dataset>>
}

/**
 * Runs a session over rows, batch by batch.
 *
 * @returns its outputs for all rows, float32, by name
 * @throws the signal's reason when it aborts
 */
export async function runInBatches<O extends string>(
  { session, inputs, ...options }: BatchRun,
  outputs: readonly O[],
): Promise<Readonly<Record<O, Float32Array>>> {
  const rows = Object.entries(inputs).map(([name, data]): [string, Tensor] => [name, toTensor(data)])
  const results = await session.sweep(Object.fromEntries(rows), options)
  const found = outputs.map((name) => [name, results[name]?.data ?? new Float32Array()])
  return Object.fromEntries(found) as Record<O, Float32Array>
}
