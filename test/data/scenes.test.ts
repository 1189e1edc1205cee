import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dataset, slice } from '../../src/data/dataset.js'
import { digits } from '../../src/data/digits/index.js'
import { SCENE_CLASSES, SCENE_SIDE, scenes } from '../../src/data/scenes/index.js'
import { holdOut, pick } from '../../src/data/split.js'

const PIXELS = SCENE_SIDE ** 2
const DIGITS = digits({ rows: 500, seed: 3 })
const SET = scenes({ digits: DIGITS, rows: 400, seed: 7 })
const MAPS = SET.classMaps as Uint8Array

describe('scenes', () => {
  test('are a data set of bytes with the class of every pixel', () => {
    expect(SET).toMatchObject({
      name: 'scenes of digits',
      rows: 400,
      shape: [48, 48, 1],
      dtype: 'uint8',
      scale: 1 / 255,
    })
    expect([SET.values.length, MAPS.length]).toEqual([400 * PIXELS, 400 * PIXELS])
    expect(SET.classes).toEqual(SCENE_CLASSES)
  })

  test('are the same for good, and however they are taken', () => {
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    expect([hash(SET.values as Uint8Array), hash(MAPS)]).toEqual(['e91f799692490f34', '86e4fb70cbad8b24'])
    const later = scenes({ digits: DIGITS, rows: 3, seed: 7, from: 20 })
    expect(later.values).toEqual(slice(SET, 20, 23).values)
    expect(later.classMaps).toEqual(slice(SET, 20, 23).classMaps)
    expect(scenes({ digits: DIGITS, rows: 1, seed: 8 }).values).not.toEqual(slice(SET, 0, 1).values)
  })

  test('use only arithmetic that every engine rounds alike', () => {
    const folder = new URL('../../src/data/scenes/', import.meta.url)
    for (const file of readdirSync(folder)) {
      const used = readFileSync(new URL(file, folder), 'utf8').match(/Math\.\w+| \*\* |\.normal\(/g) ?? []
      const exact = ['Math.sqrt', 'Math.min', 'Math.max', 'Math.floor', 'Math.round']
      expect(
        used.filter((name) => !exact.includes(name)),
        file,
      ).toEqual([])
    }
  })

  test('show every digit, two or three at a time as a rule, on mostly ground', () => {
    const counts = new Float64Array(SCENE_CLASSES.length)
    for (const label of MAPS) counts[label] = (counts[label] as number) + 1
    expect(Math.min(...counts)).toBeGreaterThan(400 * 5)
    expect((counts[0] as number) / MAPS.length).toBeGreaterThan(0.8)
    expect((counts[0] as number) / MAPS.length).toBeLessThan(0.95)
    const kinds = Array.from({ length: 400 }, (_, row) => new Set(MAPS.subarray(row * PIXELS, (row + 1) * PIXELS)).size)
    expect(Math.max(...kinds)).toBe(4)
    expect(kinds.filter((count) => count >= 2)).toHaveLength(400)
  })

  test('are not told from their ground by brightness: no threshold, either way, comes near', () => {
    const [inked, ground] = [new Float64Array(256), new Float64Array(256)]
    SET.values.forEach((value, i) => {
      const side = MAPS[i] ? inked : ground
      side[value] = (side[value] as number) + 1
    })
    const total = inked.reduce((sum, count) => sum + count)
    let best = 0
    for (const order of [1, -1]) {
      let [both, wrong] = [0, 0]
      for (let i = 0; i < 256; i++) {
        const value = order === 1 ? i : 255 - i
        both += inked[value] as number
        wrong += ground[value] as number
        best = Math.max(best, both / (total + wrong))
      }
    }
    expect(best).toBeLessThan(0.3)
  })

  test('a pixel of a digit differs from the ground around it, lighter or darker', () => {
    const flat = dataset(new Uint8Array(28 * 28).fill(255), { shape: [28, 28, 1], labels: Uint8Array.of(6) })
    const [only] = [scenes({ digits: flat, rows: 50, seed: 1 })]
    let [lighter, darker] = [0, 0]
    for (let row = 0; row < 50; row++) {
      const [sums, counts] = [
        [0, 0],
        [0, 0],
      ]
      for (let i = row * PIXELS; i < (row + 1) * PIXELS; i++) {
        const side = only.classMaps?.[i] === 7 ? 1 : 0
        sums[side] = (sums[side] as number) + (only.values[i] as number)
        counts[side] = (counts[side] as number) + 1
      }
      const difference = (sums[1] ?? 0) / (counts[1] ?? 1) - (sums[0] ?? 0) / (counts[0] ?? 1)
      if (difference > 0) lighter++
      else darker++
    }
    expect(Math.min(lighter, darker)).toBeGreaterThan(10)
  })

  test('keep their class maps when rows are picked or set aside', () => {
    const picked = pick(SET, Int32Array.of(5, 2))
    expect(picked.classMaps?.subarray(PIXELS)).toEqual(slice(SET, 2, 3).classMaps)
    const { train, test } = holdOut(SET, 0.25, 1)
    expect([train.classMaps?.length, test.classMaps?.length]).toEqual([300 * PIXELS, 100 * PIXELS])
  })

  test.each([
    ['digits without labels', { digits: dataset(new Uint8Array(784), { shape: [28, 28, 1] }), rows: 1 }, 'E_DATA'],
    [
      'digits as large as no scene',
      { digits: dataset(new Uint8Array(3600), { shape: [60, 60, 1], labels: Uint8Array.of(1) }), rows: 1 },
      'E_DATA',
    ],
    ['no row', { digits: DIGITS, rows: 0 }, 'E_OPTION'],
    ['half a row', { digits: DIGITS, rows: 1, from: 0.5 }, 'E_OPTION'],
  ])('%s cannot be', (_, options, code) => {
    expect(() => scenes(options)).toThrow(expect.objectContaining({ code, hint: expect.any(String) }))
  })

  test('class maps that do not fit are refused', () => {
    const wrong = () => dataset(new Uint8Array(18), { shape: [3, 3, 1], classMaps: new Uint8Array(17) })
    expect(wrong).toThrow(expect.objectContaining({ code: 'E_DATA', expected: '18, one class for each pixel' }))
  })
})
