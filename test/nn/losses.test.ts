import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { directional } from '../../src/graph/check-gradient.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64, Value } from '../../src/graph/types.js'
import { emitLoss, lossSchema } from '../../src/nn/losses.js'
import { grad, sigmoid } from '../../src/ops/index.js'
import { Draw, float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'

const [ROWS, WIDTH] = [5, 7]
const type = { dtype: 'float32', shape: [ROWS, WIDTH] } as const
const draw = new Draw('losses')
const feeds = [draw.within(-6, 6, ROWS, WIDTH), draw.within(0, 1, ROWS, WIDTH)] as const

function lossOf(kind: 'mse' | 'crossEntropy' | 'multinomial', shape: readonly number[] = type.shape) {
  const builder = new GraphBuilder()
  const logits = builder.input('logits', { dtype: 'float32', shape })
  const target = builder.input('target', { dtype: 'float32', shape })
  const output = sigmoid(logits)
  const loss = emitLoss({ type: kind }, { logits, output, target, code: output })
  const [gradient] = grad(loss, [logits]) as [Value]
  const graph = builder.build({ loss, gradient })
  return {
    claim: { loss, x: logits, gradient },
    run: (...arrays: Array64[]) => interpret(graph, arrays) as [Array64, Array64],
  }
}

const σ = (z: number) => 1 / (1 + Math.exp(-z))

function meanOver(of: (z: number, x: number) => number): number {
  const [logits, target] = feeds
  return logits.data.reduce((sum, z, i) => sum + of(z, target.data[i] as number), 0) / logits.data.length
}

describe.each([
  ['mse', (z: number, x: number) => (σ(z) - x) ** 2],
  ['crossEntropy', (z: number, x: number) => -x * Math.log(σ(z)) - (1 - x) * Math.log(1 - σ(z))],
] as const)('%s', (kind, of) => {
  const { claim, run } = lossOf(kind)

  test('is the mean over all values of its closed form', () => {
    const [loss] = run(...feeds)
    // the mean's 1/35 is a float32 in the graph
    expect(relativeError(loss.data, [meanOver(of)])).toBeLessThan(1e-7)
    expect(loss.shape).toEqual([])
  })

  test('has a gradient that matches central differences', () => {
    for (const seed of [1, 2]) {
      const { analytic, numeric } = directional(claim, feeds, { seed })
      expect(relativeError([analytic], [numeric])).toBeLessThan(1e-7)
    }
  })
})

test('the mean squared error of an exact reconstruction is 0', () => {
  const { run } = lossOf('mse', [1, 2])
  expect(run(float32([1, 2], [0, 0]), float32([1, 2], [0.5, 0.5]))[0].data[0]).toBe(0)
})

test('cross-entropy does not overflow, however sure the logits are', () => {
  const { run } = lossOf('crossEntropy', [1, 4])
  const [loss, gradient] = run(float32([1, 4], [-1000, 1000, -1000, 1000]), float32([1, 4], [0, 1, 1, 0]))
  expect(loss.data[0]).toBe(500)
  expect(Array.from(gradient.data)).toEqual([0, 0, -0.25, 0.25])
})

test('cross-entropy is least where the output is the target, and its slope there is 0', () => {
  const { run } = lossOf('crossEntropy', [1, 3])
  const target = float32([1, 3], [0.25, 0.5, 0.875])
  const logits = { ...target, data: target.data.map((x) => Math.log(x / (1 - x))) }
  const [, gradient] = run(logits, target)
  for (const slope of gradient.data) expect(slope).toBeCloseTo(0, 14)
})

describe('multinomial', () => {
  const { claim, run } = lossOf('multinomial')
  const counts = draw.within(0, 9, ROWS, WIDTH)
  const rowOf = ({ data }: Array64, row: number) => Array.from(data.subarray(row * WIDTH, (row + 1) * WIDTH))
  const shares = (values: readonly number[]) => values.map((x) => x / values.reduce((sum, value) => sum + value, 0))

  test('is −Σ x ln softmax(z) of a sample, on average', () => {
    let expected = 0
    for (let row = 0; row < ROWS; row++) {
      const [z, x] = [rowOf(feeds[0], row), rowOf(counts, row)]
      shares(z.map(Math.exp)).forEach((p, j) => {
        expected -= ((x[j] as number) * Math.log(p)) / ROWS
      })
    }
    // the mean's 1/5 is a float32 in the graph
    expect(relativeError(run(feeds[0], counts)[0].data, [expected])).toBeLessThan(1e-7)
  })

  test('has a gradient that matches central differences', () => {
    for (const seed of [1, 2]) {
      const { analytic, numeric } = directional(claim, [feeds[0], counts], { seed })
      expect(relativeError([analytic], [numeric])).toBeLessThan(1e-7)
    }
  })

  test('is least where the softmax is the shares of the counts, whatever their sum', () => {
    const x = float32([1, 3], [2, 10, 4])
    const { run } = lossOf('multinomial', [1, 3])
    const [, gradient] = run({ ...x, data: x.data.map(Math.log) }, x)
    for (const slope of gradient.data) expect(slope).toBeCloseTo(0, 13)
  })

  test('does not overflow, and of a sample without counts there is nothing to say', () => {
    const { run } = lossOf('multinomial', [2, 2])
    const [loss, gradient] = run(float32([2, 2], [-1000, 1000, 3, 4]), float32([2, 2], [0, 1, 0, 0]))
    for (const value of [...loss.data, ...gradient.data]) expect(Math.abs(value)).toBe(0)
  })
})

test('there are no other losses', () => {
  expect(lossSchema.safeParse({ type: 'l1' }).success).toBe(false)
  expect(lossSchema.safeParse({ type: 'mse', weight: 2 }).success).toBe(false)
})
