import { rng } from '../../base/random.js'
import { compileSketch } from '../../compile/moments.js'
import { widthOf } from '../../data/dataset.js'
import type { Runtime } from '../../runtime/types.js'
import type { SolveContext } from './index.js'
import { averageOver, matrix, vector } from './moments.js'
import { orthonormal } from './orthonormal.js'
import type { Components } from './principal-components.js'

/** Directions beyond those that are wanted. */
const SPARE = 10

/** How often the covariance is applied: each time, what is small becomes smaller beside what is large. */
const POWERS = 5

const ROWS_PER_RUN = 500

/**
 * Principal components without the covariance: C = Σ (x − μ)ᵀ(x − μ) / n is only ever applied to a few directions Q, rows by
 * rows on the runtime's side. Q, random at first, becomes orth(C Q) several times; the eigenvectors of Qᵀ C Q then say which
 * directions in the span of Q are the principal ones.
 *
 * @see Halko, Martinsson & Tropp (2011), algorithms 4.4 and 5.3, with C for A Aᵀ
 */
export async function randomComponents(
  { runtime, feed, seed }: SolveContext,
  units: number,
): Promise<Components | undefined> {
  const width = widthOf(feed.data)
  const count = Math.min(width, units + SPARE)
  const session = await runtime.open(compileSketch(width, count, feed.data))
  try {
    const random = rng(seed, 'sketch')
    let basis = orthonormal(
      Float64Array.from({ length: width * count }, () => random.normal()),
      width,
    )
    let mean: Float64Array = new Float64Array(width)
    const apply = (outputs: readonly string[]) =>
      averageOver(
        session,
        feed,
        outputs,
        { mean: vector(Float32Array.from(mean)), basis: matrix(width, count, Float32Array.from(basis)) },
        ROWS_PER_RUN,
      )
    const first = await apply(['sum'])
    if (!first?.sum) return undefined
    mean = first.sum
    for (let power = 1; power < POWERS; power++) {
      const applied = await apply(['products'])
      if (!applied?.products) return undefined
      basis = orthonormal(applied.products, width)
    }
    const last = await apply(['products', 'squares'])
    if (!last?.products || !last.squares) return undefined
    const { values, vectors } = await within(runtime, basis, last.products, width)
    return { mean, vectors, variances: values, total: last.squares.reduce((sum, x) => sum + x, 0) }
  } finally {
    await session.close()
  }
}

/** The eigenvectors of Qᵀ C Q, turned back: Q V, [width, count]. */
async function within(runtime: Runtime, basis: Float64Array, applied: Float64Array, width: number) {
  const count = basis.length / width
  const inner = new Float64Array(count * count)
  for (let i = 0; i < width; i++) {
    for (let a = 0; a < count; a++) {
      const q = basis[i * count + a] as number
      for (let b = 0; b < count; b++)
        inner[a * count + b] = (inner[a * count + b] as number) + q * (applied[i * count + b] as number)
    }
  }
  // rounding leaves it a little askew
  const symmetric = inner.map((x, k) => (x + (inner[(k % count) * count + Math.floor(k / count)] as number)) / 2)
  const { values, vectors } = await runtime.eigen(matrix(count, count, Float32Array.from(symmetric)))
  const turned = new Float64Array(width * count)
  for (let i = 0; i < width; i++) {
    for (let a = 0; a < count; a++) {
      const q = basis[i * count + a] as number
      for (let b = 0; b < count; b++)
        turned[i * count + b] = (turned[i * count + b] as number) + q * (vectors.data[a * count + b] as number)
    }
  }
  return { values: values.data, vectors: turned }
}
