import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { latentSemantics } from '../../src/text/latent-semantics.js'

const { svd } = JSON.parse(readFileSync(new URL('../golden/text.json', import.meta.url), 'utf8'))

/** The matrix of test/golden/text.py. */
const matrix = Float32Array.from({ length: svd.rows * svd.columns }, (_, i) => {
  const [r, c] = [Math.floor(i / svd.columns), i % svd.columns]
  const value = (37 * r + 11 * c + r * c) % 101
  return value < 30 ? value / 100 : 0
})

describe('latent semantic analysis', () => {
  test("has scikit-learn's singular values and directions", () => {
    const wanted: number[] = svd.singularValues
    const k = wanted.length
    const { singularValues, directions } = latentSemantics(matrix, svd.columns, k, { tolerance: 1e-12 })
    wanted.forEach((value, i) => {
      expect(singularValues[i]).toBeCloseTo(value, 6)
    })
    svd.components.forEach((component: number[], j: number) => {
      const overlap = component.reduce((sum, x, i) => sum + x * (directions[i * k + j] as number), 0)
      expect(Math.abs(overlap)).toBeCloseTo(1, 6)
    })
  })

  test('of a matrix of lower rank gives it back', () => {
    const [rows, width, rank] = [30, 12, 3]
    const random = rng(5, 'low rank')
    const [left, right] = [rows, width].map((side) => Float64Array.from({ length: side * rank }, random.normal))
    const x = Float32Array.from({ length: rows * width }, (_, i) => {
      const [r, c] = [Math.floor(i / width), i % width]
      let sum = 0
      for (let j = 0; j < rank; j++) sum += (left?.[r * rank + j] as number) * (right?.[c * rank + j] as number)
      return sum
    })
    const { encode, directions } = latentSemantics(x, width, rank)
    const codes = encode(x)
    for (let i = 0; i < x.length; i++) {
      const [r, c] = [Math.floor(i / width), i % width]
      let again = 0
      for (let j = 0; j < rank; j++) again += (codes[r * rank + j] as number) * (directions[c * rank + j] as number)
      expect(again).toBeCloseTo(x[i] as number, 5)
    }
  })

  test.each([0, 1.5, 13])('refuses a code of %d values', (k) => {
    expect(() => latentSemantics(new Float32Array(36), 12, k)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })
})
