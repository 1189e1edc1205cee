import { compileEncoder } from '../compile/inference.js'
import type { Network, Parameters } from '../compile/network.js'
import type { Dataset } from '../data/dataset.js'
import type { Runtime } from '../runtime/types.js'
import { rowsPerRun, runInBatches } from './batches.js'

/**
 * What so many layers of the encoder make of samples, computed once.
 *
 * @returns float32 samples of the shape that those layers give
 * @throws the signal's reason when it aborts
 */
export async function encodeDataset(
  runtime: Runtime,
  network: Network,
  parameters: Parameters,
  data: Dataset,
  layers: number,
  signal?: AbortSignal,
): Promise<Dataset> {
  const session = await runtime.open(compileEncoder(network, parameters, data, layers))
  try {
    const run = { session, inputs: { input: data }, rowsPerRun: rowsPerRun(network), ...(signal && { signal }) }
    const { code } = await runInBatches(run, ['code'])
    const { labels, rows } = data
    const shape = network.shapeAfter(layers)
    return {
      name: `codes of ${data.name}`,
      rows,
      shape,
      dtype: 'float32',
      values: code,
      scale: 1,
      ...(labels && { labels }),
    }
  } finally {
    await session.close()
  }
}
