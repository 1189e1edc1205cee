import type { Tensor } from '../base/tensor.js'
import type { Eigen } from './types.js'

/**
 * Eigenvalues and eigenvectors of a symmetric matrix in float64, from large to small.
 * Each vector's sign is chosen so that its largest component (by magnitude) is positive.
 *
 * @param matrix  float32 [n, n]
 */
export async function symmetricEigen({ data, shape }: Tensor<'float32'>): Promise<Eigen> {
  const { EigenvalueDecomposition, Matrix } = await import('ml-matrix')
  const n = shape[0] as number
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(Matrix.from1DArray(n, n, data), {
    assumeSymmetric: true,
  })
  const order = realEigenvalues.map((_, i) => i).sort((i, j) => (realEigenvalues[j] ?? 0) - (realEigenvalues[i] ?? 0))
  const vectors = new Float32Array(n * n)
  order.forEach((from, to) => {
    const column = eigenvectorMatrix.getColumn(from)
    const largest = column.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0)
    column.forEach((x, row) => {
      vectors[row * n + to] = x * Math.sign(largest)
    })
  })
  return {
    values: { dtype: 'float32', shape: [n], data: Float32Array.from(order, (i) => realEigenvalues[i] ?? 0) },
    vectors: { dtype: 'float32', shape: [n, n], data: vectors },
  }
}
