import { describe, expect, test } from 'vitest'
import { buildMachine, CHAINS } from '../../src/compile/contrast.js'
import { type ContrastSpec, parseSpec } from '../../src/compile/spec.js'
import { emitStep, noiseNeed, stateOf } from '../../src/compile/step.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64, Value } from '../../src/graph/types.js'
import { Draw } from '../arrays.js'
import { relativeError } from '../closeness.js'

const [VISIBLE, HIDDEN, BATCH] = [7, 5, 4]
// numbers that float32 holds exactly, as constants of a graph are float32
const RATE = 0.25
const DECAY = 2 ** -7

interface Asked {
  readonly visible: 'sigmoid' | 'linear'
  readonly hidden: 'sigmoid' | 'linear'
  readonly gibbsSteps: number
  readonly persistent: boolean
  readonly rho?: number
}

function machineOf({ visible, hidden, gibbsSteps, persistent, rho }: Asked) {
  const spec = parseSpec({
    format: 'diabolo/1',
    recipe: 'machine',
    preset: 'default',
    input: [VISIBLE],
    encoder: [{ type: 'dense', units: HIDDEN, activation: hidden }],
    // with weights of its own, which a machine does not look at
    decoder: [{ type: 'dense', units: VISIBLE }],
    output: visible,
    phases: [
      {
        kind: 'contrast',
        epochs: 1,
        batchSize: BATCH,
        gibbsSteps,
        persistent,
        weightDecay: DECAY,
        optimizer: { name: 'sgd', learningRate: RATE },
        ...(rho !== undefined && { penalties: [{ type: 'klSparsity', rho, weight: 0.5 }] }),
      },
    ],
  })
  return { network: buildMachine(spec), phase: spec.phases[0] as ContrastSpec }
}

/** One step in float64, by the graph. */
function stepOf(asked: Asked) {
  const { network, phase } = machineOf(asked)
  const draw = new Draw('machine')
  const builder = new GraphBuilder()
  const feeds: Record<string, Array64> = {}
  const feed = (name: string, values: Array64): Value => {
    feeds[name] = values
    return builder.input(name, { dtype: 'float32', shape: values.shape })
  }
  const need = noiseNeed(network, phase, BATCH)
  const noiseShape = [...(need?.picks ?? []), need?.width ?? 0]
  const noise = () => (asked.hidden === 'sigmoid' ? draw.within(0, 1, ...noiseShape) : draw.reals(...noiseShape))
  const target = feed('target', draw.within(0, 1, BATCH, VISIBLE))
  const pair = [feed('first', noise()), feed('second', noise())] as const
  const state = Object.fromEntries(
    stateOf(network, phase).map(({ name, shape }) => {
      const values = name === CHAINS ? draw.whole('float32', 2, ...shape) : draw.reals(...shape)
      return [name, feed(name, values)]
    }),
  )
  const scalars = { rate: builder.scalar(RATE) }
  const { loss, next } = emitStep(network, phase, { target, noise: pair, state, scalars })
  const graph = builder.build({ loss, ...next })
  const results = interpret(graph, Object.values(feeds))
  return { feeds, results: Object.fromEntries(graph.outputs.map(({ name }, i) => [name, results[i] as Array64])) }
}

const EDGE = Math.fround(1e-7)

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** The same step in plain loops, from Hinton's definitions. */
function byHand({ visible, hidden, gibbsSteps, persistent, rho }: Asked, feeds: Readonly<Record<string, Array64>>) {
  const at = (name: string) => Array.from(feeds[name]?.data ?? [])
  const [W, c, b] = [at('encoder.0.weight'), at('encoder.0.bias'), at('decoder.0.bias')]
  const [first, second, data] = [at('first'), at('second'), at('target')]
  const meanOf = (kind: string, x: number) => (kind === 'sigmoid' ? sigmoid(x) : x)
  const range = (n: number) => Array.from({ length: n }, (_, i) => i)
  const hiddenOf = (v: number[], rows: number) =>
    range(rows * HIDDEN).map((i) => {
      const [row, j] = [Math.floor(i / HIDDEN), i % HIDDEN]
      const input = range(VISIBLE).reduce(
        (sum, k) => sum + (v[row * VISIBLE + k] ?? 0) * (W[k * HIDDEN + j] ?? 0),
        c[j] ?? 0,
      )
      return meanOf(hidden, input)
    })
  const visibleOf = (h: number[], rows: number) =>
    range(rows * VISIBLE).map((i) => {
      const [row, k] = [Math.floor(i / VISIBLE), i % VISIBLE]
      const input = range(HIDDEN).reduce(
        (sum, j) => sum + (h[row * HIDDEN + j] ?? 0) * (W[k * HIDDEN + j] ?? 0),
        b[k] ?? 0,
      )
      return meanOf(visible, input)
    })
  const sample = (mean: number[], turn: number) =>
    mean.map((m, i) => {
      const sum = (first[turn * mean.length + i] ?? 0) + (second[turn * mean.length + i] ?? 0)
      return hidden === 'sigmoid' ? +(sum - Math.floor(sum) < m) : m + sum * Math.fround(Math.SQRT1_2)
    })

  const h0 = hiddenOf(data, BATCH)
  let h = persistent ? at(CHAINS) : sample(h0, 0)
  let v: number[] = []
  let mean: number[] = []
  const once = visibleOf(persistent ? h0 : h, BATCH)
  for (let turn = 0; turn < gibbsSteps; turn++) {
    v = visibleOf(h, BATCH)
    mean = hiddenOf(v, BATCH)
    if (persistent) h = sample(mean, turn)
    else if (turn + 1 < gibbsSteps) h = sample(mean, turn + 1)
  }
  const loss = once.reduce((sum, value, i) => sum + (value - (data[i] ?? 0)) ** 2, 0) / once.length
  const outer = (vs: number[], hs: number[], k: number, j: number) =>
    range(BATCH).reduce((sum, row) => sum + (vs[row * VISIBLE + k] ?? 0) * (hs[row * HIDDEN + j] ?? 0), 0) / BATCH
  const column = (xs: number[], width: number, i: number) =>
    range(BATCH).reduce((sum, row) => sum + (xs[row * width + i] ?? 0), 0) / BATCH
  // ∂ 0.5 KL(ρ ‖ ρ̂ⱼ) / ∂ρ̂ⱼ, then through ρ̂ⱼ = mean h⁰ⱼ
  const pull = range(HIDDEN).map((j) => {
    const mean = column(h0, HIDDEN, j)
    return rho === undefined ? 0 : 0.5 * (-rho / (mean + EDGE) + (1 - rho) / (Math.fround(1 + 1e-7) - mean))
  })
  const slope = h0.map((p, i) => ((pull[i % HIDDEN] ?? 0) * p * (1 - p)) / BATCH)
  const pullOf = (k: number, j: number) =>
    range(BATCH).reduce((sum, row) => sum + (data[row * VISIBLE + k] ?? 0) * (slope[row * HIDDEN + j] ?? 0), 0)
  return {
    loss: [loss],
    'encoder.0.weight': W.map((w, i) => {
      const [k, j] = [Math.floor(i / HIDDEN), i % HIDDEN]
      return w - RATE * (outer(v, mean, k, j) - outer(data, h0, k, j) + DECAY * w + pullOf(k, j))
    }),
    'encoder.0.bias': c.map((x, j) => {
      const own = range(BATCH).reduce((sum, row) => sum + (slope[row * HIDDEN + j] ?? 0), 0)
      return x - RATE * (column(mean, HIDDEN, j) - column(h0, HIDDEN, j) + own)
    }),
    'decoder.0.bias': b.map((x, k) => x - RATE * (column(v, VISIBLE, k) - column(data, VISIBLE, k))),
    ...(persistent && { [CHAINS]: h }),
  }
}

describe('a step of contrastive divergence is what the definition says', () => {
  const sides = [
    { visible: 'sigmoid', hidden: 'sigmoid' },
    { visible: 'linear', hidden: 'sigmoid' },
    { visible: 'sigmoid', hidden: 'linear' },
  ] as const
  const turns = [
    { gibbsSteps: 1, persistent: false },
    { gibbsSteps: 3, persistent: false },
    { gibbsSteps: 1, persistent: true },
    { gibbsSteps: 2, persistent: true },
  ]
  const cases: Asked[] = sides.flatMap((units) => turns.map((each) => ({ ...units, ...each })))
  test.each([
    ...cases,
    { visible: 'sigmoid', hidden: 'sigmoid', gibbsSteps: 1, persistent: false, rho: 0.125 } as const,
  ])('$visible to $hidden, k = $gibbsSteps, persistent: $persistent, ρ: $rho', (asked) => {
    const { feeds, results } = stepOf(asked)
    const expected = byHand(asked, feeds)
    expect(Object.keys(results).toSorted()).toEqual(Object.keys(expected).toSorted())
    for (const [name, values] of Object.entries(expected)) {
      expect(relativeError(results[name]?.data as Float64Array, values), name).toBeLessThan(1e-12)
    }
  })
})

describe('a machine is refused', () => {
  const spec = (activation: string, units: readonly number[] = [HIDDEN]) =>
    parseSpec({
      format: 'diabolo/1',
      recipe: 'machine',
      preset: 'default',
      input: [VISIBLE],
      encoder: units.map((count) => ({ type: 'dense', units: count, activation })),
      decoder: [...units.slice(0, -1).toReversed(), VISIBLE].map((count) => ({ type: 'dense', units: count })),
      output: 'sigmoid',
      phases: [{ kind: 'contrast', epochs: 1, batchSize: 1, optimizer: { name: 'sgd' } }],
    })

  test('of units that are neither on and off nor Gaussian', () => {
    const { phases } = spec('relu')
    const network = buildMachine(spec('relu'))
    expect(() => noiseNeed(network, phases[0] as ContrastSpec, 1)).not.toThrow()
    expect(() => stepWith(network, phases[0] as ContrastSpec)).toThrow(/sigmoid \(units that are on or off\)/)
  })

  test('of several layers at once', () => {
    expect(() => buildMachine(spec('sigmoid', [5, 4]))).toThrow(/one dense layer/)
  })
})

function stepWith(network: ReturnType<typeof buildMachine>, phase: ContrastSpec) {
  const target = new GraphBuilder().input('target', { dtype: 'float32', shape: [1, VISIBLE] })
  return emitStep(network, phase, { target, noise: [target, target], state: {}, scalars: {} })
}
