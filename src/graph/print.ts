import { showType } from '../base/shape.js'
import type { Attr, Graph, Value } from './types.js'

/** A graph as text, one line a node: `%7: float32 [100, 256] = Sigmoid(%6)`. For people, tests and docs. */
export function print(graph: Graph, indent = ''): string {
  const names = new Map<Value, string>()
  const nameOf = (value: Value): string => {
    const { source } = value
    if (source.kind === 'constant') {
      const { data, shape } = source.tensor
      return data.length === 1 ? `${data[0]}` : `const [${shape.join(', ')}]`
    }
    return names.get(value) ?? '?'
  }
  const lines: string[] = []
  for (const input of graph.inputs) {
    names.set(input, input.source.kind === 'input' ? input.source.name : '?')
    lines.push(`input ${nameOf(input)}: ${showType(input)}`)
  }
  let count = 0
  for (const { op, inputs, attrs, outputs } of graph.nodes) {
    for (const output of outputs) names.set(output, `%${count++}`)
    const left = outputs.map((output) => `${nameOf(output)}: ${showType(output)}`).join(', ')
    const args = [
      ...inputs.map(nameOf),
      ...Object.entries(attrs).map(([key, attr]) => `${key}=${showAttr(attr, indent)}`),
    ]
    lines.push(`${left} = ${op.name}(${args.join(', ')})`)
  }
  for (const { name, value } of graph.outputs) lines.push(`output ${name} = ${nameOf(value)}`)
  return lines.map((line) => indent + line).join('\n')
}

function showAttr(attr: Attr, indent: string): string {
  if (typeof attr === 'object' && 'nodes' in attr) return `{\n${print(attr, `${indent}  `)}\n${indent}}`
  return Array.isArray(attr) ? `[${attr.join(', ')}]` : String(attr)
}
