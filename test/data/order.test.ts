import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { permutation, rng } from '../../src/base/random.js'
import { type Ordering, orderOf, windowsOf } from '../../src/data/order.js'

const shuffle = { seed: 5, phase: 'train', epoch: 1 }
const anyOrdering = fc.record<Ordering>({
  rows: fc.integer({ min: 1, max: 400 }),
  buffer: fc.integer({ min: 1, max: 500 }),
  shuffle: fc.option(fc.record({ seed: fc.nat(), phase: fc.string(), epoch: fc.nat() }), { nil: undefined }),
})
const counting = (length: number) => Array.from({ length }, (_, i) => i)
const ascending = (values: Iterable<number>) => [...values].sort((a, b) => a - b)

describe('an order', () => {
  test('has every row once, whatever the buffer', () => {
    fc.assert(
      fc.property(anyOrdering, (ordering) => {
        expect(ascending(orderOf(ordering))).toEqual(counting(ordering.rows))
      }),
    )
  })

  test('depends on rows, buffer, seed, phase and epoch, and on nothing else', () => {
    const base = { rows: 300, buffer: 64, shuffle }
    const order = (changes: Partial<Ordering>) => [...orderOf({ ...base, ...changes })].join()
    expect(order({})).toBe(order({ shuffle: { ...shuffle } }))
    const others = [
      order({}),
      order({ buffer: 100 }),
      order({ shuffle: { ...shuffle, seed: 6 } }),
      order({ shuffle: { ...shuffle, phase: 'other' } }),
      order({ shuffle: { ...shuffle, epoch: 2 } }),
    ]
    expect(new Set(others).size).toBe(others.length)
  })

  test('is a permutation of everything where the buffer holds it', () => {
    const whole = permutation(300, rng(5, 'order', 'train', 1))
    for (const buffer of [300, 301, 1e9]) expect(orderOf({ rows: 300, buffer, shuffle })).toEqual(whole)
    expect(orderOf({ rows: 300, buffer: 299, shuffle })).not.toEqual(whole)
  })

  test('is that of the data where nothing is shuffled', () => {
    for (const buffer of [1, 7, 64, 1000]) expect([...orderOf({ rows: 300, buffer })]).toEqual(counting(300))
  })

  test('brings rows together that lie far apart, and anew in every epoch', () => {
    const rows = 100_000
    const windows = (epoch: number) => [...windowsOf({ rows, buffer: 10_000, shuffle: { ...shuffle, epoch } })]
    for (const { rows: visited } of windows(1)) {
      const mean = visited.reduce((sum, row) => sum + row, 0) / visited.length
      // the mean of 32 blocks, each uniform: a standard deviation of 0.29 / √32
      expect(Math.abs(mean / rows - 0.5)).toBeLessThan(0.25)
    }
    const together = (epoch: number) => windows(epoch).find(({ rows: visited }) => visited.includes(0))?.rows
    expect(ascending(together(1) ?? [])).not.toEqual(ascending(together(2) ?? []))
  })

  test('leaves no row near where it was read', () => {
    const [window] = windowsOf({ rows: 100_000, buffer: 10_000, shuffle })
    const places = window?.places as Int32Array
    const moved = places.reduce((sum, place, i) => sum + Math.abs(place - i), 0) / places.length
    // |a − b| of two uniform numbers has a mean of a third
    expect(Math.abs(moved / places.length - 1 / 3)).toBeLessThan(0.02)
  })
})

describe('a window', () => {
  test('is shuffled otherwise than any other, of this epoch and of the next', () => {
    const windows = [1, 2].flatMap((epoch) => [
      ...windowsOf({ rows: 6400, buffer: 640, shuffle: { ...shuffle, epoch } }),
    ])
    expect(windows).toHaveLength(20)
    expect(new Set(windows.map(({ places }) => places.join())).size).toBe(20)
  })

  test('is no larger than the buffer, and says where each row is', () => {
    fc.assert(
      fc.property(anyOrdering, (ordering) => {
        for (const { spans, places, rows } of windowsOf(ordering)) {
          const buffer = spans.flatMap(({ from, to }) => counting(to - from).map((i) => from + i))
          expect(buffer.length).toBeLessThanOrEqual(ordering.buffer)
          expect(ascending(places)).toEqual(counting(buffer.length))
          expect([...rows]).toEqual(Array.from(places, (place) => buffer[place]))
        }
      }),
    )
  })
})
