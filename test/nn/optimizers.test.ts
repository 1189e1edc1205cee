import { describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64, Value } from '../../src/graph/types.js'
import { type OptimizerSpec, optimizerOf, optimizerSchema } from '../../src/nn/optimizers.js'
import { array } from '../arrays.js'
import { relativeError } from '../closeness.js'

const SIZE = 8
const vector = { dtype: 'float32', shape: [SIZE] } as const
const number = { dtype: 'float32', shape: [] } as const

/** Runs the emitted update in float64, step after step. */
function follow(
  spec: OptimizerSpec,
  start: Float64Array,
  gradients: readonly Float64Array[],
  rates: readonly number[],
  decays = true,
) {
  const rule = optimizerOf(spec)
  const slots = rule.slots(spec)
  const names = Object.keys(rule.scalars(spec, 1, 1))
  const builder = new GraphBuilder()
  const inputs = (list: readonly string[], type: typeof vector | typeof number) =>
    Object.fromEntries(list.map((name) => [name, builder.input(name, type)]))
  const updated = rule.emit(spec, {
    parameter: builder.input('p', vector),
    gradient: builder.input('g', vector),
    decays,
    slots: inputs(slots, vector),
    scalars: inputs(names, number),
  })
  const next = slots.map((name) => [`${name}.next`, updated.slots[name] as Value])
  const graph = builder.build({ p: updated.parameter, ...Object.fromEntries(next) })

  const of = (data: Float64Array): Array64 => ({ ...vector, data })
  let state = [start, ...slots.map(() => new Float64Array(SIZE))].map(of)
  return gradients.map((gradient, i) => {
    const [p, ...remembered] = state as [Array64, ...Array64[]]
    const scalars = rule.scalars(spec, rates[i] as number, i + 1)
    const numbers = names.map((name) => array('float32', [], [scalars[name] as number]))
    state = interpret(graph, [p, of(gradient), ...remembered, ...numbers])
    return (state[0] as Array64).data
  })
}

const random = rng(1, 'optimizers')
const STEPS = 1000
const start = Float64Array.from({ length: SIZE }, random.normal)
// of sizes that differ a thousandfold, and none at all now and then
const gradients = Array.from({ length: STEPS }, (_, t) =>
  Float64Array.from({ length: SIZE }, (_, i) => (t % 50 < 3 && i === 0 ? 0 : random.normal() * 10 ** (3 - i))),
)
const rates = Array.from({ length: STEPS }, (_, t) => 0.01 * (1 + Math.cos((Math.PI * t) / STEPS)))

/** Kingma & Ba (2015), algorithm 1, as it stands there. */
function adamByTheBook({ beta1, beta2, epsilon }: { beta1: number; beta2: number; epsilon: number }, lambda = 0) {
  const [m, v, p] = [new Float64Array(SIZE), new Float64Array(SIZE), start.slice()]
  return gradients.map((gradient, step) => {
    const t = step + 1
    gradient.forEach((g, i) => {
      m[i] = beta1 * (m[i] as number) + (1 - beta1) * g
      v[i] = beta2 * (v[i] as number) + (1 - beta2) * g * g
      const mHat = (m[i] as number) / (1 - beta1 ** t)
      const vHat = (v[i] as number) / (1 - beta2 ** t)
      const decayed = (p[i] as number) * (1 - (rates[step] as number) * lambda)
      p[i] = decayed - ((rates[step] as number) * mHat) / (Math.sqrt(vHat) + epsilon)
    })
    return p.slice()
  })
}

describe('Adam with its constants folded is Adam', () => {
  // constants in a graph are float32: these are numbers that it holds exactly
  const [beta1, beta2] = [Math.fround(0.9), Math.fround(0.999)]

  test.each([
    { beta1, beta2, epsilon: 1e-8 },
    { beta1, beta2, epsilon: 0.1 },
    { beta1: 0.5, beta2: 0.75, epsilon: 1e-3 },
    { beta1: 0, beta2, epsilon: 1e-8 },
    { beta1: 0.5, beta2: 0, epsilon: 1e-8 },
  ])('over a thousand steps: %j', (constants) => {
    const expected = adamByTheBook(constants)
    const actual = follow({ name: 'adam', learningRate: 1, ...constants }, start, gradients, rates)
    actual.forEach((p, t) => {
      expect(relativeError(p, expected[t] ?? []), `step ${t}`).toBeLessThan(1e-10)
    })
  })

  test('with decoupled weight decay it is AdamW (Loshchilov & Hutter 2019), and biases do not decay', () => {
    const constants = { beta1, beta2, epsilon: 1e-8 }
    const spec = { name: 'adam', learningRate: 1, ...constants, weightDecay: 0.05 } as const
    const [decayed, plain] = [adamByTheBook(constants, 0.05), adamByTheBook(constants)]
    const [weight, bias] = [true, false].map((decays) => follow(spec, start, gradients, rates, decays))
    for (let t = 0; t < STEPS; t++) {
      expect(relativeError(weight?.[t] ?? [], decayed[t] ?? []), `weight, step ${t}`).toBeLessThan(1e-10)
      expect(relativeError(bias?.[t] ?? [], plain[t] ?? []), `bias, step ${t}`).toBeLessThan(1e-10)
    }
  })

  test('its first step is the rate itself, in the direction of the sign', () => {
    const spec = optimizerSchema.parse({ name: 'adam', epsilon: 1e-30 })
    const first = follow(spec, new Float64Array(SIZE), gradients.slice(1, 2), [0.5])[0]
    first?.forEach((p, i) => {
      expect(p).toBeCloseTo(-0.5 * Math.sign(gradients[1]?.[i] as number), 6)
    })
  })

  test('remembers two tensors a parameter', () => {
    const spec = optimizerSchema.parse({ name: 'adam' })
    expect(optimizerOf(spec).slots(spec)).toEqual(['m', 'v'])
  })
})

describe('stochastic gradient descent', () => {
  function byTheBook(momentum: number, lambda = 0) {
    const [u, p] = [new Float64Array(SIZE), start.slice()]
    return gradients.map((gradient, t) => {
      gradient.forEach((g, i) => {
        u[i] = momentum * (u[i] as number) + g + lambda * (p[i] as number)
        p[i] = (p[i] as number) - (rates[t] as number) * (u[i] as number)
      })
      return p.slice()
    })
  }

  test.each([0, 0.5, Math.fround(0.9)])('with momentum %f', (momentum) => {
    const spec = { name: 'sgd', learningRate: 1, momentum } as const
    const expected = byTheBook(momentum)
    follow(spec, start, gradients, rates).forEach((p, t) => {
      expect(relativeError(p, expected[t] ?? []), `step ${t}`).toBeLessThan(1e-12)
    })
  })

  test.each([true, false])('with weight decay, of weights (%j)', (decays) => {
    const [momentum, weightDecay] = [0.5, 0.0625]
    const expected = byTheBook(momentum, decays ? weightDecay : 0)
    follow({ name: 'sgd', learningRate: 1, momentum, weightDecay }, start, gradients, rates, decays).forEach((p, t) => {
      expect(relativeError(p, expected[t] ?? []), `step ${t}`).toBeLessThan(1e-12)
    })
  })

  test('remembers only what momentum needs', () => {
    const slots = (momentum: number) =>
      optimizerOf({ name: 'sgd', learningRate: 1, momentum }).slots({ name: 'sgd', learningRate: 1, momentum })
    expect([slots(0), slots(0.9)]).toEqual([[], ['u']])
  })
})

test.each([
  { name: 'adam', learningRate: 0 },
  { name: 'adam', beta2: 1 },
  { name: 'adam', epsilon: 0 },
  { name: 'adam', weightDecay: -1 },
  { name: 'sgd', momentum: -0.1 },
  { name: 'sgd', beta1: 0.9 },
  { name: 'rmsprop' },
])('%j is not an optimizer', (spec) => expect(optimizerSchema.safeParse(spec).success).toBe(false))
