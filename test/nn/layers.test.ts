import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import { ACTIVATION_NAMES, ACTIVATIONS, type ActivationName } from '../../src/nn/activations.js'
import { activationOf, layerKind, layerSchema } from '../../src/nn/layers/index.js'
import { float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'

describe('activations', () => {
  const formulas: Record<ActivationName, (x: number) => number> = {
    linear: (x) => x,
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    tanh: (x) => (Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x)),
    relu: (x) => (x + Math.abs(x)) / 2,
    elu: (x) => (x > 0 ? x : Math.exp(x) - 1),
    softplus: (x) => Math.log(1 + Math.exp(x)),
  }
  const xs = [-4, -1, -0.25, 0, 0.5, 2, 5]

  test.each(ACTIVATION_NAMES)('%s', (name) => {
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'float32', shape: [xs.length] })
    const [y] = interpret(builder.build({ y: ACTIVATIONS[name](x) }), [float32([xs.length], xs)])
    expect(relativeError(y?.data ?? [], xs.map(formulas[name]))).toBeLessThan(1e-14)
  })
})

describe('a dense layer', () => {
  const spec = layerSchema.parse({ type: 'dense', units: 2, activation: 'relu' })
  const kind = layerKind(spec)

  test('learns a weight and a bias, the bias starting at 0', () => {
    expect(kind.outputShape(spec, [3, 2])).toEqual([2])
    expect(kind.parameters(spec, [3, 2])).toEqual([
      { name: 'weight', shape: [6, 2], init: { name: 'glorot' }, fan: { in: 6, out: 2 } },
      { name: 'bias', shape: [2], init: { name: 'zeros' }, fan: { in: 6, out: 2 } },
    ])
  })

  test.each([2, 'batch'] as const)('is x W + b, the sample flattened, for a batch of %s', (batch) => {
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'float32', shape: [batch, 1, 3] })
    const weight = builder.input('weight', { dtype: 'float32', shape: [3, 2] })
    const bias = builder.input('bias', { dtype: 'float32', shape: [2] })
    const z = kind.emit(spec, x, { weight, bias })
    expect(z.shape).toEqual([batch, 2])
    const feeds = [
      float32([2, 1, 3], [1, 2, 3, -1, 0, 1]),
      float32([3, 2], [1, 2, 3, 4, 5, 6]),
      float32([2], [10, -20]),
    ]
    const [before, after] = interpret(builder.build({ z, y: ACTIVATIONS[activationOf(spec)](z) }), feeds)
    expect(Array.from(before?.data ?? [])).toEqual([32, 8, 14, -16])
    expect(Array.from(after?.data ?? [])).toEqual([32, 8, 14, 0])
  })

  test.each([{ units: 0 }, { units: 1.5 }, { units: 3, activation: 'gelu' }, { units: 3, bias: false }])(
    'is not described by %j',
    (wrong) => expect(layerSchema.safeParse({ type: 'dense', ...wrong }).success).toBe(false),
  )
})

describe('a tied dense layer', () => {
  const spec = layerSchema.parse({ type: 'dense', units: 3, tied: true })
  const kind = layerKind(spec)

  test('learns its bias only', () => {
    expect(kind.parameters(spec, [2]).map(({ name, shape }) => [name, ...shape])).toEqual([['bias', 3]])
  })

  test("is x Vᵀ + b with the encoder's V [units, in]", () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'float32', shape: [1, 2] })
    const weight = builder.input('weight', { dtype: 'float32', shape: [3, 2] })
    const bias = builder.input('bias', { dtype: 'float32', shape: [3] })
    const feeds = [float32([1, 2], [1, 10]), float32([3, 2], [1, 2, 3, 4, 5, 6]), float32([3], [100, 200, 300])]
    const [z] = interpret(builder.build({ z: kind.emit(spec, x, { weight, bias }) }), feeds)
    expect(Array.from(z?.data ?? [])).toEqual([121, 243, 365])
  })
})
