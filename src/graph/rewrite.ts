import { DiaboloError } from '../base/errors.js'
import { sameType, showType } from '../base/shape.js'
import { isText } from '../base/tensor.js'
import { GraphBuilder } from './builder.js'
import type { Attrs, Graph, Node, Value } from './types.js'

/**
 * What a node becomes: the values that stand for its outputs, or `undefined` to leave it as it is.
 * Its inputs have been rewritten already; new nodes go to the inputs' own builder.
 */
export type Rule = (node: Node, builder: GraphBuilder) => readonly Value[] | undefined

/**
 * A copy of the graph with a rule applied to each node, operands first, bodies included. Nodes that nobody reads are
 * left out; inputs and outputs stay, so that callers' feeds still fit. What a node becomes stays in its scope.
 */
export function rewrite(graph: Graph, rule: Rule): Graph {
  const builder = new GraphBuilder()
  const renamed = new Map<Value, Value>()
  for (const input of graph.inputs) {
    if (input.source.kind === 'input') renamed.set(input, builder.input(input.source.name, input))
  }
  const rename = (value: Value): Value => {
    const known = renamed.get(value)
    if (known || value.source.kind !== 'constant') return known as Value
    const { tensor, name } = value.source
    const shared = tensor.shape.length === 0 && name === undefined && !isText(tensor)
    const constant = shared ? builder.scalar(Number(tensor.data[0]), tensor.dtype) : builder.constant(tensor, name)
    renamed.set(value, constant)
    return constant
  }
  const live = liveNodes(graph)
  for (const node of graph.nodes) {
    if (!live.has(node)) continue
    const moved = { ...node, inputs: node.inputs.map(rename), attrs: rewriteBodies(node.attrs, rule) }
    const outputs = builder.within(
      node.scope,
      () => rule(moved, builder) ?? builder.emit(moved.op, moved.inputs, moved.attrs),
    )
    node.outputs.forEach((output, i) => {
      renamed.set(output, sameTyped(node, output, outputs[i]))
    })
  }
  return builder.build(Object.fromEntries(graph.outputs.map(({ name, value }) => [name, rename(value)])))
}

function sameTyped({ op }: Node, before: Value, after: Value | undefined): Value {
  if (after && sameType(before, after)) return after
  throw new DiaboloError('E_GRAPH', {
    at: `rewriting ${op.name}`,
    expected: `a value of type ${showType(before)}`,
    found: after ? showType(after) : 'nothing',
    hint: 'this is a fault in the rule',
  })
}

function liveNodes(graph: Graph): Set<Node> {
  const live = new Set<Node>()
  const pending = graph.outputs.map(({ value }) => value)
  for (let value = pending.pop(); value; value = pending.pop()) {
    if (value.source.kind !== 'node' || live.has(value.source.node)) continue
    live.add(value.source.node)
    pending.push(...value.source.node.inputs)
  }
  return live
}

function rewriteBodies(attrs: Attrs, rule: Rule): Attrs {
  const entries = Object.entries(attrs).map(([name, attr]) => [
    name,
    typeof attr === 'object' && 'nodes' in attr ? rewrite(attr, rule) : attr,
  ])
  return Object.fromEntries(entries)
}
