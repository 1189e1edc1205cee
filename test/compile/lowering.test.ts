import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LOWERING_PASSES, type LoweringPass, lower } from '../../src/compile/lowering/index.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import { print } from '../../src/graph/print.js'
import { rewrite } from '../../src/graph/rewrite.js'
import { simplify } from '../../src/graph/simplify.js'
import type { Array64, Graph, Value } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import type { ActivationName } from '../../src/nn/activations.js'
import * as ops from '../../src/ops/index.js'
import { relativeError } from '../closeness.js'
import { programs } from '../graph/programs.js'
import { runGraph, useNativeRuntime } from '../native.js'
import { sample, stepOf } from './samples.js'

const runtime = useNativeRuntime()

const PASSES = Object.keys(LOWERING_PASSES) as LoweringPass[]

/** All passes, each one left out, none. */
const CHOICES: readonly (readonly LoweringPass[])[] = [[], ...PASSES.map((pass) => [pass]), PASSES]

const ACTIVATIONS: readonly ActivationName[] = ['sigmoid', 'tanh', 'relu', 'elu', 'softplus', 'linear']

const countOf = ({ nodes }: Graph, name: string) => nodes.filter(({ op }) => op.name === name).length

function expectClose(graph: Graph, actual: readonly Array64[], expected: readonly Array64[], tolerance: number) {
  graph.outputs.forEach(({ name }, i) => {
    const [a, b] = [actual[i], expected[i]] as [Array64, Array64]
    expect(a.shape, name).toEqual(b.shape)
    expect(relativeError(a.data, b.data), name).toBeLessThanOrEqual(tolerance)
  })
}

describe.each(['mse', 'crossEntropy'] as const)('the training step for %s', (loss) => {
  describe.each(ACTIVATIONS)('with %s', (activation) => {
    const { graph, feeds } = stepOf(sample({ loss, activation }), 4)
    const expected = interpret(verify(graph), feeds)

    test.each(CHOICES)('means the same in float64 when lowered without %s %s %s', (...without) => {
      expectClose(graph, interpret(lower(graph, { without }), feeds), expected, 1e-9)
    })

    test.each([[], PASSES])('means the same in ONNX Runtime when lowered without %s %s %s', async (...without) => {
      expectClose(graph, await runGraph(runtime(), lower(graph, { without }), feeds), expected, 1e-5)
    })
  })

  test.each(CHOICES)('runs when lowered without %s %s %s, by momentum too', async (...without) => {
    const { graph, feeds } = stepOf(sample({ loss, optimizer: 'sgd' }), 3)
    const expected = interpret(graph, feeds)
    expectClose(graph, await runGraph(runtime(), lower(graph, { without }), feeds), expected, 1e-5)
  })
})

test('each pass means the same alone, on random graphs', () => {
  fc.assert(
    fc.property(programs, fc.constantFrom(...PASSES), ({ graph, feeds }, pass) => {
      const changed = verify(rewrite(simplify(graph), LOWERING_PASSES[pass]))
      const expected = interpret(graph, feeds)
      interpret(changed, feeds).forEach(({ shape, data }, i) => {
        const reference = expected[i] as Array64
        expect(shape).toEqual(reference.shape)
        const error = relativeError([...data, 1], [...reference.data, 1])
        expect(error, `${pass}\n${print(changed)}`).toBeLessThan(1e-9)
      })
    }),
    { seed: 1, numRuns: 500 },
  )
})

test('what comes out is verified', () => {
  const builder = new GraphBuilder()
  const twice = ['x', 'x'].map((name) => builder.input(name, { dtype: 'float32', shape: [2] })) as [Value, Value]
  const graph = builder.build({ y: ops.mul(...twice) })
  expect(() => lower(graph)).toThrow(expect.objectContaining({ code: 'E_GRAPH', at: 'name "x"' }))
})

describe('each pass does what it is for', () => {
  const step = (loss: 'mse' | 'crossEntropy', ...without: LoweringPass[]) =>
    lower(stepOf(sample({ loss }), 4).graph, { without })

  test('dropExpands leaves no spread-out copy', () => {
    expect(countOf(step('crossEntropy'), 'Expand')).toBe(0)
    expect(countOf(step('crossEntropy', 'dropExpands'), 'Expand')).toBeGreaterThan(0)
  })

  test('sinkScales leaves no scaling of a batch by a constant', () => {
    /** Multiplications of something with a batch axis by a constant. */
    const scalings = ({ nodes }: Graph) =>
      nodes.filter(
        ({ op, inputs }) => op.name === 'Mul' && inputs[0]?.shape[0] === 4 && inputs[1]?.source.kind === 'constant',
      ).length
    expect(scalings(step('mse'))).toBe(0)
    expect(scalings(step('mse', 'sinkScales'))).toBeGreaterThan(0)
  })

  test('splitSoftplus leaves no Softplus, and uses the sigmoid that is there', () => {
    expect(countOf(step('crossEntropy'), 'Softplus')).toBe(0)
    expect(countOf(step('crossEntropy', 'splitSoftplus'), 'Softplus')).toBe(1)
    expect(countOf(step('crossEntropy'), 'Sigmoid')).toBe(countOf(step('crossEntropy', 'splitSoftplus'), 'Sigmoid'))
  })

  test('all together make the step shorter', () => {
    for (const loss of ['mse', 'crossEntropy'] as const) {
      expect(step(loss, 'splitSoftplus').nodes.length).toBeLessThan(step(loss, ...PASSES).nodes.length)
    }
  })
})

describe('in detail', () => {
  const matrix = { dtype: 'float32', shape: [2, 3] } as const
  const lowered = (f: (x: Value) => Value) => {
    const builder = new GraphBuilder()
    return print(lower(builder.build({ y: f(builder.input('x', matrix)) })))
      .split('\n')
      .slice(1, -1)
      .map((line) => line.replace(/^.*? = /, ''))
  }

  test('factors meet and move to the end', () => {
    expect(lowered((x) => ops.mul(ops.mul(ops.tanh(x), 2), ops.mul(x, 3)))).toEqual([
      'Tanh(x)',
      'Mul(%0, x)',
      'Mul(%1, 6)',
    ])
    expect(lowered((x) => ops.mul(ops.mul(x, 2), 4))).toEqual(['Mul(x, 8)'])
    expect(lowered((x) => ops.sub(ops.mul(ops.tanh(x), 2), ops.mul(2, x)))).toEqual([
      'Tanh(x)',
      'Sub(%0, x)',
      'Mul(%1, 2)',
    ])
    expect(lowered((x) => ops.reduceSum(ops.mul(x, 2), { axes: [1] }))).toEqual([
      'ReduceSum(x, axes=[1], keepdims=0)',
      'Mul(%0, 2)',
    ])
  })

  test('a matrix product takes its factors, and not those of what is added', () => {
    expect(lowered((x) => ops.gemm(ops.mul(x, 2), ops.mul(x, 3), { transB: true, alpha: 0.5 }))).toEqual([
      'Gemm(x, x, transA=0, transB=1, alpha=3, beta=1)',
    ])
    const c = (x: Value) => ops.mul(ops.reduceSum(x, { axes: [1] }), 5)
    expect(lowered((x) => ops.gemm(ops.mul(x, 2), x, { transB: true, c: ops.tanh(c(x)) }))).toContain(
      'Gemm(x, x, %2, transA=0, transB=1, alpha=2, beta=1)',
    )
  })

  test('a factor that has a name is a parameter, and stays', () => {
    const weight = { dtype: 'float32', shape: [], data: Float32Array.of(3) } as const
    const builder = new GraphBuilder()
    const x = builder.input('x', matrix)
    const y = ops.gemm(ops.mul(x, builder.constant(weight, 'weight')), x, { transB: true })
    const [first] = lower(builder.build({ y })).nodes
    expect(first?.inputs[1]?.source).toMatchObject({ kind: 'constant', name: 'weight' })
  })

  test('unequal factors of a difference stay', () => {
    expect(lowered((x) => ops.sub(ops.mul(x, 2), ops.mul(ops.tanh(x), 3)))).toHaveLength(4)
  })

  test('a copy that would be spread out is broadcast instead', () => {
    expect(lowered((x) => ops.mul(ops.expand(ops.reduceSum(x), [2, 3]), x))).toEqual([
      'ReduceSum(x, axes=[0, 1], keepdims=0)',
      'Mul(%0, x)',
    ])
    expect(lowered((x) => ops.add(ops.expand(ops.reduceSum(x), [2, 3]), 1))).toEqual([
      'ReduceSum(x, axes=[0, 1], keepdims=0)',
      'Add(%0, 1)',
      'Expand(%1, shape=[2, 3])',
    ])
  })

  test('but not where it alone has the shape of the result', () => {
    const column = (x: Value) => ops.reduceSum(x, { axes: [1], keepdims: true })
    expect(lowered((x) => ops.add(ops.expand(ops.reduceSum(x), [2, 3]), column(x)))).toContain(
      'Expand(%0, shape=[2, 3])',
    )
  })

  test('a softplus is split so that it neither overflows nor loses its tail', () => {
    const builder = new GraphBuilder()
    const z = builder.input('z', { dtype: 'float32', shape: [7] })
    const data = Float64Array.of(-800, -30, -1, 0, 1, 30, 800)
    const [y] = interpret(lower(builder.build({ y: ops.softplus(z) })), [{ dtype: 'float32', shape: [7], data }])
    data.forEach((x, i) => {
      expect(y?.data[i]).toBeCloseTo(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 12)
    })
  })
})
