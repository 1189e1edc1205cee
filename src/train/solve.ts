import { DiaboloError } from '../base/errors.js'
import type { Tensor } from '../base/tensor.js'
import { compileCovariance } from '../compile/covariance.js'
import type { Network, Parameters } from '../compile/network.js'
import type { SolveSpec } from '../compile/spec.js'
import { type Dataset, widthOf } from '../data/dataset.js'
import { floats } from '../runtime/floats.js'
import type { Resident, Runtime } from '../runtime/types.js'
import { runsOf } from './batches.js'

const ROWS_PER_RUN = 1000

export interface SolveContext {
  readonly runtime: Runtime
  readonly network: Network
  readonly data: Dataset
  readonly resident: Resident
}

/** Runs one closed-form phase. */
export const solve = (context: SolveContext, { method }: SolveSpec): Promise<Parameters> => METHODS[method](context)

/**
 * Principal components as the weights of a linear autoencoder: with mean μ and the eigenvectors V of the k largest
 * eigenvalues of the covariance, code = (x − μ) V and reconstruction = code Vᵀ + μ, so the biases are −μ V and μ.
 *
 * @see Hotelling (1933); Baldi & Hornik (1989) for the equivalence
 */
async function principalComponents({ runtime, network, data, resident }: SolveContext): Promise<Parameters> {
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
  const { mean, covariance } = await moments(runtime, data, resident, width)
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
async function moments(runtime: Runtime, data: Dataset, resident: Resident, width: number) {
  const session = await runtime.open(compileCovariance(width, data))
  try {
    const mean = new Float64Array(width)
    const covariance = new Float64Array(width * width)
    await everyRun(data.rows, async (rows) => {
      accumulate(mean, floats(await session.run({ data: resident, rows, mean: zeros(width) }), 'sum'), data.rows)
    })
    const centre = Float32Array.from(mean)
    await everyRun(data.rows, async (rows) => {
      const feeds = { data: resident, rows, mean: { dtype: 'float32', shape: [width], data: centre } as const }
      accumulate(covariance, floats(await session.run(feeds), 'products'), data.rows)
    })
    return { mean, covariance: Float32Array.from(covariance) }
  } finally {
    await session.close()
  }
}

async function everyRun(rows: number, visit: (rows: Tensor<'int32'>) => Promise<void>): Promise<void> {
  for (const [from, to] of runsOf(rows, ROWS_PER_RUN)) {
    const length = to - from
    await visit({ dtype: 'int32', shape: [length], data: Int32Array.from({ length }, (_, i) => from + i) })
  }
}

function accumulate(sum: Float64Array, part: Float32Array, rows: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number) / rows
}

const zeros = (length: number): Tensor => ({ dtype: 'float32', shape: [length], data: new Float32Array(length) })

const METHODS: { readonly [M in SolveSpec['method']]: (context: SolveContext) => Promise<Parameters> } = {
  principalComponents,
}
