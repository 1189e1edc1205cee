import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Attrs, Graph, Node, Value } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import { cast, gemm, loop, mul, reduceSum, resize, tanh, transpose } from '../../src/ops/index.js'
import { apply, casesOf, NAMES } from '../ops/application.js'
import { bodyOf } from '../ops/cases/loop.js'

const matrix = { dtype: 'float32', shape: [2, 3] } as const

/** x → Tanh → Mul → Gemm → ReduceSum → Cast. */
function sound(): Graph {
  const builder = new GraphBuilder()
  const x = builder.input('x', matrix)
  const square = gemm(mul(tanh(x), 2), x, { transB: true })
  return builder.build({ y: cast(reduceSum(square, { axes: [0] }), 'int32'), square })
}

/** The same graph with the node at an index changed. */
function withNode(graph: Graph, index: number, change: (node: Node) => Partial<Node>): Graph {
  return { ...graph, nodes: graph.nodes.map((node, i) => (i === index ? { ...node, ...change(node) } : node)) }
}

const withAttrs = (index: number, change: Readonly<Record<string, unknown>>) =>
  withNode(sound(), index, ({ attrs }) => ({ attrs: { ...attrs, ...change } as Attrs }))

const [TANH, MUL, GEMM, REDUCE, CAST] = [0, 1, 2, 3, 4]

function swapped(graph: Graph): Graph {
  const [first, second, ...rest] = graph.nodes
  return { ...graph, nodes: [second as Node, first as Node, ...rest] }
}

function doubledInputs(): Graph {
  const builder = new GraphBuilder()
  return builder.build({ y: mul(builder.input('x', matrix), builder.input('x', matrix)) })
}

function looped(change: (body: Graph) => Graph): Graph {
  const body = bodyOf([matrix], [], ({ carried: [x] }) => ({ carried: [mul(tanh(x as Value), 2)] }))
  const builder = new GraphBuilder()
  const x = builder.input('x', matrix)
  const trips = builder.input('trips', { dtype: 'int64', shape: [] })
  return builder.build({ y: loop({ trips, carried: [x], captured: [], body: change(body) })[0] as Value })
}

function resized(): Graph {
  const builder = new GraphBuilder()
  return builder.build({ y: resize(builder.input('x', { dtype: 'float32', shape: [1, 1, 2, 2] }), { size: [4, 4] }) })
}

const elsewhere = new GraphBuilder().input('elsewhere', matrix)

const BROKEN: Readonly<Record<string, { readonly graph: Graph; readonly at: string; readonly found?: string }>> = {
  'two inputs of one name': { graph: doubledInputs(), at: 'name "x"' },
  'two outputs of one name': {
    graph: { ...sound(), outputs: sound().outputs.map(({ value }) => ({ name: 'same', value })) },
    at: 'name "same"',
  },
  'use before definition': { graph: swapped(sound()), at: 'node 0 (Mul)' },
  'an input from another graph': {
    graph: withNode(sound(), TANH, () => ({ inputs: [elsewhere] })),
    at: 'node 0 (Tanh)',
  },
  'an output from another graph': {
    graph: { ...sound(), outputs: [{ name: 'y', value: elsewhere }] },
    at: 'output "y"',
  },
  'an attribute nobody knows': { graph: withAttrs(TANH, { slope: 1 }), at: 'node 0 (Tanh)', found: '"slope"' },
  'a missing attribute': { graph: withAttrs(GEMM, { beta: undefined }), at: 'node 2 (Gemm)', found: 'undefined' },
  'an int that is none': { graph: withAttrs(GEMM, { transA: 0.5 }), at: 'node 2 (Gemm)', found: '0.5' },
  'a float that is none': { graph: withAttrs(GEMM, { alpha: [1] }), at: 'node 2 (Gemm)', found: '1' },
  'a list that is none': { graph: withAttrs(REDUCE, { axes: 0 }), at: 'node 3 (ReduceSum)', found: '0' },
  'a list of fractions': { graph: withAttrs(REDUCE, { axes: [0.5] }), at: 'node 3 (ReduceSum)', found: '0.5' },
  'an element type that is none': { graph: withAttrs(CAST, { to: 6 }), at: 'node 4 (Cast)', found: '6' },
  'a text that is none': {
    graph: withNode(resized(), 0, ({ attrs }) => ({ attrs: { ...attrs, mode: 2 } })),
    at: 'node 0 (Resize)',
  },
  'an absent input that is given': {
    graph: withNode(resized(), 0, ({ attrs }) => ({ attrs: { ...attrs, roi: 'x' } })),
    at: 'node 0 (Resize)',
    found: 'x',
  },
  'an output too few': { graph: withNode(sound(), MUL, () => ({ outputs: [] })), at: 'node 1 (Mul)', found: '0' },
  'an output of another shape': {
    graph: withNode(sound(), MUL, ({ outputs }) => ({ outputs: outputs.map((y) => ({ ...y, shape: [3, 2] })) })),
    at: 'node 1 (Mul)',
    found: 'float32 [3, 2]',
  },
  'an output of another type': {
    graph: withNode(sound(), MUL, ({ outputs }) => ({ outputs: outputs.map((y) => ({ ...y, dtype: 'uint8' })) })),
    at: 'node 1 (Mul)',
    found: 'uint8 [2, 3]',
  },
  'a second assignment': {
    graph: withNode(sound(), MUL, ({ inputs }) => ({ outputs: inputs.slice(0, 1) })),
    at: 'node 1 (Mul)',
    found: 'a second assignment',
  },
  'a body that breaks a rule': { graph: looped(swapped), at: 'node 0 (Mul)' },
  'a body that is none': {
    graph: withNode(
      looped((body) => body),
      0,
      ({ attrs }) => ({ attrs: { ...attrs, body: 3 } }),
    ),
    at: 'node 0 (Loop)',
  },
  'a count that is none': {
    graph: withNode(
      looped((body) => body),
      0,
      ({ attrs }) => ({ attrs: { ...attrs, carried: 0.5 } }),
    ),
    at: 'node 0 (Loop)',
  },
}

describe('what breaks a rule is refused', () => {
  test.each(Object.entries(BROKEN))('%s', (_, { graph, ...where }) => {
    expect(() => verify(graph)).toThrow(expect.objectContaining({ code: 'E_GRAPH', ...where }))
  })
})

describe('what keeps the rules passes, as it is', () => {
  test.each(NAMES)('%s', (name) => {
    for (const each of casesOf(name)) {
      const { graph } = apply(name, each)
      expect(verify(graph)).toBe(graph)
    }
  })

  test('an output that is an input, or a constant', () => {
    const builder = new GraphBuilder()
    const graph = builder.build({ y: builder.input('x', matrix), two: builder.scalar(2) })
    expect(verify(graph)).toBe(graph)
  })

  test('a graph of several nodes, and one with a body', () => {
    for (const graph of [sound(), looped((body) => body)]) expect(verify(graph)).toBe(graph)
  })
})

test('a permutation is checked by its operator', () => {
  const builder = new GraphBuilder()
  const graph = builder.build({ y: transpose(builder.input('x', matrix), [1, 0]) })
  const broken = withNode(graph, 0, () => ({ attrs: { perm: [1, 1] } }))
  expect(() => verify(broken)).toThrow(expect.objectContaining({ code: 'E_SHAPE', at: 'Transpose' }))
})
