import type { Tensor } from '../base/tensor.js'
import { compileEncoder } from '../compile/inference.js'
import type { Network, Parameters } from '../compile/network.js'
import { type RowStream, readRows, rowStream } from '../data/row-stream.js'
import { floats } from '../runtime/floats.js'
import type { Runtime } from '../runtime/types.js'

/** Has a session open, until it is closed. */
export interface CodeStream extends RowStream {
  close(): Promise<void>
}

/**
 * What so many layers of the encoder make of a stream, computed as it is read: in blocks, so that the last bits may differ
 * from those of codes that are computed in runs of another length.
 */
export async function codeStream(
  runtime: Runtime,
  network: Network,
  parameters: Parameters,
  data: RowStream,
  layers: number,
): Promise<CodeStream> {
  const { dtype, labels } = data
  const session = await runtime.open(compileEncoder(network, parameters, data, layers))
  const codes = rowStream({
    name: `codes of ${data.name}`,
    rows: data.rows,
    shape: network.shapeAfter(layers),
    dtype: 'float32',
    ...(labels && { labels }),
    async read(from, to) {
      const values = await readRows(data, from, to)
      const input = { dtype, shape: [to - from, network.width], data: values } as Tensor
      return floats(await session.run({ input }), 'code')
    },
  })
  return { ...codes, close: () => session.close() }
}
