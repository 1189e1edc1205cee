import { isStatic, type NumberType, sizeOf } from '../base/shape.js'
import { ARRAY_OF, isText, type Tensor } from '../base/tensor.js'
import type { GraphBuilder } from './builder.js'
import { interpret, toArray64 } from './interpret.js'
import { type Rule, rewrite } from './rewrite.js'
import type { Graph, Node, Value } from './types.js'

/**
 * The same function with fewer nodes: constants folded, common subexpressions shared, operators that change nothing
 * and nodes that nobody reads dropped.
 */
export function simplify(graph: Graph): Graph {
  // one table per builder: a body does not see its surroundings' subexpressions
  const tables = new WeakMap<GraphBuilder, Map<string, readonly Value[]>>()
  const rule: Rule = (node, builder) => {
    if (node.op.formals) return undefined
    const table = tables.get(builder) ?? new Map<string, readonly Value[]>()
    tables.set(builder, table)
    const key = `${node.op.name} ${JSON.stringify(node.attrs)} ${node.inputs.map(({ id }) => id)}`
    const outputs =
      table.get(key) ?? fold(node, builder) ?? same(node) ?? builder.emit(node.op, node.inputs, node.attrs)
    table.set(key, outputs)
    return outputs
  }
  return rewrite(graph, rule)
}

function same({ op, inputs, attrs }: Node): readonly Value[] | undefined {
  const value = op.identity?.(inputs, attrs)
  return value && [value]
}

/** Computes a node whose inputs are all constant, unless its result is much larger than what it is made from. */
function fold({ op, inputs, attrs, outputs }: Node, builder: GraphBuilder): readonly Value[] | undefined {
  const tensors: Tensor[] = []
  for (const { source } of inputs) {
    if (source.kind !== 'constant' || source.name !== undefined || isText(source.tensor)) return undefined
    tensors.push(source.tensor)
  }
  if (!outputs.every(({ shape }) => isStatic(shape))) return undefined
  const types = outputs.map(({ dtype }) => dtype)
  if (types.includes('string')) return undefined
  const given = tensors.reduce((sum, { data }) => sum + data.length, 0)
  const made = outputs.reduce((sum, { shape }) => sum + sizeOf(shape as readonly number[]), 0)
  if (made > 2 * given) return undefined
  return op.kernel(tensors.map(toArray64), attrs, outputs, interpret).map((result, i) => {
    const { shape } = outputs[i] as Value
    const dtype = types[i] as NumberType
    if (shape.length === 0) return builder.scalar(result[0] as number, dtype)
    const data = new ARRAY_OF[dtype](result.length)
    result.forEach((x, k) => {
      data[k] = dtype === 'int64' ? BigInt(x) : x
    })
    return builder.constant({ dtype, shape, data } as Tensor)
  })
}
