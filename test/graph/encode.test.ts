import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { encode } from '../../src/graph/encode.js'
import type { Graph, Value } from '../../src/graph/types.js'
import { decodeModel, IR_VERSION, metadataOf, OPSET } from '../../src/onnx/model.js'
import { AttributeProto_AttributeType, type GraphProto } from '../../src/onnx/onnx_pb.js'
import { fromTensorProto } from '../../src/onnx/tensor-proto.js'
import * as ops from '../../src/ops/index.js'
import { apply, casesOf, expandInternal, INTERNAL_NAMES, NAMES, operator } from '../ops/application.js'
import { bodyOf } from '../ops/cases/loop.js'

const matrix = { dtype: 'float32', shape: [2, 3] } as const

function graphOf(graph: Graph): GraphProto {
  const { graph: proto } = decodeModel(encode(graph, 'test'))
  if (!proto) throw new Error('a model without graph')
  return proto
}

const bodiesOf = ({ node }: GraphProto): GraphProto[] =>
  node.flatMap(({ attribute }) => attribute.flatMap(({ g }) => (g ? [g, ...bodiesOf(g)] : [])))

/** Everything that gets a name: what a graph is given, holds and computes. */
const definedIn = ({ input, initializer, node }: GraphProto): string[] =>
  [
    ...input.map(({ name }) => name),
    ...initializer.map(({ name }) => name),
    ...node.flatMap(({ output }) => output),
  ].map((name) => name ?? '')

function nested(): Graph {
  const inner = bodyOf([matrix], [matrix], ({ carried: [y], captured: [x] }) => ({
    carried: [ops.add(y as Value, ops.mul(x as Value, 2))],
    scans: [ops.reduceSum(y as Value)],
  }))
  const outer = bodyOf([matrix], [matrix], ({ builder, carried: [y], captured: [x] }) => {
    const captured = [ops.tanh(x as Value)]
    const [z] = ops.loop({ trips: builder.scalar(2, 'int64'), carried: [y as Value], captured, body: inner })
    return { carried: [z as Value], scans: [ops.reduceSum(x as Value)] }
  })
  const builder = new GraphBuilder()
  const x = builder.input('x', matrix)
  const [y, sums] = ops.loop({
    trips: builder.input('trips', { dtype: 'int64', shape: [] }),
    carried: [ops.mul(x, 2)],
    captured: [ops.add(x, 1)],
    body: outer,
  })
  return builder.build({ y: y as Value, sums: sums as Value, x2: ops.mul(x, 2) })
}

describe('names', () => {
  test('are unique over the whole model, bodies included', () => {
    const whole = graphOf(nested())
    const graphs = [whole, ...bodiesOf(whole)]
    expect(graphs).toHaveLength(3)
    const names = graphs.flatMap(definedIn)
    expect(names).not.toContain('')
    expect(new Set(names).size).toBe(names.length)
    const nodes = graphs.flatMap(({ node }) => node.map(({ name }) => name))
    expect(new Set(nodes).size).toBe(nodes.length)
  })

  test.each(NAMES)('are defined before they are used: %s', (name) => {
    for (const each of casesOf(name)) {
      const check = (graph: GraphProto, around: ReadonlySet<string>) => {
        const known = new Set(
          [...around, ...graph.input, ...graph.initializer].map((x) => (typeof x === 'string' ? x : (x.name ?? ''))),
        )
        for (const { input, output, attribute } of graph.node) {
          for (const used of input) if (used !== '') expect(known).toContain(used)
          for (const { g } of attribute) if (g) check(g, known)
          for (const made of output) known.add(made)
        }
        for (const { name: output } of graph.output) expect(known).toContain(output)
      }
      check(graphOf(apply(name, each).graph), new Set())
    }
  })

  test('at the boundary are the given ones, in their order', () => {
    const { input, output } = graphOf(nested())
    expect(input.map(({ name }) => name)).toEqual(['x', 'trips'])
    expect(output.map(({ name }) => name)).toEqual(['y', 'sums', 'x2'])
  })

  test('of captured values are those of the surroundings', () => {
    const whole = graphOf(nested())
    const [outer, inner] = bodiesOf(whole)
    const captured = whole.node.find(({ opType }) => opType === 'Add')?.output[0]
    expect(outer?.input).toHaveLength(3)
    expect(outer?.node.find(({ opType }) => opType === 'Tanh')?.input).toEqual([captured])
    const deeper = outer?.node.find(({ opType }) => opType === 'Tanh')?.output[0]
    expect(inner?.node.find(({ opType }) => opType === 'Mul')?.input[0]).toBe(deeper)
    const loop = whole.node.find(({ opType }) => opType === 'Loop')
    // trips, condition and one carried value: what is captured is not an input of the node
    expect(loop?.input).toHaveLength(3)
  })
})

describe('outputs', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', matrix)
  const y = ops.tanh(x)
  const weight = builder.constant({ dtype: 'float32', shape: [1], data: Float32Array.of(5) }, 'weight')
  const { node, output, initializer } = graphOf(builder.build({ same: x, y, again: y, weight2: weight }))

  test('that are inputs, constants or outputs already are passed on by Identity', () => {
    expect(node.map(({ opType, input, output }) => [opType, ...input, ...output])).toEqual([
      ['Tanh', 'x', 'y'],
      ['Identity', 'x', 'same'],
      ['Identity', 'y', 'again'],
      ['Identity', 'weight', 'weight2'],
    ])
    expect(output.map(({ name }) => name)).toEqual(['same', 'y', 'again', 'weight2'])
  })

  test('are declared with their types', () => {
    const declared = output.map(({ type }) => (type?.value.case === 'tensorType' ? type.value.value : undefined))
    expect(declared.map((each) => each?.elemType)).toEqual([1, 1, 1, 1])
    expect(declared.map((each) => each?.shape?.dim.map(({ value }) => value.value))).toEqual([
      [2n, 3n],
      [2n, 3n],
      [2n, 3n],
      [1n],
    ])
  })

  test('named constants keep their names in the file', () => {
    expect(initializer.map(({ name }) => name)).toEqual(['weight'])
  })
})

describe('attributes', () => {
  test('are written as their operators say', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', matrix)
    const square = ops.gemm(x, x, { transB: true, alpha: 0.5 })
    const sum = ops.reduceSum(ops.transpose(square, [1, 0]), { axes: [-1], keepdims: true })
    const { node, initializer } = graphOf(builder.build({ y: ops.cast(sum, 'uint8') }))
    const [gemm, transpose, reduce, cast] = node.map(({ attribute }) =>
      Object.fromEntries(attribute.map((a) => [a.name, a])),
    )
    const { INT, FLOAT, INTS } = AttributeProto_AttributeType
    expect(gemm).toMatchObject({
      transA: { type: INT, i: 0n },
      transB: { i: 1n },
      alpha: { type: FLOAT, f: 0.5 },
      beta: { f: 1 },
    })
    expect(transpose).toMatchObject({ perm: { type: INTS, ints: [1n, 0n] } })
    expect(Object.keys(reduce ?? {})).toEqual(['keepdims'])
    expect(cast).toMatchObject({ to: { type: INT, i: 2n } })
    const axes = initializer.find(({ name }) => name === node[2]?.input[1])
    expect(axes && fromTensorProto(axes)).toEqual({ dtype: 'int64', shape: [1], data: BigInt64Array.of(-1n) })
  })

  test('of text are text, and an input that is absent has the empty name', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'float32', shape: ['batch', 2, 3, 3] })
    const { node, initializer } = graphOf(builder.build({ y: ops.resize(x, { size: [6, 6], mode: 'nearest' }) }))
    const written = Object.fromEntries((node[0]?.attribute ?? []).map((a) => [a.name, a]))
    expect(written.mode?.type).toBe(AttributeProto_AttributeType.STRING)
    expect(new TextDecoder().decode(written.mode?.s)).toBe('nearest')
    expect(node[0]?.input).toEqual(['x', '', '', initializer[0]?.name])
  })

  test.each(INTERNAL_NAMES)('%s is not for ONNX: lowering must have expanded it', (name) => {
    for (const each of casesOf(name)) {
      const { graph } = apply(name, each)
      expect(() => encode(graph, 'test')).toThrow(expect.objectContaining({ code: 'E_GRAPH', at: name }))
      expect(() => encode(expandInternal(graph), 'test')).not.toThrow()
    }
  })

  test('an internal operator in a body is found, too', () => {
    const images = { dtype: 'float32', shape: [1, 1, 4, 4] } as const
    const body = bodyOf([{ dtype: 'float32', shape: [1, 1, 3, 3] }], [images], ({ captured: [x] }) => ({
      carried: [ops.convWeightGrad(x as Value, x as Value, { kernel: [3, 3], pads: [1, 1, 1, 1] })],
    }))
    const builder = new GraphBuilder()
    const carried = [builder.input('w', { dtype: 'float32', shape: [1, 1, 3, 3] })]
    const [w] = ops.loop({ trips: builder.scalar(2, 'int64'), carried, captured: [builder.input('x', images)], body })
    const graph = builder.build({ w: w as Value })
    expect(() => encode(graph, 'test')).toThrow(expect.objectContaining({ code: 'E_GRAPH', at: 'ConvWeightGrad' }))
    expect(() => encode(expandInternal(graph), 'test')).not.toThrow()
  })

  test.each(NAMES)('and nothing else is written: %s', (name) => {
    for (const each of casesOf(name)) {
      const [node] = graphOf(apply(name, each).graph).node
      const written = Object.entries(operator(name).attrs).filter(
        ([, kind]) => !['input', 'absent', 'count'].includes(kind),
      )
      expect(node?.attribute.map((attribute) => attribute.name)).toEqual(written.map(([key]) => key))
    }
  })
})

describe('the model', () => {
  test('names lengths that are not known yet', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'uint8', shape: ['batch', 3] })
    const [input] = graphOf(builder.build({ y: ops.cast(x, 'float32') })).input
    const type = input?.type?.value
    expect(type?.case === 'tensorType' ? type.value.shape?.dim.map(({ value }) => value) : undefined).toMatchObject([
      { case: 'dimParam', value: 'batch' },
      { case: 'dimValue', value: 3n },
    ])
  })

  test('says which operator set and file version it is written in, and asks for no newer operator', () => {
    const { opsetImport, irVersion, producerName } = decodeModel(encode(nested(), 'test'))
    expect(opsetImport).toMatchObject([{ domain: '', version: BigInt(OPSET) }])
    expect(irVersion).toBe(BigInt(IR_VERSION))
    expect(producerName).toBe('diabolo')
    for (const name of NAMES) {
      expect(operator(name).since, name).toBeGreaterThan(0)
      expect(operator(name).since, name).toBeLessThanOrEqual(OPSET)
    }
  })

  test('carries metadata', () => {
    const metadata = { spec: '{"ä": 1}', empty: '' }
    expect(metadataOf(decodeModel(encode(nested(), 'test', { metadata })))).toEqual(metadata)
  })

  test('is the same bytes for the same graph', () => {
    expect(encode(nested(), 'test')).toEqual(encode(nested(), 'test'))
    const graph = nested()
    expect(encode(graph, 'test')).toEqual(encode(graph, 'test'))
  })
})

test('names that are given at the boundary are nobody else’s', () => {
  const builder = new GraphBuilder()
  const inputs = ['Mul.0', 'const.1', 'Add.0', 'const.0'].map((name) =>
    builder.input(name, { dtype: 'float32', shape: [2] }),
  )
  const sum = inputs.reduce((total, x) => ops.add(ops.mul(total, 2), x))
  const { graph } = decodeModel(encode(builder.build({ 'Mul.2': sum, y: ops.mul(sum, 3) }), 'test'))
  const names = [
    ...(graph?.input ?? []).map(({ name }) => name),
    ...(graph?.initializer ?? []).map(({ name }) => name),
    ...(graph?.node ?? []).flatMap(({ output }) => output),
  ]
  expect(new Set(names).size).toBe(names.length)
})
