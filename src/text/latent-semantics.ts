import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix'
import { DiaboloError } from '../base/errors.js'
import { rng } from '../base/random.js'

/** The k largest singular values of a matrix, with the directions in which its rows vary most (not centred). */
export interface LatentSemantics {
  /** Largest first. */
  readonly singularValues: Float64Array
  /** [width, k], orthonormal columns, in the values' order; the largest component of each is positive. */
  readonly directions: Float32Array
  /** Rows [n, width] as codes [n, k]: X V. */
  encode(rows: Float32Array): Float32Array
}

export interface LatentSemanticsOptions {
  readonly seed?: number
  /** Relative change of the singular values at which they have settled; 1e-7 unless given. */
  readonly tolerance?: number
}

/** Directions kept beside those wanted: they make the last of the wanted ones settle sooner. */
const SPARE = 16

const MOST_ROUNDS = 300

/** Rounds between two looks at the singular values: a look costs more than a round. */
const ROUNDS_PER_LOOK = 3

/**
 * Latent semantic analysis: the truncated singular value decomposition X ≈ U Σ Vᵀ, by subspace iteration. V starts at random;
 * each round is V ← orth(Xᵀ X V), which skips the zeros of X; the k × k problem within the subspace (Rayleigh–Ritz) gives the
 * values.
 *
 * @param rows  float32 [rows, width], row-major, mostly zeros
 * @param k     values per code
 * @throws E_OPTION when k is not a whole number from 1 to the smaller side of the matrix
 * @throws E_VALUE when the values have not settled after 300 rounds
 * @see Deerwester et al. (1990); Halko, Martinsson & Tropp (2011)
 */
export function latentSemantics(
  rows: Float32Array,
  width: number,
  k: number,
  { seed = 0, tolerance = 1e-7 }: LatentSemanticsOptions = {},
): LatentSemantics {
  const smaller = Math.min(width, rows.length / width)
  if (!Number.isInteger(k) || k < 1 || k > smaller) {
    throw new DiaboloError('E_OPTION', {
      at: 'latent semantic analysis',
      expected: `a code of 1 to ${smaller} values`,
      found: `${k}`,
      hint: 'a linear code is no longer than the smaller side of the matrix',
    })
  }
  const sparse = compress(rows, width)
  const random = rng(seed, 'latent semantics')
  const size = Math.min(smaller, k + SPARE)
  let basis = orthonormal(Matrix.from1DArray(width, size, Float64Array.from({ length: width * size }, random.normal)))
  let before = new Float64Array(k).fill(Number.POSITIVE_INFINITY)
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const image = gramTimes(sparse, basis)
    if (round % ROUNDS_PER_LOOK === 0) {
      const { values, vectors } = ritz(basis, image)
      const now = values.slice(0, k)
      const settled = now.every((value, i) => Math.abs(value - (before[i] as number)) <= tolerance * (now[0] as number))
      if (settled) return semantics(now, basis.mmul(vectors), width)
      before = now
    }
    basis = orthonormal(image)
  }
  throw new DiaboloError('E_VALUE', {
    at: 'latent semantic analysis',
    expected: `singular values that settle within ${MOST_ROUNDS} rounds`,
    found: 'some that still change',
    hint: 'ask for fewer values per code, or a larger tolerance',
  })
}

/** What is not zero, row after row. */
interface SparseRows {
  readonly width: number
  /** Where each row begins among the values, and where the last one ends. */
  readonly begins: Uint32Array
  readonly columns: Uint32Array
  readonly values: Float32Array
}

function compress(rows: Float32Array, width: number): SparseRows {
  const count = rows.reduce((sum, value) => sum + +(value !== 0), 0)
  const [columns, values] = [new Uint32Array(count), new Float32Array(count)]
  const begins = new Uint32Array(rows.length / width + 1)
  let at = 0
  for (let i = 0; i < rows.length; i++) {
    if (rows[i] !== 0) {
      columns[at] = i % width
      values[at++] = rows[i] as number
    }
    if (i % width === width - 1) begins[(i + 1) / width] = at
  }
  return { width, begins, columns, values }
}

/** Xᵀ (X V): each row x of X adds xᵀ (x V). */
function gramTimes({ width, begins, columns, values }: SparseRows, basis: Matrix): Matrix {
  const size = basis.columns
  const v = Float64Array.from(basis.to1DArray())
  const out = new Float64Array(width * size)
  const code = new Float64Array(size)
  for (let row = 0; row + 1 < begins.length; row++) {
    code.fill(0)
    const [from, to] = [begins[row] as number, begins[row + 1] as number]
    for (let i = from; i < to; i++) {
      const [x, at] = [values[i] as number, (columns[i] as number) * size]
      for (let j = 0; j < size; j++) code[j] = (code[j] as number) + x * (v[at + j] as number)
    }
    for (let i = from; i < to; i++) {
      const [x, at] = [values[i] as number, (columns[i] as number) * size]
      for (let j = 0; j < size; j++) out[at + j] = (out[at + j] as number) + x * (code[j] as number)
    }
  }
  return Matrix.from1DArray(width, size, out)
}

const orthonormal = (matrix: Matrix): Matrix => new QrDecomposition(matrix).orthogonalMatrix

/** Singular values within a subspace, largest first, and the rotation of its basis that they belong to. */
function ritz(basis: Matrix, image: Matrix): { values: Float64Array; vectors: Matrix } {
  const within = basis.transpose().mmul(image)
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(within, { assumeSymmetric: true })
  const order = realEigenvalues.map((_, i) => i).sort((i, j) => (realEigenvalues[j] ?? 0) - (realEigenvalues[i] ?? 0))
  return {
    values: Float64Array.from(order, (i) => Math.sqrt(Math.max(0, realEigenvalues[i] ?? 0))),
    vectors: eigenvectorMatrix.subMatrixColumn(order),
  }
}

function semantics(singularValues: Float64Array, vectors: Matrix, width: number): LatentSemantics {
  const k = singularValues.length
  const directions = new Float32Array(width * k)
  for (let j = 0; j < k; j++) {
    const column = vectors.getColumn(j)
    const sign = Math.sign(column.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0))
    column.forEach((x, i) => {
      directions[i * k + j] = sign * x
    })
  }
  return { singularValues, directions, encode: (rows) => project(rows, directions, width) }
}

function project(rows: Float32Array, directions: Float32Array, width: number): Float32Array {
  const k = directions.length / width
  const codes = new Float32Array((rows.length / width) * k)
  for (let i = 0; i < rows.length; i++) {
    const x = rows[i] as number
    if (x === 0) continue
    const [to, from] = [Math.floor(i / width) * k, (i % width) * k]
    for (let j = 0; j < k; j++) codes[to + j] = (codes[to + j] as number) + x * (directions[from + j] as number)
  }
  return codes
}
