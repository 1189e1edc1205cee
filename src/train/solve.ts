import { DiaboloError } from '../base/errors.js'
import type { Tensor } from '../base/tensor.js'
import { compileCovariance } from '../compile/covariance.js'
import type { Network, Parameters } from '../compile/network.js'
import type { SolveSpec } from '../compile/spec.js'
import { widthOf } from '../data/dataset.js'
import { floats } from '../runtime/floats.js'
import { runsOf } from '../runtime/runs.js'
import type { Feeds, Runtime } from '../runtime/types.js'
import type { Feed } from './feed.js'

const ROWS_PER_RUN = 1000

export interface SolveContext {
  readonly runtime: Runtime
  readonly network: Network
  readonly feed: Feed
}

/**
 * Runs one closed-form phase.
 *
 * @returns nothing when the caller aborted before all samples were seen
 */
export const solve = (context: SolveContext, { method }: SolveSpec): Promise<Parameters | undefined> =>
  METHODS[method](context)

/**
 * Principal components as the weights of a linear autoencoder: with mean μ and the eigenvectors V of the k largest
 * eigenvalues of the covariance, code = (x − μ) V and reconstruction = code Vᵀ + μ, so the biases are −μ V and μ.
 *
 * @see Hotelling (1933); Baldi & Hornik (1989) for the equivalence
 */
async function principalComponents({ runtime, network, feed }: SolveContext): Promise<Parameters | undefined> {
  const { data } = feed
  const width = widthOf(data)
  const units = network.codeShape[0] as number
  if (units > width || data.rows < 2) {
    throw new DiaboloError('E_OPTION', {
      at: 'principal components',
      expected: `at most ${width} components and at least 2 rows`,
      found: `${units} components, ${data.rows} rows`,
      hint: 'a linear code cannot be wider than the data: lower "latent", or add rows',
    })
  }
  const summed = await moments(runtime, feed, width)
  if (!summed) return undefined
  const { mean, covariance } = summed
  const { vectors } = await runtime.eigen({ dtype: 'float32', shape: [width, width], data: covariance })

  const encoder = new Float32Array(width * units)
  const decoder = new Float32Array(units * width)
  const bias = new Float64Array(units)
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < units; k++) {
      const v = vectors.data[i * width + k] as number
      encoder[i * units + k] = v
      decoder[k * width + i] = v
      bias[k] = (bias[k] as number) - (mean[i] as number) * v
    }
  }
  const float32 = (shape: readonly number[], values: Float32Array): Tensor<'float32'> => ({
    dtype: 'float32',
    shape,
    data: values,
  })
  return {
    'encoder.0.weight': float32([width, units], encoder),
    'encoder.0.bias': float32([units], Float32Array.from(bias)),
    'decoder.0.weight': float32([units, width], decoder),
    'decoder.0.bias': float32([width], Float32Array.from(mean)),
  }
}

/** Mean [width] and covariance [width, width] (divided by the rows), summed over runs in float64. */
async function moments(runtime: Runtime, feed: Feed, width: number) {
  const session = await runtime.open(compileCovariance(width, feed.data))
  try {
    const mean = new Float64Array(width)
    const covariance = new Float64Array(width * width)
    const seen = await everyRun(feed, async (rows) => {
      accumulate(mean, floats(await session.run({ ...rows, mean: zeros(width) }), 'sum'), feed.data.rows)
    })
    const centre: Tensor = { dtype: 'float32', shape: [width], data: Float32Array.from(mean) }
    const seenAgain = await everyRun(feed, async (rows) => {
      accumulate(covariance, floats(await session.run({ ...rows, mean: centre }), 'products'), feed.data.rows)
    })
    return seen && seenAgain ? { mean, covariance: Float32Array.from(covariance) } : undefined
  } finally {
    await session.close()
  }
}

/** @returns whether there was nothing left to see */
async function everyRun(feed: Feed, visit: (rows: Feeds) => Promise<void>): Promise<boolean> {
  let seen = 0
  for await (const portion of feed.portions({ batch: ROWS_PER_RUN })) {
    for (const [from, to] of runsOf(portion.places.length, ROWS_PER_RUN)) {
      const data = portion.places.slice(from, to)
      await visit({ data: portion.resident, rows: { dtype: 'int32', shape: [data.length], data } })
      seen += data.length
    }
  }
  return seen === feed.data.rows
}

function accumulate(sum: Float64Array, part: Float32Array, rows: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number) / rows
}

const zeros = (length: number): Tensor => ({ dtype: 'float32', shape: [length], data: new Float32Array(length) })

const METHODS: { readonly [M in SolveSpec['method']]: (context: SolveContext) => Promise<Parameters | undefined> } = {
  principalComponents,
}
