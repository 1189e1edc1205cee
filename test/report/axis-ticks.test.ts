import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spaceIntegers, spaceLinearly, spaceLogarithmically, type Ticks } from '../../src/report/axis-ticks.js'

test('linear ticks are round numbers around the data', () => {
  expect(spaceLinearly(0, 0.0466, 6)).toEqual({ min: 0, max: 0.05, values: [0, 0.01, 0.02, 0.03, 0.04, 0.05] })
  expect(spaceLinearly(-130, -70, 6).values).toEqual([-130, -120, -110, -100, -90, -80, -70])
  expect(spaceLinearly(0, 0, 6)).toMatchObject({ min: 0, max: 1 })
})

test('logarithmic ticks are 1, 2, 5, or powers of ten over many decades', () => {
  expect(spaceLogarithmically(0.00138, 0.031).values).toEqual([0.001, 0.002, 0.005, 0.01, 0.02, 0.05])
  expect(spaceLogarithmically(3e-6, 0.5).values).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1])
  expect(spaceLogarithmically(0.01, 0.01).values).toEqual([0.01, 0.02])
})

test('epoch ticks are whole, and the axis ends with the data', () => {
  expect(spaceIntegers(0, 10, 10).values).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(spaceIntegers(0, 37, 10)).toEqual({ min: 0, max: 37, values: [0, 5, 10, 15, 20, 25, 30, 35] })
  expect(spaceIntegers(0, 0, 10)).toEqual({ min: 0, max: 1, values: [0, 1] })
})

test('every axis covers its data with few, rising ticks', () => {
  const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(positive, positive, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      const all: [lowest: number, highest: number, ticks: Ticks, most: number][] = [
        [low, high, spaceLinearly(low, high, 6), 9],
        [-high, low, spaceLinearly(-high, low, 6), 9],
        [-high, -low, spaceLinearly(-high, -low, 6), 9],
        [low, high, spaceLogarithmically(low, high), 20],
      ]
      for (const [lowest, highest, { min, max, values }, most] of all) {
        const slack = 1e-6 * Math.max(Math.abs(lowest), Math.abs(highest))
        expect(min).toBeLessThanOrEqual(lowest + slack)
        expect(max).toBeGreaterThanOrEqual(highest - slack)
        expect([min, max]).toEqual([values[0], values.at(-1)])
        expect(values.length).toBeGreaterThanOrEqual(2)
        expect(values.length).toBeLessThanOrEqual(most)
        for (const [i, value] of values.entries()) if (i > 0) expect(value).toBeGreaterThan(values[i - 1] as number)
      }
    }),
  )
})
