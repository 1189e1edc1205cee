import { DiaboloError } from '../base/errors.js'
import { showType, sizeOf, type TensorType } from '../base/shape.js'
import type { AttributeProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from '../onnx/onnx_pb.js'
import { dtypeOf, fromTensorProto, tensorTypeOf } from '../onnx/tensor-proto.js'
import { GraphBuilder } from './builder.js'
import type { Attr, AttrKind, Operator, Value } from './types.js'

/** Axes of a tensor, and numbers of an attribute. */
const MOST_AXES = 32

/**
 * Types a graph from outside anew, each node by its operator's own rule, and lets it pass when no tensor in it is larger
 * than allowed.
 *
 * @param ops   by ONNX name
 * @param most  values of one tensor, named axes counted as 1
 * @throws E_FORMAT naming the first node that does not fit; E_UNSAFE naming the first that makes too much
 */
export function admitSizes(
  { graph }: ModelProto,
  ops: Readonly<Record<string, Operator>>,
  most: number,
  at: string,
): void {
  if (!graph) return
  const builder = new GraphBuilder()
  const values = new Map<string, Value>()
  const constants = new Map(graph.initializer.map((proto) => [proto.name, proto]))
  const define = (name: string, value: Value, most: number, where: string) => {
    if (values.has(name)) throw misfit(where, 'names that are given once', `"${name}" again`)
    requireSize(value, most, where)
    values.set(name, value)
  }
  for (const proto of graph.initializer) {
    // as large as the bytes that it holds, so as large as it may be
    define(proto.name, builder.input(proto.name, tensorTypeOf(proto)), Number.POSITIVE_INFINITY, at)
  }
  for (const info of graph.input) {
    const where = `${at}, input "${info.name}"`
    define(info.name, builder.input(info.name, inputType(info, where)), most, where)
  }
  graph.node.forEach((node, i) => {
    const where = `${at}, node ${i} (${node.opType})`
    const outputs = retype(node, ops[node.opType] as Operator, { builder, values, constants, where })
    if (node.output.length !== outputs.length) throw misfit(where, `${outputs.length} outputs`, `${node.output.length}`)
    outputs.forEach((value, k) => void define(node.output[k] as string, value, most, where))
  })
  const lost = graph.output.find(({ name }) => !values.has(name))
  if (lost) throw misfit(`${at}, output "${lost.name}"`, 'a tensor of the graph', 'nothing of that name')
}

interface Scope {
  readonly builder: GraphBuilder
  readonly values: ReadonlyMap<string, Value>
  readonly constants: ReadonlyMap<string, TensorProto>
  readonly where: string
}

function retype(node: NodeProto, op: Operator, { builder, values, constants, where }: Scope): readonly Value[] {
  const kinds = Object.entries(op.attrs)
  const trailing = kinds.filter(([, kind]) => kind === 'input' || kind === 'absent').length
  const own = node.input.slice(0, node.input.length - trailing)
  const rest = node.input.slice(own.length)
  if (rest.length < trailing) throw misfit(where, `at least ${trailing} inputs`, `${node.input.length}`)
  const inputs = own.map((name) => values.get(name) ?? lost(name, where))
  const given = new Map(node.attribute.map((attribute) => [attribute.name, attribute]))
  const attrs = kinds.map(([name, kind]): [string, Attr] => {
    if (kind === 'absent') return [name, rest.shift() as string]
    if (kind === 'input') return [name, numbersOf(constants.get(rest.shift() as string), where)]
    const attribute = given.get(name)
    if (!attribute) throw misfit(where, `an attribute "${name}"`, 'none')
    return [name, decodeAttr(attribute, kind, where)]
  })
  try {
    return builder.emit(op, inputs, Object.fromEntries(attrs))
  } catch (cause) {
    // an operator's rule takes for granted that there are as many inputs as it looks at
    const found = cause instanceof DiaboloError ? cause.found : `${inputs.map(showType).join(', ') || 'none'}`
    throw misfit(where, cause instanceof DiaboloError ? cause.expected : 'inputs that the operator takes', found, cause)
  }
}

function decodeAttr(attribute: AttributeProto, kind: AttrKind, where: string): Attr {
  switch (kind) {
    case 'int':
      return Number(attribute.i)
    case 'float':
      return attribute.f
    case 'ints':
      if (attribute.ints.length > MOST_AXES)
        throw misfit(where, `at most ${MOST_AXES} numbers`, `${attribute.ints.length}`)
      return attribute.ints.map(Number)
    case 'text':
      return new TextDecoder().decode(attribute.s)
    case 'dtype':
      return dtypeOf(Number(attribute.i)) ?? lost(`type ${attribute.i}`, where)
    default:
      throw misfit(where, 'an operator of inference', `one with a ${kind}`)
  }
}

/** An int64 list among the inputs: a shape, axes, paddings. */
function numbersOf(proto: TensorProto | undefined, where: string): readonly number[] {
  const length = proto?.rawData?.length ?? 0
  if (!proto || dtypeOf(proto.dataType ?? 0) !== 'int64' || length > 8 * MOST_AXES)
    throw misfit(
      where,
      `an int64 constant of at most ${MOST_AXES} numbers`,
      proto ? `"${proto.name}"` : 'another input',
    )
  return Array.from(fromTensorProto(proto).data as BigInt64Array, Number)
}

function inputType({ type }: ValueInfoProto, where: string): TensorType {
  if (type?.value.case !== 'tensorType') throw misfit(where, 'a tensor', type?.value.case ?? 'nothing')
  const { elemType, shape } = type.value.value
  const dims = shape?.dim.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : (value.value ?? '?')))
  return { dtype: dtypeOf(elemType ?? 0) ?? lost(`type ${elemType}`, where), shape: dims ?? [] }
}

function requireSize(value: TensorType, most: number, at: string): void {
  const lengths = value.shape.filter((dim) => typeof dim === 'number')
  if (value.shape.length > MOST_AXES || !lengths.every((dim) => Number.isSafeInteger(dim) && dim >= 0))
    throw misfit(at, `at most ${MOST_AXES} axes, their lengths whole numbers`, showType(value).slice(0, 80))
  if (sizeOf(lengths) <= most) return
  throw new DiaboloError('E_UNSAFE', {
    at,
    expected: `tensors of at most ${most} values`,
    found: showType(value),
    hint: 'load only models that Diabolo saved; run others in an ONNX runtime of your own',
  })
}

const lost = (name: string, where: string): never => {
  throw misfit(where, 'what there is', `"${name}"`)
}

const misfit = (at: string, expected: string, found: string, cause?: unknown) =>
  new DiaboloError('E_FORMAT', { at, expected, found, hint: 'save or train the model again', cause })
