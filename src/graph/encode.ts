import type { MessageInitShape } from '@bufbuild/protobuf'
import { DiaboloError } from '../base/errors.js'
import type { TensorType } from '../base/shape.js'
import type { AnyTensor, Tensor } from '../base/tensor.js'
import { encodeModel, type Metadata } from '../onnx/model.js'
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  type GraphProtoSchema,
  type NodeProtoSchema,
  type ValueInfoProtoSchema,
} from '../onnx/onnx_pb.js'
import { ELEMENT_TYPE, toTensorProto } from '../onnx/tensor-proto.js'
import type { Attr, AttrKind, Graph, Node, Value } from './types.js'

type GraphInit = MessageInitShape<typeof GraphProtoSchema>
type NodeInit = MessageInitShape<typeof NodeProtoSchema>
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>
type ValueInfoInit = MessageInitShape<typeof ValueInfoProtoSchema>

/** What a file says beside its graph. */
export interface Annotations {
  readonly metadata?: Metadata
  /** What the model is. */
  readonly doc?: string
  /** What inputs and outputs are, by name. */
  readonly docs?: Readonly<Record<string, string>>
}

/** A graph as the bytes of an ONNX model. The same graph gives the same bytes. */
export function encode(graph: Graph, name: string, { metadata = {}, doc, docs = {} }: Annotations = {}): Uint8Array {
  const inputs = graph.inputs.map(({ source }) => (source.kind === 'input' ? source.name : ''))
  const boundary = { inputs, declared: inputs.length, output: (own: string) => own, docs }
  const outputs = graph.outputs.map(({ name }) => name)
  return encodeModel(new Encoder([...inputs, ...outputs]).graph(graph, name, boundary), metadata, doc)
}

/** How a graph meets what is around it: its inputs' names, how many of them it declares, and how it names its outputs. */
interface Boundary {
  readonly inputs: readonly string[]
  readonly declared: number
  readonly output: (name: string) => string
  readonly docs?: Annotations['docs']
}

/** Names are unique over the whole model, bodies included, as ONNX asks. */
class Encoder {
  /** Names that others gave: of a table's columns, any. */
  readonly #taken: ReadonlySet<string>
  #count = 0

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken)
  }

  graph(graph: Graph, name: string, boundary: Boundary): GraphInit {
    const node: NodeInit[] = []
    const initializer: NonNullable<GraphInit['initializer']> = []
    const names = new Map<Value, string>()
    graph.inputs.forEach((input, i) => {
      names.set(input, boundary.inputs[i] as string)
    })
    const initialize = (tensor: AnyTensor, given?: string): string => {
      const fresh = given ?? this.#fresh('const')
      initializer.push(toTensorProto(fresh, tensor))
      return fresh
    }
    const nameOf = (value: Value): string => {
      const known = names.get(value)
      if (known !== undefined) return known
      const { source } = value
      const fresh = source.kind === 'constant' ? initialize(source.tensor, source.name) : this.#fresh(opOf(value))
      names.set(value, fresh)
      return fresh
    }
    const aliases: NodeInit[] = []
    const output: ValueInfoInit[] = graph.outputs.map(({ name, value }) => {
      const outer = boundary.output(name)
      if (value.source.kind === 'node' && !names.has(value)) names.set(value, outer)
      else aliases.push({ opType: 'Identity', name: outer, input: [nameOf(value)], output: [outer] })
      return valueInfo(outer, value, boundary.docs?.[outer])
    })

    for (const each of graph.nodes) {
      if (each.op.since === 0) throw unexpanded(each)
      const input = each.inputs.slice(0, each.op.formals?.(each.attrs)).map(nameOf)
      const attribute: AttributeInit[] = []
      for (const [key, kind] of Object.entries(each.op.attrs)) {
        const attr = each.attrs[key] as Attr
        if (kind === 'input') input.push(initialize(int64s(attr as readonly number[])))
        else if (kind === 'absent') input.push('')
        else if (kind === 'graph') attribute.push(this.#body(key, attr as Graph, each, nameOf))
        else if (kind !== 'count') attribute.push(encodeAttr(key, kind, attr))
      }
      const output = each.outputs.map(nameOf)
      const name = each.scope === '' ? (output[0] as string) : `${each.scope}/${output[0]}`
      node.push({ opType: each.op.name, name, input, output, attribute })
    }
    const input = graph.inputs
      .slice(0, boundary.declared)
      .map((value) => valueInfo(nameOf(value), value, boundary.docs?.[nameOf(value)]))
    return { name, node: [...node, ...aliases], initializer, input, output }
  }

  #body(name: string, body: Graph, node: Node, nameOf: (value: Value) => string): AttributeInit {
    const declared = node.op.formals?.(node.attrs) ?? 0
    const inputs = node.inputs.map((input, i) => (i < declared ? this.#fresh('formal') : nameOf(input)))
    const g = this.graph(body, `${node.op.name}_${name}`, { inputs, declared, output: (own) => this.#fresh(own) })
    return { name, type: AttributeProto_AttributeType.GRAPH, g }
  }

  #fresh(prefix: string): string {
    const name = `${prefix}.${this.#count++}`
    return this.#taken.has(name) ? this.#fresh(prefix) : name
  }
}

const opOf = ({ source }: Value): string => (source.kind === 'node' ? source.node.op.name : source.kind)

const unexpanded = ({ op }: Node) =>
  new DiaboloError('E_GRAPH', {
    at: op.name,
    expected: 'operators that ONNX has',
    found: 'an internal one',
    hint: 'lower the graph before it is encoded, with the pass that expands this operator',
  })

const int64s = (values: readonly number[]): Tensor => ({
  dtype: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
})

function encodeAttr(
  name: string,
  kind: Exclude<AttrKind, 'input' | 'absent' | 'graph' | 'count'>,
  attr: Attr,
): AttributeInit {
  switch (kind) {
    case 'int':
      return { name, type: AttributeProto_AttributeType.INT, i: BigInt(attr as number) }
    case 'float':
      return { name, type: AttributeProto_AttributeType.FLOAT, f: attr as number }
    case 'ints':
      return { name, type: AttributeProto_AttributeType.INTS, ints: (attr as readonly number[]).map(BigInt) }
    case 'text':
      return { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(attr as string) }
    case 'dtype':
      return {
        name,
        type: AttributeProto_AttributeType.INT,
        i: BigInt(ELEMENT_TYPE[attr as keyof typeof ELEMENT_TYPE]),
      }
  }
}

function valueInfo(name: string, { dtype, shape }: TensorType, doc?: string): ValueInfoInit {
  const dim = shape.map((length) => ({
    value:
      typeof length === 'number'
        ? { case: 'dimValue' as const, value: BigInt(length) }
        : { case: 'dimParam' as const, value: length },
  }))
  const type: ValueInfoInit['type'] = {
    value: { case: 'tensorType', value: { elemType: ELEMENT_TYPE[dtype], shape: { dim } } },
  }
  return { name, type, ...(doc !== undefined && { docString: doc }) }
}
