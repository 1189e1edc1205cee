import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import { type Rule, rewrite } from '../../src/graph/rewrite.js'
import type { Graph, Value } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import { add, exp, loop, mul, neg, reduceSum, tanh } from '../../src/ops/index.js'
import { array, float32 } from '../arrays.js'
import { bodyOf } from '../ops/cases/loop.js'

const matrix = { dtype: 'float32', shape: [2, 3] } as const
const leave: Rule = () => undefined
const namesOf = ({ nodes }: Graph) => nodes.map(({ op }) => op.name)

/** Puts something in the place of each Tanh. */
const insteadOfTanh =
  (make: (x: Value) => readonly Value[]): Rule =>
  ({ op, inputs }) =>
    op.name === 'Tanh' ? make(inputs[0] as Value) : undefined

function tanhTwice(): Graph {
  const builder = new GraphBuilder()
  return builder.build({ y: add(tanh(tanh(builder.input('x', matrix))), 1) })
}

test('a rule that does nothing gives a copy', () => {
  const graph = tanhTwice()
  const copy = verify(rewrite(graph, leave))
  expect(namesOf(copy)).toEqual(namesOf(graph))
  expect(copy.inputs[0]).not.toBe(graph.inputs[0])
  expect(copy.outputs[0]?.value.builder).not.toBe(graph.outputs[0]?.value.builder)
})

test('operands come first: a rule sees what became of them', () => {
  const seen: string[] = []
  const rule: Rule = ({ op, inputs }, builder) => {
    if (op.name !== 'Tanh') return undefined
    const [x] = inputs as [Value]
    expect(x.builder).toBe(builder)
    seen.push(x.source.kind === 'node' ? x.source.node.op.name : x.source.kind)
    return [neg(x)]
  }
  expect(namesOf(verify(rewrite(tanhTwice(), rule)))).toEqual(['Neg', 'Neg', 'Add'])
  expect(seen).toEqual(['input', 'Neg'])
})

describe('a rule that breaks the types is caught', () => {
  test.each<[string, (x: Value) => readonly Value[], string]>([
    ['another shape', (x) => [reduceSum(x)], 'float32 []'],
    ['another type', (x) => [x.builder.input('b', { ...matrix, dtype: 'bool' })], 'bool [2, 3]'],
    ['too few values', () => [], 'nothing'],
  ])('%s', (_, make, found) => {
    const broken = () => rewrite(tanhTwice(), insteadOfTanh(make))
    expect(broken).toThrow(expect.objectContaining({ code: 'E_GRAPH', at: 'rewriting Tanh', found }))
  })
})

test('nodes that nobody reads are left out, before or after the rule', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', matrix)
  exp(x)
  const graph = builder.build({ y: tanh(neg(x)) })
  expect(namesOf(rewrite(graph, leave))).toEqual(['Neg', 'Tanh'])
  const unhooked = rewrite(
    graph,
    insteadOfTanh(({ builder }) => [builder.input('z', matrix)]),
  )
  expect(namesOf(rewrite(unhooked, leave))).toEqual([])
})

test('inputs and outputs stay, in their order, used or not', () => {
  const builder = new GraphBuilder()
  const [a, b, c] = ['a', 'b', 'c'].map((name) => builder.input(name, matrix)) as [Value, Value, Value]
  const copy = rewrite(builder.build({ second: c, first: a, again: c }), leave)
  expect(copy.inputs.map(({ source }) => (source.kind === 'input' ? source.name : ''))).toEqual(['a', 'b', 'c'])
  expect(copy.outputs.map(({ name, value }) => [name, copy.inputs.indexOf(value)])).toEqual([
    ['second', 2],
    ['first', 0],
    ['again', 2],
  ])
  expect(b.builder).toBe(builder)
})

test('constants keep their numbers and names; equal numbers become one', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', matrix)
  const loose = (value: number) => builder.constant({ dtype: 'float32', shape: [], data: Float32Array.of(value) })
  const weight = builder.constant({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) }, 'weight')
  const copy = rewrite(builder.build({ y: add(mul(mul(x, loose(2)), loose(2)), weight) }), leave)
  const [first, second, third] = copy.nodes
  expect(first?.inputs[1]).toBe(second?.inputs[1])
  expect(third?.inputs[1]?.source).toMatchObject({ name: 'weight', tensor: { data: Float32Array.of(1, 2, 3) } })
})

test('bodies are rewritten too', () => {
  const body = bodyOf([matrix], [], ({ carried: [x] }) => ({ carried: [tanh(tanh(x as Value))], scans: [x as Value] }))
  const builder = new GraphBuilder()
  const x = builder.input('x', matrix)
  const [y, ys] = loop({ trips: builder.scalar(2, 'int64'), carried: [x], captured: [], body })
  const graph = builder.build({ y: y as Value, ys: ys as Value })
  const rewritten = verify(
    rewrite(
      graph,
      insteadOfTanh((value) => [neg(value)]),
    ),
  )
  const inner = rewritten.nodes[0]?.attrs.body as Graph
  expect(namesOf(inner)).toEqual(['Neg', 'Neg'])
  expect(namesOf(body)).toEqual(['Tanh', 'Tanh'])
  const feed = float32([2, 3], [1, 2, 3, 4, 5, 6])
  expect(interpret(rewritten, [feed])[0]).toEqual(array('float32', [2, 3], feed.data))
})
