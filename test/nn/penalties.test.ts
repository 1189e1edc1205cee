import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { directional } from '../../src/graph/check-gradient.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Value } from '../../src/graph/types.js'
import { emitPenalty, type PenaltySpec, penaltySchema } from '../../src/nn/penalties.js'
import { grad, reduceMean } from '../../src/ops/index.js'
import { Draw, float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { runGraph, useNativeRuntime } from '../native.js'

const runtime = useNativeRuntime()

function penaltyOf(spec: PenaltySpec, units: number) {
  const builder = new GraphBuilder()
  const mean = builder.input('mean', { dtype: 'float32', shape: [units] })
  const loss = emitPenalty(spec, mean)
  const [gradient] = grad(loss, [mean]) as [Value]
  return { claim: { loss, x: mean, gradient }, graph: builder.build({ loss, gradient }) }
}

const kl = (rho: number, mean: number) => rho * Math.log(rho / mean) + (1 - rho) * Math.log((1 - rho) / (1 - mean))

describe.each([0.02, 0.05, 0.3, 0.5, 0.9])('Σ KL(%d ‖ ρ̂)', (rho) => {
  const spec = penaltySchema.parse({ type: 'klSparsity', rho, weight: 0.7 })
  const means = new Draw('means').within(0.05, 0.95, 9)
  const { claim, graph } = penaltyOf(spec, 9)

  test('is its formula', () => {
    const expected = 0.7 * means.data.reduce((sum, mean) => sum + kl(rho, mean), 0)
    // constants are float32, and 1e-7 is added
    expect(relativeError(interpret(graph, [means])[0]?.data ?? [], [expected])).toBeLessThan(5e-6)
  })

  test('has a gradient that matches central differences', () => {
    for (const seed of [1, 2, 3]) {
      const { analytic, numeric } = directional(claim, [means], { seed, step: 1e-6 })
      expect(relativeError([analytic], [numeric])).toBeLessThan(1e-7)
    }
  })

  test('is 0 where every unit is as active as wanted, more anywhere else', () => {
    const at = (mean: number) => interpret(graph, [float32([9], Array(9).fill(mean))])[0]?.data[0] as number
    expect(Math.abs(at(rho))).toBeLessThan(2e-6)
    expect(at(rho * 0.9)).toBeGreaterThan(1e-4 * rho)
    expect(at(rho + 0.1 * (1 - rho))).toBeGreaterThan(1e-4)
  })

  test('leads away from units that are always off or always on, in finite steps, in ONNX Runtime', async () => {
    const { graph } = penaltyOf(spec, 4)
    const [loss, gradient] = await runGraph(runtime(), graph, [float32([4], [0, 1, 1e-30, 1 - 2 ** -24])])
    expect(Number.isFinite(loss?.data[0])).toBe(true)
    expect(gradient?.data.every(Number.isFinite)).toBe(true)
    expect(Array.from(gradient?.data ?? [], Math.sign)).toEqual([-1, 1, -1, 1])
  })
})

test('stays finite when all of a batch is 1, whatever its size: no mean is rounded beyond the edge', async () => {
  const sizes = Array.from({ length: 130 }, (_, i) => i + 1)
  const builder = new GraphBuilder()
  const inputs = sizes.map((size) => builder.input(`code${size}`, { dtype: 'float32', shape: [size, 2] }))
  const spec = penaltySchema.parse({ type: 'klSparsity', rho: 0.05, weight: 1 })
  const outputs = inputs.map((code, i) => [`loss${sizes[i]}`, emitPenalty(spec, reduceMean(code, { axes: [0] }))])
  const graph = builder.build(Object.fromEntries(outputs))
  const losses = await runGraph(
    runtime(),
    graph,
    sizes.map((size) => float32([size, 2], Array(size * 2).fill(1))),
  )
  expect(losses.map(({ data }) => data[0]).filter((loss) => !Number.isFinite(loss))).toEqual([])
})

test.each([
  { type: 'klSparsity', rho: 0, weight: 1 },
  { type: 'klSparsity', rho: 1, weight: 1 },
  { type: 'klSparsity', rho: 0.1, weight: -1 },
  { type: 'l1', weight: 1 },
])('%j is not a penalty', (spec) => expect(penaltySchema.safeParse(spec).success).toBe(false))
