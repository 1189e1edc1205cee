import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cosineIndex } from '../../src/search/cosine-index.js'
import { highest } from '../../src/search/top-rows.js'

const rowsOf = fc
  .record({ width: fc.integer({ min: 1, max: 11 }), rows: fc.integer({ min: 1, max: 40 }) })
  .chain(({ width, rows }) =>
    fc.record({
      width: fc.constant(width),
      codes: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: width * rows, maxLength: width * rows }),
      query: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: width, maxLength: width }),
      count: fc.integer({ min: 1, max: rows + 2 }),
    }),
  )

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)

test('the cosine index finds what float64 finds', () => {
  fc.assert(
    fc.property(rowsOf, ({ width, codes, query, count }) => {
      const rows = Array.from({ length: codes.length / width }, (_, i) => codes.slice(i * width, (i + 1) * width))
      const cosine = (row: readonly number[]) => dot(row, query) / (Math.sqrt(dot(row, row) * dot(query, query)) || 1)
      const wanted = rows.map(cosine).sort((a, b) => b - a)
      const found = cosineIndex(Float32Array.from(codes), width).search(Float32Array.from(query), count)
      expect(found.length).toBe(Math.min(count, rows.length))
      found.forEach(({ row, score }, i) => {
        expect(score).toBeCloseTo(wanted[i] as number, 5)
        expect(score).toBeCloseTo(cosine(rows[row] as number[]), 5)
      })
      expect(new Set(found.map(({ row }) => row)).size).toBe(found.length)
    }),
  )
})

test('the highest scores come first, of equal ones the earlier', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 })), fc.nat(12), (scores, count) => {
      const wanted = scores.map((score, row) => ({ row, score })).sort((a, b) => b.score - a.score || a.row - b.row)
      expect(highest(Float32Array.from(scores), count)).toEqual(wanted.slice(0, count))
    }),
  )
})

describe('the cosine index refuses', () => {
  test.each([
    ['rows that are not whole', () => cosineIndex(new Float32Array(5), 2)],
    ['no rows', () => cosineIndex(new Float32Array(0), 2)],
    ['a query of another width', () => cosineIndex(Float32Array.of(1, 2), 2).search(Float32Array.of(1), 1)],
  ])('%s', (_, act) => {
    expect(act).toThrow(expect.objectContaining({ code: 'E_SHAPE', at: 'cosine index' }))
  })
})
