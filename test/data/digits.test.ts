import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DiaboloError } from '../../src/base/errors.js'
import { slice } from '../../src/data/dataset.js'
import { digits, drawDigit, fillDigits } from '../../src/data/digits/index.js'
import { FORMS, PEN } from '../../src/data/digits/skeletons.js'

const WIDTH = 784
const SET = digits({ rows: 6000, seed: 7 })
const LABELS = SET.labels as Uint8Array
const image = (row: number) => SET.values.subarray(row * WIDTH, (row + 1) * WIDTH)

describe('the set', () => {
  test('is a data set of bytes with labels', () => {
    expect(SET).toMatchObject({ name: 'digits', rows: 6000, shape: [28, 28, 1], dtype: 'uint8', scale: 1 / 255 })
    expect(SET.values).toHaveLength(6000 * WIDTH)
    expect(LABELS).toHaveLength(6000)
  })

  test('is the same everywhere and for good', () => {
    const { values, labels } = digits({ rows: 1000 })
    expect(Array.from(labels?.subarray(0, 20) ?? []).join('')).toBe('33499099938359692478')
    expect(createHash('sha256').update(values).digest('hex')).toBe(
      '2197e175ecd7f16850459fc73f1030884ebba371a52a36a45d59193549486502',
    )
  })

  test('uses only arithmetic that every engine rounds alike', () => {
    const folder = new URL('../../src/data/digits/', import.meta.url)
    for (const file of readdirSync(folder)) {
      const used = readFileSync(new URL(file, folder), 'utf8').match(/Math\.\w+| \*\* |\.normal\(/g) ?? []
      const exact = ['Math.sqrt', 'Math.min', 'Math.max', 'Math.floor', 'Math.ceil']
      expect(
        used.filter((name) => !exact.includes(name)),
        file,
      ).toEqual([])
    }
  })

  test('does not depend on how rows are split', () => {
    const whole = digits({ rows: 60, seed: 5, from: 900 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 1, max: 60 }), (start, length) => {
        const end = Math.min(60, start + length)
        const part = digits({ rows: end - start, seed: 5, from: 900 + start })
        const expected = slice(whole, start, end)
        expect(part.values).toEqual(expected.values)
        expect(part.labels).toEqual(expected.labels)
      }),
      { numRuns: 50 },
    )
  })

  test('fills and draws the same rows in place, and nothing beside them', () => {
    const target = new Uint8Array(4 * WIDTH).fill(77)
    const labels = new Uint8Array(4).fill(77)
    fillDigits(target, labels, 10, 13, 7)
    expect(target.subarray(0, 3 * WIDTH)).toEqual(SET.values.subarray(10 * WIDTH, 13 * WIDTH))
    expect([...labels]).toEqual([...LABELS.subarray(10, 13), 77])
    expect(target.subarray(3 * WIDTH).every((value) => value === 77)).toBe(true)

    expect(drawDigit(target, WIDTH, 7, 4321)).toBe(LABELS[4321])
    expect(target.subarray(WIDTH, 2 * WIDTH)).toEqual(image(4321))
    expect(target.subarray(0, WIDTH)).toEqual(image(10))
  })

  test('goes on past 2³² rows and differs from seed to seed', () => {
    const far = 2 ** 40
    expect(digits({ rows: 2, from: far }).values).not.toEqual(digits({ rows: 2 }).values)
    expect(digits({ rows: 2, seed: 2 }).values).not.toEqual(digits({ rows: 2, seed: 1 }).values)
    expect(digits({ rows: 2, seed: -1 }).values).not.toEqual(digits({ rows: 2, seed: 1 }).values)
  })
})

describe('the images', () => {
  test('have every label equally often', () => {
    const counts = new Array<number>(10).fill(0)
    for (const label of LABELS) counts[label] = (counts[label] ?? 0) + 1
    const chiSquare = counts.reduce((sum, count) => sum + (count - 600) ** 2 / 600, 0)
    expect(chiSquare).toBeLessThan(27.88) // 9 degrees of freedom, p = 0.001
  })

  test('have the grey levels of MNIST', () => {
    let sum = 0
    let squares = 0
    let blank = 0
    let black = 0
    for (const value of SET.values) {
      sum += value / 255
      squares += (value / 255) ** 2
      if (value === 0) blank++
      if (value >= 250) black++
    }
    const pixels = SET.values.length
    const mean = sum / pixels
    expect(Math.abs(mean - 0.1307)).toBeLessThan(0.004)
    expect(Math.abs(Math.sqrt(squares / pixels - mean ** 2) - 0.3081)).toBeLessThan(0.004)
    expect(Math.abs(blank / pixels - 0.809)).toBeLessThan(0.005)
    expect(Math.abs(black / pixels - 0.074)).toBeLessThan(0.005)
  })

  test('fill a box of 20 pixels and are centred by mass', () => {
    for (let row = 0; row < SET.rows; row++) {
      const { mass, x, y, wide, high } = measure(image(row))
      expect(mass, `row ${row}`).toBeGreaterThan(20)
      expect(Math.abs(x - 14.5), `row ${row}`).toBeLessThan(0.6)
      expect(Math.abs(y - 14.5), `row ${row}`).toBeLessThan(0.6)
      expect(Math.abs(Math.max(wide, high) - 20), `row ${row}`).toBeLessThanOrEqual(3)
    }
  })

  test('vary: no two are alike, and thickness, slant and width spread widely', () => {
    expect(new Set(Array.from({ length: SET.rows }, (_, row) => image(row).join())).size).toBe(SET.rows)
    const sevens = Array.from(LABELS.keys()).filter((row) => LABELS[row] === 7)
    const measures = sevens.map((row) => measure(image(row)))
    expect(spread(measures.map(({ mass }) => mass / WIDTH))).toBeGreaterThan(0.025)
    expect(spread(measures.map(({ slant }) => slant))).toBeGreaterThan(0.2)
    expect(spread(measures.map(({ wide }) => wide))).toBeGreaterThan(2)
  })

  test('are told apart by their nearest neighbours, and only roughly by the means of the classes', () => {
    const train = 5800
    const means = Array.from({ length: 10 }, (_, label) => meanOf(label, train))
    let byNeighbour = 0
    let byMean = 0
    for (let row = train; row < SET.rows; row++) {
      const nearest = nearestOf(train, (other) => distance(image(row), image(other)))
      if (LABELS[nearest] === LABELS[row]) byNeighbour++
      if (nearestOf(10, (label) => distance(image(row), means[label] ?? [])) === LABELS[row]) byMean++
    }
    expect(byNeighbour / (SET.rows - train)).toBeGreaterThan(0.93)
    expect(byNeighbour / (SET.rows - train)).toBeLessThan(1)
    expect(byMean / (SET.rows - train)).toBeGreaterThan(0.7)
    expect(byMean / (SET.rows - train)).toBeLessThan(0.92)
  })

  test('are drawn at 5,000 a second or more', () => {
    const start = performance.now()
    digits({ rows: 5000, seed: 3 })
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('the skeletons', () => {
  test('have several forms per digit, and exemplars of a form agree in strokes and corners', () => {
    expect(FORMS).toHaveLength(10)
    expect(PEN).toHaveLength(10)
    for (const [digit, forms] of FORMS.entries()) {
      expect(forms.length, `digit ${digit}`).toBeGreaterThanOrEqual(2)
      for (const { share, starts, corners, exemplars } of forms) {
        expect(share).toBeGreaterThan(0)
        expect(exemplars.length).toBeGreaterThanOrEqual(2)
        expect(starts.at(-1)).toBe(corners.length)
        expect(corners.length).toBeLessThanOrEqual(32)
        for (let stroke = 1; stroke < starts.length; stroke++) {
          expect((starts[stroke] as number) - (starts[stroke - 1] as number)).toBeGreaterThanOrEqual(3)
        }
        for (const exemplar of exemplars) {
          expect(exemplar, `digit ${digit}`).toHaveLength(2 * corners.length)
          expect(
            exemplar.every((value) => value > -0.3 && value < 1.3),
            `digit ${digit}`,
          ).toBe(true)
        }
      }
    }
  })
})

describe('refusals', () => {
  test.each([
    { rows: 0 },
    { rows: -3 },
    { rows: 2.5 },
    { rows: Number.NaN },
    { rows: 1, from: -1 },
    { rows: 1, from: 0.5 },
    { rows: 1, seed: 1.5 },
    { rows: 1e13 },
  ])('%j', (options) => {
    const error = caught(() => digits(options))
    expect(error.code).toBe('E_OPTION')
    expect(error.hint).not.toBe('')
    expect(error.at).toContain('of the digits')
  })

  test('arrays too small for the rows', () => {
    expect(caught(() => fillDigits(new Uint8Array(2 * WIDTH), new Uint8Array(3), 0, 3, 1)).code).toBe('E_SHAPE')
    expect(caught(() => fillDigits(new Uint8Array(3 * WIDTH), new Uint8Array(2), 0, 3, 1)).code).toBe('E_SHAPE')
  })
})

/** Ink (in black pixels), its centre and slant, and the box of pixels at least half black. */
function measure(pixels: ArrayLike<number>) {
  let mass = 0
  let sumX = 0
  let sumY = 0
  let sumXY = 0
  let sumYY = 0
  const columns: number[] = []
  const rows: number[] = []
  for (let at = 0; at < WIDTH; at++) {
    const ink = (pixels[at] as number) / 255
    const column = at % 28
    const row = Math.floor(at / 28)
    mass += ink
    sumX += ink * (column + 0.5)
    sumY += ink * (row + 0.5)
    sumXY += ink * (column + 0.5) * (row + 0.5)
    sumYY += ink * (row + 0.5) ** 2
    if (ink < 0.5) continue
    columns.push(column)
    rows.push(row)
  }
  const x = sumX / mass
  const y = sumY / mass
  const slant = -(sumXY / mass - x * y) / (sumYY / mass - y * y)
  const wide = Math.max(...columns) - Math.min(...columns) + 1
  const high = Math.max(...rows) - Math.min(...rows) + 1
  return { mass, x, y, slant, wide, high }
}

function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

function meanOf(label: number, rows: number): Float64Array {
  const mean = new Float64Array(WIDTH)
  let count = 0
  for (let row = 0; row < rows; row++) {
    if (LABELS[row] !== label) continue
    count++
    for (const [at, value] of image(row).entries()) mean[at] = (mean[at] as number) + value
  }
  return mean.map((value) => value / count)
}

function nearestOf(count: number, distanceTo: (index: number) => number): number {
  let nearest = 0
  let least = Number.POSITIVE_INFINITY
  for (let index = 0; index < count; index++) {
    const found = distanceTo(index)
    if (found >= least) continue
    least = found
    nearest = index
  }
  return nearest
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < WIDTH; at++) sum += ((a[at] as number) - (b[at] as number)) ** 2
  return sum
}

function caught(run: () => unknown): DiaboloError {
  try {
    run()
  } catch (error) {
    if (error instanceof DiaboloError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
