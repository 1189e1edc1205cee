import { DiaboloError } from '../base/errors.js'
import { type BinaryCodes, bytesPerCode } from './binary-codes.js'
import { FOUND_BYTES, hammingScan } from './hamming-scan.js'
import { type Hit, nearestRows } from './top-rows.js'

/** Bytes of a page of WebAssembly's memory. */
const PAGE = 2 ** 16

/** Codes that are scanned before what was found among them is looked at. */
const BLOCK = 2 ** 13

/** The most bits that a code may have: the scan keeps a query in registers. */
const MOST_BITS = 1024

/** Binary codes to be searched by the number of bits that differ. */
export interface HammingIndex {
  readonly rows: number
  readonly bits: number
  /**
   * The codes nearest to a query, by Hamming distance.
   *
   * @param query  one code, packed as `BinaryCodes` are
   * @returns      `count` hits at most, the nearest first; of equally near ones the earlier row
   * @throws E_SHAPE when the query has another length
   */
  search(query: Uint8Array, count: number): Hit[]
}

/**
 * Exact search by scanning every code, 128 bits in two instructions of the processor.
 *
 * @param codes  at least one; copied
 * @throws E_OPTION when there is none, or a code has more than 1,024 bits
 */
export function hammingIndex({ rows, bits, bytes }: BinaryCodes): HammingIndex {
  if (rows === 0 || bits > MOST_BITS) {
    throw new DiaboloError('E_OPTION', {
      at: 'Hamming index',
      expected: `at least one code, of at most ${MOST_BITS} bits`,
      found: `${rows} codes of ${bits} bits`,
      hint: 'encode documents or images first, to a shorter code',
    })
  }
  const step = bytesPerCode(bits)
  // the query, the codes, what is found among the codes of a block
  const [codesAt, foundAt] = [step, step + bytes.length]
  const memory = new WebAssembly.Memory({ initial: Math.ceil((foundAt + FOUND_BYTES * BLOCK) / PAGE) })
  const held = new Uint8Array(memory.buffer)
  held.set(bytes, codesAt)
  const found = new Int32Array(memory.buffer, foundAt, 2 * BLOCK)
  const scan = hammingScan(step / 8, memory)
  return {
    rows,
    bits,
    search(query, count) {
      requireCode(query, bits)
      held.set(query)
      const wanted = Math.max(0, Math.min(count, rows))
      const places = new Int32Array(wanted + BLOCK)
      const distances = new Uint16Array(wanted + BLOCK)
      let nearest: Hit[] = []
      // later codes must be nearer than the farthest of those that are wanted
      let limit = wanted > 0 ? bits : -1
      for (let from = 0; from < rows && limit >= 0; from += BLOCK) {
        const [begin, end] = [codesAt + from * step, codesAt + Math.min(from + BLOCK, rows) * step]
        const more = (scan(begin, end, foundAt, 0, limit) - foundAt) / FOUND_BYTES
        if (more === 0) continue
        const known = nearest.length
        for (let i = 0; i < more; i++) {
          places[known + i] = ((found[2 * i] as number) - codesAt) / step
          distances[known + i] = found[2 * i + 1] as number
        }
        nearest = nearestRows(distances.subarray(0, known + more), wanted, bits).map(({ row, score }) => ({
          row: places[row] as number,
          score,
        }))
        nearest.forEach(({ row, score }, i) => {
          places[i] = row
          distances[i] = score
        })
        if (nearest.length === wanted) limit = (nearest.at(-1) as Hit).score - 1
      }
      return nearest
    },
  }
}

/** @throws E_SHAPE when it is not one code of so many bits */
export function requireCode(query: Uint8Array, bits: number): void {
  if (query.length === bytesPerCode(bits)) return
  throw new DiaboloError('E_SHAPE', {
    at: 'query',
    expected: `one code of ${bits} bits, ${bytesPerCode(bits)} bytes`,
    found: `${query.length} bytes`,
    hint: 'search for codes that the same model and the same thresholds made',
  })
}
