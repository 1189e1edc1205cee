import { sizeOf } from '../base/shape.js'
import type { Tensor } from '../base/tensor.js'
import { compileEncoder } from '../compile/inference.js'
import type { Network, Parameters } from '../compile/network.js'
import { type RowStream, readRows, rowStream } from '../data/row-stream.js'
import { floats } from '../runtime/floats.js'
import type { Runtime } from '../runtime/types.js'

/** ONNX Runtime multiplies a single row by another kernel than several, and gets other last bits. */
const FEWEST = 2

/** Has a session open, until it is closed. */
export interface CodeStream extends RowStream {
  close(): Promise<void>
}

/** What so many layers of the encoder make of a stream, computed as it is read. */
export async function codeStream(
  runtime: Runtime,
  network: Network,
  parameters: Parameters,
  data: RowStream,
  layers: number,
): Promise<CodeStream> {
  const { dtype } = data
  const shape = network.shapeAfter(layers)
  const codeWidth = sizeOf(shape)
  const session = await runtime.open(compileEncoder(network, parameters, data, layers))
  const codes = rowStream({
    name: `codes of ${data.name}`,
    rows: data.rows,
    shape,
    dtype: 'float32',
    async read(from, to) {
      const values = await readRows(data, from, to)
      const rows = Math.max(to - from, FEWEST)
      const padded = to - from < FEWEST ? repeated(values, rows) : values
      const input = { dtype, shape: [rows, network.width], data: padded } as Tensor
      return floats(await session.run({ input }), 'code').subarray(0, (to - from) * codeWidth)
    },
  })
  return { ...codes, close: () => session.close() }
}

function repeated(values: Uint8Array | Float32Array, times: number): Uint8Array | Float32Array {
  const all =
    values instanceof Uint8Array ? new Uint8Array(values.length * times) : new Float32Array(values.length * times)
  for (let i = 0; i < times; i++) all.set(values, i * values.length)
  return all
}
