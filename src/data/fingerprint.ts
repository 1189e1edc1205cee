import { sha256 } from '../base/sha256.js'
import { type Dataset, type Samples, slice, widthOf } from './dataset.js'
import { bytesPerRow, isStream, type RowStream, readRows } from './row-stream.js'

/** What tells data from other data. */
export interface Fingerprint extends Samples {
  /** Of the values: all of them where they are in memory, of rows from all over a stream. */
  readonly sha256: string
}

/** Bytes that are hashed at a time. */
const BLOCK_BYTES = 2 ** 24

/** Blocks of a stream that are looked at, and the bytes of each. */
const PROBES = 32
const PROBE_BYTES = 2 ** 16

/**
 * The hash of the hashes of blocks of rows.
 *
 * @throws what the stream throws
 */
export async function fingerprintOf(data: Dataset | RowStream): Promise<Fingerprint> {
  const { name, rows, shape, dtype, scale } = data
  const hashes: string[] = []
  for (const [from, to] of isStream(data) ? probesOf(data) : blocksOf(data)) {
    const values = isStream(data) ? await readRows(data, from, to) : slice(data, from, to).values
    hashes.push(await sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)))
  }
  return { name, rows, shape, dtype, scale, sha256: await sha256(new TextEncoder().encode(hashes.join(''))) }
}

/** Whether two are of the same data, whatever it is called. */
export const sameData = (a: Fingerprint, b: Fingerprint): boolean =>
  a.sha256 === b.sha256 && a.rows === b.rows && a.dtype === b.dtype && a.scale === b.scale && widthOf(a) === widthOf(b)

type Range = readonly [from: number, to: number]

function* blocksOf(data: Samples): Generator<Range> {
  const length = Math.max(1, Math.floor(BLOCK_BYTES / bytesPerRow(data)))
  for (let from = 0; from < data.rows; from += length) yield [from, Math.min(data.rows, from + length)]
}

/** Evenly from the first row to the last. */
function* probesOf(data: Samples): Generator<Range> {
  const length = Math.min(data.rows, Math.max(1, Math.floor(PROBE_BYTES / bytesPerRow(data))))
  const probes = Math.min(PROBES, Math.ceil(data.rows / length))
  for (let probe = 0; probe < probes; probe++) {
    const from = Math.round((probe / Math.max(1, probes - 1)) * (data.rows - length))
    yield [from, from + length]
  }
}
