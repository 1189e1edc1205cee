import { DiaboloError } from '../base/errors.js'
import { type BinaryCodes, bytesPerCode } from './binary-codes.js'
import { requireCode } from './hamming-index.js'
import type { Hit } from './top-rows.js'

/** The most bits of a code that is an address. */
export const MOST_ADDRESS_BITS = 30

/** Documents by their address: those that are alike lie at addresses that differ in few bits. */
export interface HashTable {
  readonly rows: number
  readonly bits: number
  /**
   * All rows whose codes differ from the query in at most `radius` bits, the nearest first; of equally near ones the earlier
   * row.
   */
  within(query: Uint8Array, radius: number): Hit[]
  /** The `count` nearest rows: balls around the query, of growing radius, until one holds enough. */
  search(query: Uint8Array, count: number): Hit[]
}

/**
 * Semantic hashing's look-up: how long it takes depends on the radius, not on how many documents there are.
 *
 * @throws E_OPTION when codes have more than 30 bits
 * @see Salakhutdinov & Hinton (2009), Semantic hashing
 */
export function hashTable({ rows, bits, bytes }: BinaryCodes): HashTable {
  if (bits > MOST_ADDRESS_BITS) {
    throw new DiaboloError('E_OPTION', {
      at: 'hash table',
      expected: `codes of at most ${MOST_ADDRESS_BITS} bits`,
      found: `${bits} bits`,
      hint: 'scan longer codes with hammingIndex',
    })
  }
  const step = bytesPerCode(bits)
  const table = new Map<number, number[]>()
  for (let row = 0; row < rows; row++) {
    const address = addressOf(bytes.subarray(row * step, (row + 1) * step))
    const there = table.get(address)
    if (there) there.push(row)
    else table.set(address, [row])
  }

  /** Rows at exactly this distance, in order: at the addresses around the query, or by asking all that are in use. */
  function atDistance(address: number, distance: number): Hit[] {
    const found: number[] = []
    const take = (at: number) => {
      const there = table.get(at)
      if (there) for (const row of there) found.push(row)
    }
    if (choose(bits, distance) <= table.size) visitSphere(address, bits, distance, take)
    else for (const at of table.keys()) if (countBits(at ^ address) === distance) take(at)
    return found.sort((a, b) => a - b).map((row) => ({ row, score: distance }))
  }

  function grow(query: Uint8Array, radius: number, count: number): Hit[] {
    requireCode(query, bits)
    const address = addressOf(query)
    const hits: Hit[] = []
    for (let distance = 0; distance <= Math.min(radius, bits) && hits.length < count; distance++) {
      for (const hit of atDistance(address, distance)) hits.push(hit)
    }
    return hits.length > count ? hits.slice(0, count) : hits
  }

  return {
    rows,
    bits,
    within: (query, radius) => grow(query, radius, Number.POSITIVE_INFINITY),
    search: (query, count) => grow(query, bits, count),
  }
}

const addressOf = (code: Uint8Array): number =>
  (code[0] as number) | ((code[1] as number) << 8) | ((code[2] as number) << 16) | ((code[3] as number) << 24)

/** All addresses that differ from one in exactly so many bits, among the lowest `bits`. */
function visitSphere(address: number, bits: number, distance: number, visit: (address: number) => void): void {
  if (distance === 0) visit(address)
  else for (let bit = distance - 1; bit < bits; bit++) visitSphere(address ^ (1 << bit), bit, distance - 1, visit)
}

/** n! / (k! (n − k)!) */
function choose(n: number, k: number): number {
  let ways = 1
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i
  return ways
}

/** Bits that are 1 in a 32-bit number: sums of neighbouring bits, pairs, nibbles, then bytes. */
function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
