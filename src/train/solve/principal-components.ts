import { DiaboloError } from '../../base/errors.js'
import { compileCovariance } from '../../compile/moments.js'
import { widthOf } from '../../data/dataset.js'
import type { Method, SolveContext } from './index.js'
import { averageAroundMean, matrix, vector } from './moments.js'
import { randomComponents } from './random-components.js'

/** The widest data whose whole covariance is taken apart; its eigenvectors take time that grows with the cube of the width. */
const WIDEST = 2000

/** The directions in which rows vary most. */
export interface Components {
  /** float64 [width] */
  readonly mean: Float64Array
  /** [width, units], one direction per column, the one of the largest variance first */
  readonly vectors: Float32Array | Float64Array
  /** Of the rows along each direction, divided by their number. */
  readonly variances: ArrayLike<number>
  /** Of the rows in all directions. */
  readonly total: number
}

/**
 * Principal components as the weights of a linear autoencoder: with mean μ and the eigenvectors V of the k largest
 * eigenvalues of the covariance, code = (x − μ) V and reconstruction = code Vᵀ + μ, so the biases are −μ V and μ. Of wide data
 * the eigenvectors are found by random projection.
 *
 * @see Hotelling (1933); Baldi & Hornik (1989) for the equivalence
 */
export const principalComponents: Method = async (context) => {
  const { data } = context.feed
  const width = widthOf(data)
  const units = context.network.codeShape[0] as number
  if (units > width || data.rows < 2) {
    throw new DiaboloError('E_OPTION', {
      at: 'principal components',
      expected: `at most ${width} components and at least 2 rows`,
      found: `${units} components, ${data.rows} rows`,
      hint: 'a linear code cannot be wider than the data: lower "latent", or add rows',
    })
  }
  const components = await (width > WIDEST ? randomComponents : exactComponents)(context, units)
  if (!components) return undefined
  const { mean, vectors, variances, total } = components
  const encoder = new Float32Array(width * units)
  const decoder = new Float32Array(units * width)
  const bias = new Float64Array(units)
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < units; k++) {
      const v = vectors[i * (vectors.length / width) + k] as number
      encoder[i * units + k] = v
      decoder[k * width + i] = v
      bias[k] = (bias[k] as number) - (mean[i] as number) * v
    }
  }
  // the variance of rows like these, not of these alone
  const unbiased = data.rows / (data.rows - 1)
  return {
    parameters: {
      'encoder.0.weight': matrix(width, units, encoder),
      'encoder.0.bias': vector(Float32Array.from(bias)),
      'decoder.0.weight': matrix(units, width, decoder),
      'decoder.0.bias': vector(Float32Array.from(mean)),
    },
    explained: {
      variance: Array.from({ length: units }, (_, k) => Math.max(0, variances[k] as number) * unbiased),
      total: total * unbiased,
    },
  }
}

async function exactComponents({ runtime, feed }: SolveContext): Promise<Components | undefined> {
  const width = widthOf(feed.data)
  const session = await runtime.open(compileCovariance(width, feed.data))
  const found = await averageAroundMean(session, feed, width, ['products']).finally(() => session.close())
  if (!found) return undefined
  const { mean, averages } = found
  const covariance = averages.products as Float64Array
  const { values, vectors } = await runtime.eigen(matrix(width, width, Float32Array.from(covariance)))
  let total = 0
  for (let i = 0; i < width; i++) total += covariance[i * (width + 1)] as number
  return { mean, vectors: vectors.data, variances: values.data, total }
}
