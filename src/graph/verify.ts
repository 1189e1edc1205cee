import { DiaboloError } from '../base/errors.js'
import { sameType, showType } from '../base/shape.js'
import type { Attr, AttrKind, Graph, Node, Value } from './types.js'

/**
 * Declares what a legal graph is: single assignment, use after definition, attributes of the kind their operator names,
 * outputs of the type its rule gives, distinct names at the boundary, bodies legal in turn.
 *
 * @throws E_GRAPH naming the first node that breaks a rule
 */
export function verify(graph: Graph): Graph {
  distinct(graph.inputs.map(({ source }) => (source.kind === 'input' ? source.name : '')))
  distinct(graph.outputs.map(({ name }) => name))
  const defined = new Set<Value>(graph.inputs)
  const usable = (value: Value) => value.source.kind === 'constant' || defined.has(value)

  graph.nodes.forEach((node, i) => {
    const at = `node ${i} (${node.op.name})`
    node.inputs.forEach((input, k) => {
      if (!usable(input)) illegal(at, `input ${k} to be defined before it is used`, 'a value from later or elsewhere')
    })
    checkAttrs(node, at)
    const types = node.op.shape(node.inputs, node.attrs)
    if (types.length !== node.outputs.length) illegal(at, `${types.length} outputs`, `${node.outputs.length}`)
    node.outputs.forEach((output, k) => {
      const type = types[k] as Value
      if (!sameType(type, output)) illegal(at, `output ${k} of type ${showType(type)}`, showType(output))
      if (defined.has(output)) illegal(at, `output ${k} to be assigned once`, 'a second assignment')
      defined.add(output)
    })
  })
  for (const { name, value } of graph.outputs) {
    if (!usable(value)) illegal(`output "${name}"`, 'a value of this graph', 'one from elsewhere')
  }
  return graph
}

function checkAttrs({ op, attrs }: Node, at: string): void {
  const names = Object.keys(op.attrs)
  const extra = Object.keys(attrs).find((name) => !names.includes(name))
  if (extra) illegal(at, `attributes ${names.join(', ') || '(none)'}`, `"${extra}"`)
  for (const name of names) {
    const attr = attrs[name]
    const kind = op.attrs[name] as AttrKind
    if (attr === undefined || !isOfKind(attr, kind)) illegal(at, `attribute "${name}" of kind ${kind}`, String(attr))
    if (kind === 'graph') verify(attr as Graph)
  }
}

function isOfKind(attr: Attr, kind: AttrKind): boolean {
  switch (kind) {
    case 'int':
    case 'count':
      return Number.isInteger(attr)
    case 'float':
      return typeof attr === 'number'
    case 'ints':
    case 'input':
      return Array.isArray(attr) && attr.every(Number.isInteger)
    case 'dtype':
    case 'text':
      return typeof attr === 'string'
    case 'absent':
      return attr === ''
    case 'graph':
      return typeof attr === 'object' && 'nodes' in attr
  }
}

function distinct(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) illegal(`name "${twice}"`, 'distinct names', 'the same name twice')
}

function illegal(at: string, expected: string, found: string): never {
  throw new DiaboloError('E_GRAPH', { at, expected, found, hint: 'this is a fault in the pass that made the graph' })
}
