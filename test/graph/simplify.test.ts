import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/base/tensor.js'
import { lower } from '../../src/compile/lowering/index.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import { print } from '../../src/graph/print.js'
import { simplify } from '../../src/graph/simplify.js'
import type { Graph, Value } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import * as ops from '../../src/ops/index.js'
import { relativeError } from '../closeness.js'
import { apply, casesOf, NAMES } from '../ops/application.js'
import { bodyOf } from '../ops/cases/loop.js'
import { type Program, programs } from './programs.js'

const matrix = { dtype: 'float32', shape: [2, 3] } as const
const ones: Tensor = { dtype: 'float32', shape: [3], data: Float32Array.of(1, 1, 1) }

/** What is left of f(x), one operator's name a node. */
function left(f: (x: Value, builder: GraphBuilder) => Value): string[] {
  const builder = new GraphBuilder()
  return namesOf(simplify(builder.build({ y: f(builder.input('x', matrix), builder) })))
}

const namesOf = ({ nodes }: Graph) => nodes.map(({ op }) => op.name)

describe('drops what changes nothing', () => {
  test.each<[string, (x: Value) => Value]>([
    ['x + 0', (x) => ops.add(x, 0)],
    ['0 + x', (x) => ops.add(0, x)],
    ['x − 0', (x) => ops.sub(x, 0)],
    ['x · 1', (x) => ops.mul(x, 1)],
    ['1 · x', (x) => ops.mul(1, x)],
    ['x / 1', (x) => ops.div(x, 1)],
    ['identity', ops.identity],
    ['a cast to the same type', (x) => ops.cast(x, 'float32')],
    ['a permutation that moves nothing', (x) => ops.transpose(x, [0, 1])],
  ])('%s', (_, f) => expect(left(f)).toEqual([]))

  test.each<[string, (x: Value) => Value, string]>([
    ['0 − x', (x) => ops.sub(0, x), 'Sub'],
    ['1 / x', (x) => ops.div(1, x), 'Div'],
    ['x · 2', (x) => ops.mul(x, 2), 'Mul'],
    ['x + 1', (x) => ops.add(x, 1), 'Add'],
    [
      'x + 0 of a larger shape',
      (x) => ops.add(x, x.builder.constant({ ...ones, shape: [1, 1, 1], data: Float32Array.of(0) })),
      'Add',
    ],
    ['a transposition', (x) => ops.transpose(x, [1, 0]), 'Transpose'],
    ['a cast', (x) => ops.cast(x, 'int32'), 'Cast'],
  ])('but not %s', (_, f, name) => expect(left(f)).toEqual([name]))
})

describe('folds what is constant', () => {
  test('numbers are computed, in float64, and rounded once', () => {
    const graph = left((x) => ops.mul(x, ops.mul(ops.add(x.builder.scalar(2), 1), 0.1)))
    expect(graph).toEqual(['Mul'])
    const builder = new GraphBuilder()
    const y = ops.add(ops.mul(builder.scalar(3), 2), 1)
    const [output] = simplify(builder.build({ y })).outputs
    expect(output?.value.source).toMatchObject({ kind: 'constant', tensor: { data: Float32Array.of(7) } })
  })

  test('arrays and whole numbers too', () => {
    const builder = new GraphBuilder()
    const table = builder.constant({ dtype: 'int64', shape: [3], data: BigInt64Array.of(5n, 6n, 7n) })
    const graph = simplify(
      builder.build({ y: ops.gather(table, builder.scalar(1, 'int64')), z: ops.mul(table, table) }),
    )
    expect(graph.nodes).toEqual([])
    const tensors = graph.outputs.map(({ value }) =>
      value.source.kind === 'constant' ? value.source.tensor : undefined,
    )
    expect(tensors).toMatchObject([
      { dtype: 'int64', shape: [], data: BigInt64Array.of(6n) },
      { dtype: 'int64', shape: [3], data: BigInt64Array.of(25n, 36n, 49n) },
    ])
  })

  test('but not into something much larger than what it is made from', () => {
    expect(left((x) => ops.add(x, ops.expand(x.builder.scalar(3), [2, 3])))).toEqual(['Expand', 'Add'])
  })

  test('nor what has a name: it stays in the file', () => {
    const named = (data: Float32Array, shape: number[]) => (builder: GraphBuilder) =>
      builder.constant({ dtype: 'float32', shape, data }, 'weight')
    const weight = named(ones.data as Float32Array, [3])
    expect(left((x, builder) => ops.add(x, ops.tanh(weight(builder))))).toEqual(['Tanh', 'Add'])
    const one = named(Float32Array.of(1), [])
    expect(left((x, builder) => ops.mul(x, one(builder)))).toEqual(['Mul'])
    expect(left((x, builder) => ops.div(x, one(builder)))).toEqual(['Div'])
  })
})

describe('shares what is the same', () => {
  test('equal operators of equal operands, however deep', () => {
    expect(left((x) => ops.add(ops.tanh(ops.mul(x, 2)), ops.tanh(ops.mul(x, 2))))).toEqual(['Mul', 'Tanh', 'Add'])
  })

  test('but not where attributes differ, or operands change places', () => {
    expect(left((x) => ops.add(ops.reduceSum(x, { axes: [0] }), ops.reduceSum(x, { axes: [1, 0] })))).toHaveLength(3)
    expect(left((x) => ops.mul(ops.sub(x, 3), ops.sub(3, x)))).toEqual(['Sub', 'Sub', 'Mul'])
  })

  test('and not between a body and its surroundings', () => {
    const body = bodyOf([matrix], [matrix], ({ carried: [y], captured: [x] }) => {
      const twice = [ops.tanh(x as Value), ops.tanh(x as Value)] as const
      return { carried: [ops.add(y as Value, ops.mul(...twice))] }
    })
    const builder = new GraphBuilder()
    const x = builder.input('x', matrix)
    const trips = builder.scalar(2, 'int64')
    const [y] = ops.loop({ trips, carried: [ops.tanh(x)], captured: [x], body })
    const graph = verify(simplify(builder.build({ y: y as Value })))
    expect(namesOf(graph)).toEqual(['Tanh', 'Loop'])
    expect(namesOf(graph.nodes[1]?.attrs.body as Graph)).toEqual(['Tanh', 'Mul', 'Add'])
  })
})

describe('keeps the boundary', () => {
  test('drops nodes that nobody reads, and keeps inputs that nobody reads', () => {
    const builder = new GraphBuilder()
    const [x, unread] = [builder.input('x', matrix), builder.input('unread', matrix)]
    ops.exp(unread)
    const graph = simplify(builder.build({ y: ops.tanh(x) }))
    expect(namesOf(graph)).toEqual(['Tanh'])
    expect(graph.inputs.map(({ source }) => source)).toMatchObject([{ name: 'x' }, { name: 'unread' }])
  })

  test('two outputs may become one value', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', matrix)
    const graph = simplify(builder.build({ a: ops.tanh(x), b: ops.tanh(ops.add(x, 0)), c: x }))
    expect(graph.outputs.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(graph.outputs[0]?.value).toBe(graph.outputs[1]?.value)
    expect(graph.outputs[2]?.value).toBe(graph.inputs[0])
  })

  test('is done after one pass', () => {
    fc.assert(
      fc.property(programs, ({ graph }) => {
        const once = simplify(graph)
        expect(simplify(once).nodes.length).toBe(once.nodes.length)
      }),
      { seed: 1, numRuns: 100 },
    )
  })
})

describe('means the same', () => {
  const same = (change: (graph: Graph) => Graph, tolerance: number) => (program: Program) => {
    const { graph, feeds } = program
    const changed = verify(change(graph))
    const expected = interpret(graph, feeds)
    interpret(changed, feeds).forEach(({ shape, data }, i) => {
      const reference = expected[i] as (typeof expected)[number]
      expect(shape).toEqual(reference.shape)
      // beside 1, so that rounding of what cancels to nothing counts for nothing
      const error = relativeError([...data, 1], [...reference.data, 1])
      expect(error, `${graph.outputs[i]?.name} of\n${print(graph)}\nbecame\n${print(changed)}`).toBeLessThan(tolerance)
    })
  }

  test('simplified, on random graphs', () => {
    fc.assert(fc.property(programs, same(simplify, 1e-12)), { seed: 1, numRuns: 500 })
  })

  test('lowered, on random graphs', () => {
    fc.assert(fc.property(programs, same(lower, 1e-9)), { seed: 1, numRuns: 500 })
  })

  test.each(NAMES)('simplified and lowered, on every case of %s', (name) => {
    for (const each of casesOf(name)) {
      const { graph } = apply(name, each)
      same(simplify, 1e-12)({ graph, feeds: each.inputs })
      same(lower, 1e-9)({ graph, feeds: each.inputs })
    }
  })
})
