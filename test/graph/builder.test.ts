import { expect, test } from 'vitest'
import { emit, GraphBuilder } from '../../src/graph/builder.js'
import { Add, add, identity, mul } from '../../src/ops/index.js'

const vector = { dtype: 'float32', shape: [3] } as const

test('a number is one constant however often it is used, and each type has its own', () => {
  const builder = new GraphBuilder()
  expect(builder.scalar(2)).toBe(builder.scalar(2))
  expect(builder.scalar(2)).not.toBe(builder.scalar(3))
  expect(builder.scalar(2)).not.toBe(builder.scalar(2, 'int64'))
  expect(builder.scalar(0)).not.toBe(builder.scalar(-0))
  expect(builder.scalar(Number.NaN)).toBe(builder.scalar(Number.NaN))
})

test.each([
  ['float32', Float32Array.of(0.1)],
  ['int32', Int32Array.of(3)],
  ['int64', BigInt64Array.of(3n)],
  ['uint8', Uint8Array.of(200)],
  ['bool', Uint8Array.of(1)],
] as const)('a number as %s', (dtype, data) => {
  const { source, shape } = new GraphBuilder().scalar(Number(data[0]), dtype)
  expect(shape).toEqual([])
  expect(source).toMatchObject({ kind: 'constant', tensor: { dtype, shape: [], data } })
})

test('nodes are typed as they are emitted, and keep their order', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', vector)
  const y = add(mul(x, 2), builder.input('rows', { dtype: 'float32', shape: [2, 1] }))
  expect(y).toMatchObject({ dtype: 'float32', shape: [2, 3], source: { kind: 'node', index: 0 } })
  expect(builder.nodes.map(({ op }) => op.name)).toEqual(['Mul', 'Add'])
  expect(new Set(builder.nodes.flatMap(({ outputs }) => outputs.map(({ id }) => id))).size).toBe(2)
})

test('a graph does not change when its builder goes on', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', vector)
  const graph = builder.build({ b: x, a: mul(x, 2) })
  builder.input('later', vector)
  mul(x, 3)
  expect(graph.inputs).toHaveLength(1)
  expect(graph.nodes).toHaveLength(1)
  expect(graph.outputs.map(({ name }) => name)).toEqual(['b', 'a'])
})

test('a number takes the type of the value beside it', () => {
  const builder = new GraphBuilder()
  const n = builder.input('n', { dtype: 'int64', shape: [] })
  expect(add(1, n).dtype).toBe('int64')
})

test('values of two graphs do not mix', () => {
  const x = new GraphBuilder().input('x', vector)
  const y = new GraphBuilder().input('y', vector)
  expect(() => add(x, y)).toThrow(expect.objectContaining({ code: 'E_GRAPH', at: 'Add' }))
  expect(x.builder.nodes).toEqual([])
})

test('numbers alone do not tell which graph they belong to', () => {
  expect(() => emit(Add, [1, 2], {})).toThrow(expect.objectContaining({ code: 'E_GRAPH', found: 'numbers only' }))
})

test('a body is a graph of its own', () => {
  const [outer, body] = [new GraphBuilder(), new GraphBuilder()]
  const x = outer.input('x', vector)
  expect(identity(x).builder).toBe(outer)
  expect(() => body.emit(Add, [x, x], {})).toThrow(expect.objectContaining({ code: 'E_GRAPH' }))
})
