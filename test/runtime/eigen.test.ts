import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import type { Tensor } from '../../src/base/tensor.js'
import { symmetricEigen } from '../../src/runtime/eigen.js'

/** A symmetric matrix of normal numbers. */
function symmetric(n: number, seed: number): Tensor<'float32'> {
  const { normal } = rng(seed, 'symmetric')
  const data = new Float32Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) data[i * n + j] = data[j * n + i] = normal()
  }
  return { dtype: 'float32', shape: [n, n], data }
}

const at = ({ data, shape }: Tensor<'float32'>, row: number, column: number) =>
  data[row * (shape[1] ?? 0) + column] as number

test('values fall, vectors are orthonormal, and A v = λ v', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.nat(), async (n, seed) => {
      const matrix = symmetric(n, seed)
      const { values, vectors } = await symmetricEigen(matrix)
      expect([values.shape, vectors.shape]).toEqual([[n], [n, n]])
      const indices = Array.from({ length: n }, (_, i) => i)
      const sum = (of: (i: number) => number) => indices.reduce((total, i) => total + of(i), 0)
      for (const k of indices) {
        if (k > 0) expect(values.data[k]).toBeLessThanOrEqual(values.data[k - 1] as number)
        for (const l of indices) {
          expect(sum((i) => at(vectors, i, k) * at(vectors, i, l))).toBeCloseTo(k === l ? 1 : 0, 5)
        }
        for (const row of indices) {
          const image = sum((i) => at(matrix, row, i) * at(vectors, i, k))
          expect(image).toBeCloseTo((values.data[k] as number) * at(vectors, row, k), 4)
        }
      }
    }),
    { seed: 1, numRuns: 40 },
  )
})

test("a vector's largest component is positive, so that it does not flip between runs", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const { vectors } = await symmetricEigen(symmetric(6, seed))
    for (let k = 0; k < 6; k++) {
      const column = Array.from({ length: 6 }, (_, row) => at(vectors, row, k))
      const largest = column.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0)
      expect(largest).toBeGreaterThan(0)
    }
  }
})

test('equal eigenvalues have orthogonal vectors all the same', async () => {
  const identity: Tensor<'float32'> = {
    dtype: 'float32',
    shape: [3, 3],
    data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  }
  const { values, vectors } = await symmetricEigen(identity)
  expect(Array.from(values.data)).toEqual([1, 1, 1])
  expect([...vectors.data].sort()).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1])
})

test('a diagonal gives its entries, largest first', async () => {
  const data = Float32Array.of(-1, 0, 0, 0, 5, 0, 0, 0, 2)
  const { values, vectors } = await symmetricEigen({ dtype: 'float32', shape: [3, 3], data })
  expect(Array.from(values.data)).toEqual([5, 2, -1])
  expect(Array.from(vectors.data, (x) => x + 0)).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0])
})
