import { expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret, toArray64 } from '../../src/graph/interpret.js'
import { add, gather, mul, reduceSum, reshape } from '../../src/ops/index.js'
import { array, float32 } from '../arrays.js'

const builder = new GraphBuilder()
const x = builder.input('x', { dtype: 'float32', shape: ['batch', 2] })
const scale = builder.input('scale', { dtype: 'float32', shape: [] })
const graph = builder.build({
  sums: reduceSum(mul(x, scale), { axes: [1] }),
  columns: reshape(x, ['batch', 2, 1]),
  scale,
})

test('feeds and results go by position; named lengths are those of the feeds', () => {
  const [sums, columns, same] = interpret(graph, [float32([3, 2], [1, 2, 3, 4, 5, 6]), float32([], [10])])
  expect(sums).toEqual(array('float32', [3], [30, 70, 110]))
  expect(columns).toEqual(array('float32', [3, 2, 1], [1, 2, 3, 4, 5, 6]))
  expect(same).toEqual(float32([], [10]))
})

test.each([
  ['a feed too few', [float32([3, 2], [1, 2, 3, 4, 5, 6])], 'input 1', 'nothing'],
  ['another rank', [float32([2], [1, 2]), float32([], [1])], 'input 0', '[2]'],
  ['an axis too many', [float32([1, 2, 1], [1, 2]), float32([], [1])], 'input 0', '[1, 2, 1]'],
  ['another length', [float32([1, 3], [1, 2, 3]), float32([], [1])], 'input 0', '[1, 3]'],
] as const)('%s is refused', (_, feeds, at, found) => {
  expect(() => interpret(graph, feeds)).toThrow(expect.objectContaining({ code: 'E_SHAPE', at, found }))
})

test('computes in float64, from constants that are float32', () => {
  const builder = new GraphBuilder()
  const y = builder.input('y', { dtype: 'float32', shape: [] })
  const [sum] = interpret(builder.build({ sum: add(y, 0.1) }), [array('float32', [], [1e-12])])
  expect(sum?.data[0]).toBe(Math.fround(0.1) + 1e-12)
})

test('lengths that names hide are checked when numbers arrive', () => {
  const builder = new GraphBuilder()
  const a = builder.input('a', { dtype: 'float32', shape: ['rows'] })
  const sum = builder.build({ sum: add(a, builder.input('b', { dtype: 'float32', shape: ['rows'] })) })
  const feeds = [float32([2], [1, 2]), float32([3], [1, 2, 3])]
  expect(() => interpret(sum, feeds)).toThrow(expect.objectContaining({ code: 'E_SHAPE', at: 'Add' }))
})

test('tensors of every type become float64', () => {
  expect(toArray64({ dtype: 'int64', shape: [2], data: BigInt64Array.of(-3n, 4n) })).toEqual(
    array('int64', [2], [-3, 4]),
  )
  expect(toArray64({ dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 255) })).toEqual(array('uint8', [2], [0, 255]))
  const builder = new GraphBuilder()
  const table = builder.constant({ dtype: 'int32', shape: [3], data: Int32Array.of(7, 8, 9) })
  expect(interpret(builder.build({ y: gather(table, builder.scalar(2, 'int64')) }), [])).toEqual([
    array('int32', [], [9]),
  ])
})
