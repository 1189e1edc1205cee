import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { directional } from '../../src/graph/check-gradient.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Value } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import { add, exp, gather, gemm, grad, mul, reduceSum, sigmoid, sub, tanh } from '../../src/ops/index.js'
import { array, Draw, float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'

const vector = { dtype: 'float32', shape: [3] } as const

function inputs(builder: GraphBuilder, count: number): Value[] {
  return Array.from({ length: count }, (_, i) => builder.input(`x${i}`, vector))
}

function evaluate(builder: GraphBuilder, values: readonly Value[], ...feeds: readonly (readonly number[])[]) {
  const graph = builder.build(Object.fromEntries(values.map((value, i) => [`y${i}`, value])))
  return interpret(
    verify(graph),
    feeds.map((values) => float32([3], values)),
  ).map(({ data }) => Array.from(data))
}

describe('values', () => {
  test('a value used twice gathers both of its gradients', () => {
    const builder = new GraphBuilder()
    const [x] = inputs(builder, 1) as [Value]
    // Σ x³ + x: 3x² + 1
    const loss = reduceSum(add(mul(mul(x, x), x), x))
    expect(evaluate(builder, grad(loss, [x]), [1, 2, -3])).toEqual([[4, 13, 28]])
  })

  test('a value that the loss does not see has a gradient of zeros, of its shape', () => {
    const builder = new GraphBuilder()
    const [x, y, z] = inputs(builder, 3) as [Value, Value, Value]
    tanh(z)
    const [dy, dx, dz] = grad(reduceSum(mul(x, 2)), [y, x, z]) as [Value, Value, Value]
    expect([dy.shape, dz.shape]).toEqual([[3], [3]])
    expect(evaluate(builder, [dy, dx, dz], [1, 1, 1], [1, 1, 1], [1, 1, 1])).toEqual([
      [0, 0, 0],
      [2, 2, 2],
      [0, 0, 0],
    ])
  })

  test('intermediate values have gradients too, and the loss itself has 1', () => {
    const builder = new GraphBuilder()
    const [x] = inputs(builder, 1) as [Value]
    const middle = mul(x, 3)
    const loss = reduceSum(mul(middle, middle))
    const [dmiddle, dx, dloss] = grad(loss, [middle, x, loss]) as [Value, Value, Value]
    expect(evaluate(builder, [dmiddle, dx, dloss], [1, 2, 3])).toEqual([[6, 12, 18], [18, 36, 54], [1]])
  })

  test('the same value may be asked for twice', () => {
    const builder = new GraphBuilder()
    const [x] = inputs(builder, 1) as [Value]
    const [first, second] = grad(reduceSum(exp(x)), [x, x])
    expect(first).toBe(second)
  })

  test('a gradient can be differentiated again', () => {
    const builder = new GraphBuilder()
    const [x] = inputs(builder, 1) as [Value]
    const [slope] = grad(reduceSum(mul(mul(x, x), x)), [x]) as [Value]
    const [curvature] = grad(reduceSum(slope), [x]) as [Value]
    expect(evaluate(builder, [curvature], [1, 2, -3])).toEqual([[6, 12, -18]])
  })
})

describe('nodes', () => {
  test('only gradients that were asked for are emitted', () => {
    const emitted = (wrt: (x: Value, w: Value) => Value[]) => {
      const builder = new GraphBuilder()
      const x = builder.input('x', { dtype: 'float32', shape: [2, 3] })
      const w = builder.input('w', { dtype: 'float32', shape: [3, 4] })
      const loss = reduceSum(gemm(x, w))
      const before = builder.nodes.length
      grad(loss, wrt(x, w))
      return builder.nodes.slice(before).filter(({ op }) => op.name === 'Gemm').length
    }
    expect(emitted((_, w) => [w])).toBe(1)
    expect(emitted((x, w) => [x, w])).toBe(2)
    expect(emitted(() => [])).toBe(0)
  })

  test('what lies beside the path is left alone, even where it has no gradient', () => {
    const builder = new GraphBuilder()
    const rows = builder.input('rows', { dtype: 'int32', shape: [] })
    const table = builder.input('table', { dtype: 'float32', shape: [5, 3] })
    const [w] = inputs(builder, 1) as [Value]
    const loss = reduceSum(mul(tanh(gather(table, rows)), w))
    const before = builder.nodes.length
    expect(() => grad(loss, [w])).not.toThrow()
    expect(builder.nodes.slice(before).map(({ op }) => op.name)).not.toContain('Sub')
    expect(() => grad(loss, [table])).toThrow(expect.objectContaining({ code: 'E_GRAPH', at: 'Gather' }))
  })
})

test('a loss that no parameter reaches needs no gradient at all', () => {
  const builder = new GraphBuilder()
  const table = builder.input('table', vector)
  const [w] = inputs(builder, 1) as [Value]
  const [dw] = grad(gather(table, builder.scalar(0, 'int64')), [w]) as [Value]
  expect(evaluate(builder, [dw], [1, 2, 3], [1, 1, 1])).toEqual([[0, 0, 0]])
})

describe('a loss must be one number', () => {
  test.each([
    ['of rank 0', (x: Value) => mul(x, 2), 'float32 [3]'],
    ['a float', (x: Value) => x.builder.input('n', { dtype: 'int64', shape: [] }), 'int64 []'],
  ] as const)('%s', (_, make, found) => {
    const [x] = inputs(new GraphBuilder(), 1) as [Value]
    expect(() => grad(make(x), [x])).toThrow(expect.objectContaining({ code: 'E_GRAPH', at: 'gradients', found }))
  })
})

describe('the gradient checker', () => {
  const draw = new Draw('checker')
  const builder = new GraphBuilder()
  const x = builder.input('x', { dtype: 'float32', shape: [4, 3] })
  const w = builder.input('w', { dtype: 'float32', shape: [3, 2] })
  const loss = reduceSum(mul(sigmoid(gemm(x, w)), sub(gemm(x, w), 1)))
  const [dx, dw] = grad(loss, [x, w]) as [Value, Value]
  const feeds = [draw.reals(4, 3), draw.reals(3, 2)]
  const error = ({ analytic, numeric }: ReturnType<typeof directional>) => relativeError([analytic], [numeric])

  test('agrees with a right gradient', () => {
    for (const seed of [1, 2, 3]) {
      expect(error(directional({ loss, x, gradient: dx }, feeds, { seed }))).toBeLessThan(1e-8)
      expect(error(directional({ loss, x: w, gradient: dw }, feeds, { seed }))).toBeLessThan(1e-8)
    }
  })

  test('catches a gradient that is wrong by a thousandth, or in one place', () => {
    expect(error(directional({ loss, x, gradient: mul(dx, 1.001) }, feeds))).toBeGreaterThan(5e-4)
    const nudge = builder.constant({ dtype: 'float32', shape: [2], data: Float32Array.of(0, 1e-3) })
    expect(error(directional({ loss, x: w, gradient: add(dw, nudge) }, feeds))).toBeGreaterThan(1e-6)
  })

  test('takes the same direction for the same seed, another for another', () => {
    const along = (seed: number) => directional({ loss, x, gradient: dx }, feeds, { seed }).analytic
    expect(along(1)).toBe(along(1))
    expect(along(1)).not.toBe(along(2))
  })

  test('is as exact as its step: the error falls with the square of it', () => {
    const at = (step: number) => error(directional({ loss, x, gradient: dx }, feeds, { step }))
    expect(at(1e-2) / at(1e-3)).toBeCloseTo(100, -1)
  })

  test('differentiates by inputs only', () => {
    const middle = gemm(x, w)
    const claim = { loss, x: middle, gradient: middle }
    expect(() => directional(claim, feeds)).toThrow(expect.objectContaining({ code: 'E_GRAPH', found: 'a node' }))
  })

  test('refuses feeds that do not fit', () => {
    expect(() => directional({ loss, x, gradient: dx }, [array('float32', [1], [1])])).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    )
  })
})
