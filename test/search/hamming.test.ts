import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { type BinaryCodes, binarise, bytesPerCode, mediansOf } from '../../src/search/binary-codes.js'
import { hammingIndex } from '../../src/search/hamming-index.js'
import { hashTable } from '../../src/search/hash-table.js'
import type { Hit } from '../../src/search/top-rows.js'

/** Few distinct codes, so that distances are often equal. */
const codesOf = (mostBits: number) =>
  fc
    .record({ bits: fc.integer({ min: 1, max: mostBits }), rows: fc.integer({ min: 1, max: 60 }) })
    .chain(({ bits, rows }) =>
      fc.record({
        codes: fc
          .array(fc.array(fc.boolean(), { minLength: bits, maxLength: bits }), { minLength: rows, maxLength: rows })
          .map((all) => all.map((code) => code.map((bit, j) => bit && j % 3 > 0))),
        query: fc.array(fc.boolean(), { minLength: bits, maxLength: bits }),
        count: fc.integer({ min: 0, max: rows + 3 }),
      }),
    )

const pack = (codes: readonly (readonly boolean[])[]): BinaryCodes => {
  const bits = codes[0]?.length as number
  return binarise(Float32Array.from(codes.flat(), Number), new Float32Array(bits).fill(0.5))
}

function bruteForce(codes: readonly (readonly boolean[])[], query: readonly boolean[]): Hit[] {
  return codes
    .map((code, row) => ({ row, score: code.filter((bit, j) => bit !== query[j]).length }))
    .sort((a, b) => a.score - b.score || a.row - b.row)
}

describe('the scan', () => {
  test('finds what comparing bit by bit finds', () => {
    fc.assert(
      fc.property(codesOf(300), ({ codes, query, count }) => {
        const found = hammingIndex(pack(codes)).search(pack([query]).bytes, count)
        expect(found).toEqual(bruteForce(codes, query).slice(0, count))
      }),
    )
  })

  test.each([1, 7, 20_000, 30_000])('finds the %i nearest of 20,000, block after block', (count) => {
    const random = rng(1, 'blocks')
    // six bits: every distance is met with thousands of times
    const codes = Array.from({ length: 20_000 }, () => Array.from({ length: 6 }, () => random.uniform() < 0.3))
    const query = [true, true, true, true, true, true]
    expect(hammingIndex(pack(codes)).search(pack([query]).bytes, count)).toEqual(
      bruteForce(codes, query).slice(0, count),
    )
  })

  test('gives the same for a query that is asked again', () => {
    const codes = pack([
      [true, false],
      [false, false],
      [true, true],
    ])
    const index = hammingIndex(codes)
    const ask = () => index.search(pack([[true, true]]).bytes, 2)
    expect(ask()).toEqual([
      { row: 2, score: 0 },
      { row: 0, score: 1 },
    ])
    index.search(pack([[false, false]]).bytes, 2)
    expect(ask()).toEqual([
      { row: 2, score: 0 },
      { row: 0, score: 1 },
    ])
  })

  test('refuses what it cannot hold, and queries of another length', () => {
    expect(() => hammingIndex({ rows: 0, bits: 8, bytes: new Uint8Array() })).toThrow(/at least one code/)
    expect(() => hammingIndex({ rows: 1, bits: 1025, bytes: new Uint8Array(136) })).toThrow(/1024 bits/)
    expect(() => hammingIndex(pack([[true]])).search(new Uint8Array(16), 1)).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    )
  })
})

describe('the hash table', () => {
  test('finds what comparing bit by bit finds, by growing balls', () => {
    fc.assert(
      fc.property(codesOf(30), ({ codes, query, count }) => {
        const found = hashTable(pack(codes)).search(pack([query]).bytes, count)
        expect(found).toEqual(bruteForce(codes, query).slice(0, count))
      }),
    )
  })

  test('gives the whole of a ball', () => {
    fc.assert(
      fc.property(codesOf(30), fc.integer({ min: 0, max: 31 }), ({ codes, query }, radius) => {
        const found = hashTable(pack(codes)).within(pack([query]).bytes, radius)
        expect(found).toEqual(bruteForce(codes, query).filter(({ score }) => score <= radius))
      }),
    )
  })

  test('refuses codes that are too long for addresses', () => {
    expect(() => hashTable({ rows: 1, bits: 31, bytes: new Uint8Array(8) })).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }),
    )
  })
})

describe('binary codes', () => {
  test('are packed the lowest bit first, in whole words', () => {
    const { rows, bits, bytes } = binarise(
      Float32Array.of(1, 0, 1, 0, 0, 3, 1, 1, 0, 9),
      new Float32Array(10).fill(0.5),
    )
    expect([rows, bits]).toEqual([1, 10])
    expect([...bytes]).toEqual([0b11100101, 0b10, 0, 0, 0, 0, 0, 0])
    expect([1, 64, 65, 128].map(bytesPerCode)).toEqual([8, 8, 16, 16])
  })

  test('with medians as thresholds are 1 in half of the rows', () => {
    const codes = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40)
    expect([...mediansOf(codes, 2)]).toEqual([2.5, 25])
    expect([...mediansOf(codes.subarray(0, 6), 2)]).toEqual([2, 20])
    expect(Array.from(binarise(codes, mediansOf(codes, 2)).bytes.filter((_, i) => i % 8 === 0))).toEqual([0, 0, 3, 3])
  })

  test('are whole rows', () => {
    expect(() => binarise(new Float32Array(5), new Float32Array(2))).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    )
  })
})
