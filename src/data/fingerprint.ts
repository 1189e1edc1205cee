import { sha256 } from '../base/sha256.js'
import type { Dataset } from './dataset.js'
import { isStream, type RowStream, readRows } from './row-stream.js'

/** Rows of a stream that are looked at: enough to tell data from other data, few enough to cost nothing. */
const SAMPLED = 64

/**
 * What tells data from other data, whatever it is called. Data in memory: `sha256:` and the SHA-256 of its values as they
 * are stored, little-endian, row after row. A stream: `sha256-64:` and the same of 64 rows spread evenly from the first to
 * the last (all of them where there are fewer), which a change elsewhere in it escapes.
 *
 * @returns nothing in a browser's page that was not served securely: it has no SHA-256
 * @throws what reading the stream throws
 */
export async function fingerprintOf(data: Dataset | RowStream): Promise<string | undefined> {
  if (globalThis.crypto?.subtle === undefined) return undefined
  if (!isStream(data)) return `sha256:${await hashOf([data.values])}`
  const count = Math.min(SAMPLED, data.rows)
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * (data.rows - 1)) / Math.max(1, count - 1)))
  const values = await Promise.all(rows.map((row) => readRows(data, row, row + 1)))
  return `sha256-${SAMPLED}:${await hashOf(values)}`
}

async function hashOf(parts: readonly (Uint8Array | Float32Array)[]): Promise<string> {
  const bytes = parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))
  return sha256(new Uint8Array(await new Blob(bytes as BlobPart[]).arrayBuffer()))
}
