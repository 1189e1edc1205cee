import { permutation, rng } from '../base/random.js'
import { type Dataset, widthOf } from '../data/dataset.js'
import { isStream, readRows } from '../data/row-stream.js'
import { pick } from '../data/split.js'
import { encodeDataset } from './codes.js'
import type { Encoding } from './open-feed.js'

/** The most rows that a member learns from, as part of them all: members must differ, and never know all there is. */
const MOST = 1 / 8

/** The fewest, where there are as many. */
const FEWEST = 16

/** How many rows each member of an ensemble learns from, when this many are wanted and so many are there. */
export const subsampleSize = (wanted: number, rows: number): number =>
  Math.min(wanted, rows, Math.max(FEWEST, Math.floor(MOST * rows)))

/**
 * Rows that are made of rows: the i-th holds, for each member, its own i-th row as the layers before the "copy" layer make
 * it. Each member's are drawn without replacement, by (seed, member).
 *
 * @returns float32 samples of shape [members, values], as `encodeDataset` would give them if all members saw the same row
 */
export async function openSubsample(
  { data, layers, whole, ...encoding }: Encoding,
  wanted: number,
  seed: number,
  signal: AbortSignal,
): Promise<Dataset> {
  const shape = whole.shapeAfter(layers)
  const [members = 1] = shape
  const rows = subsampleSize(wanted, data.rows)
  const picks = new Int32Array(rows * members)
  for (let member = 0; member < members; member++) {
    const order = permutation(data.rows, rng(seed, 'subsample', member))
    for (let row = 0; row < rows; row++) picks[row * members + member] = order[row] as number
  }
  const taken = await gatherRows(data, picks)
  const features = await encodeDataset(encoding.runtime, whole, encoding.parameters, taken, layers - 1, signal)
  const { dtype, scale, values } = features
  return { name: `subsamples of ${data.name}`, rows, shape, dtype, scale, values }
}

/** In order of appearance; a stream is read row by row. */
async function gatherRows(data: Encoding['data'], picks: Int32Array): Promise<Dataset> {
  if (!isStream(data)) return pick(data, picks)
  const { name, shape, dtype, scale } = data
  const width = widthOf(data)
  const size = picks.length * width
  const values = dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size)
  for (const [at, row] of picks.entries()) values.set(await readRows(data, row, row + 1), at * width)
  return { name, rows: picks.length, shape, dtype, scale, values }
}
