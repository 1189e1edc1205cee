import { sizeOf } from '../base/shape.js'
import { compileEncoder } from '../compile/inference.js'
import type { Network, Parameters } from '../compile/network.js'
import { type Dataset, toTensor } from '../data/dataset.js'
import { floats } from '../runtime/floats.js'
import type { Runtime } from '../runtime/types.js'

const ROWS_PER_RUN = 1000

/**
 * What so many layers of the encoder make of samples, computed once.
 *
 * @returns float32 samples of the shape that those layers give
 */
export async function encodeDataset(
  runtime: Runtime,
  network: Network,
  parameters: Parameters,
  data: Dataset,
  layers: number,
): Promise<Dataset> {
  const shape = network.shapeAfter(layers)
  const width = sizeOf(shape)
  const values = new Float32Array(data.rows * width)
  const session = await runtime.open(compileEncoder(network, parameters, data, layers))
  try {
    for (let from = 0; from < data.rows; from += ROWS_PER_RUN) {
      const input = toTensor(data, from, from + ROWS_PER_RUN)
      values.set(floats(await session.run({ input }), 'code'), from * width)
    }
  } finally {
    await session.close()
  }
  const { labels, rows } = data
  return { name: `codes of ${data.name}`, rows, shape, dtype: 'float32', values, scale: 1, ...(labels && { labels }) }
}
