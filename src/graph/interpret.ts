import { DiaboloError } from '../base/errors.js'
import { showShape, sizeOf } from '../base/shape.js'
import type { AnyTensor } from '../base/tensor.js'
import type { Array64, Graph, Value } from './types.js'

/**
 * Runs a graph in float64 with the operators' own definitions: the reference that gradients, lowering passes and ONNX
 * Runtime are checked against, and what folds constants. Clear, not fast.
 *
 * @param feeds  one array per graph input, in their order
 * @returns      one array per graph output, in their order
 */
export function interpret(graph: Graph, feeds: readonly Array64[]): Array64[] {
  const known = new Map<Value, Array64>()
  graph.inputs.forEach((input, i) => {
    const feed = feeds[i]
    const fits = feed && feed.shape.length === input.shape.length
    if (!fits || input.shape.some((dim, axis) => typeof dim === 'number' && dim !== feed.shape[axis])) {
      throw new DiaboloError('E_SHAPE', {
        at: `input ${i}`,
        expected: showShape(input.shape),
        found: feed ? showShape(feed.shape) : 'nothing',
        hint: 'feed one array per graph input, in their order',
      })
    }
    known.set(input, feed)
  })
  const read = (value: Value): Array64 => {
    if (value.source.kind === 'constant') return toArray64(value.source.tensor)
    return known.get(value) as Array64
  }
  for (const { op, inputs, attrs, outputs } of graph.nodes) {
    const arrays = inputs.map(read)
    const types = op.shape(arrays, attrs)
    op.kernel(arrays, attrs, types, interpret).forEach((data, i) => {
      const { dtype, shape } = types[i] as Array64
      // a result whose length only the data decides (the scan outputs of a loop) says so by its length
      known.set(outputs[i] as Value, { dtype, shape: resolve(shape, data.length), data })
    })
  }
  return graph.outputs.map(({ value }) => read(value))
}

/** Fills in a leading axis that has only a name. */
function resolve(shape: readonly (number | string)[], length: number): number[] {
  const [first, ...rest] = shape
  if (typeof first !== 'string') return shape as number[]
  return [length / sizeOf(rest as number[]), ...(rest as number[])]
}

export function toArray64({ dtype, shape, data }: AnyTensor): Array64 {
  const values = data as ArrayLike<number | bigint | string>
  const toNumber = (value: number | bigint | string) => (typeof value === 'string' ? numberOf(value) : Number(value))
  return { dtype, shape, data: Float64Array.from(values, toNumber) }
}

/** Texts met so far, each with a number of its own. */
const TEXTS: string[] = []
const NUMBERS = new Map<string, number>()

/** Text stands in float64 as a number of its own, so that kernels can tell it apart and move it like all else. */
export function numberOf(text: string): number {
  const number = NUMBERS.get(text) ?? TEXTS.push(text) - 1
  NUMBERS.set(text, number)
  return number
}

export const textOf = (number: number): string => TEXTS[number] as string
