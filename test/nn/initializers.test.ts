import { describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { type InitializerSpec, initialize, initializerSchema } from '../../src/nn/initializers.js'

const [IN, OUT] = [300, 200]
const COUNT = IN * OUT

const draw = (spec: InitializerSpec, seed = 1) =>
  initialize(spec, [IN, OUT], { in: IN, out: OUT }, rng(seed, 'init', 'weight'))

const meanOf = (values: Float32Array) => values.reduce((sum, x) => sum + x, 0) / values.length
const varianceOf = (values: Float32Array) => values.reduce((sum, x) => sum + x * x, 0) / values.length

describe.each<[InitializerSpec, number, number]>([
  // a uniform distribution in ±a has variance a²/3, and its square has variance 4a⁴/45
  [{ name: 'glorot' }, 2 / (IN + OUT), Math.sqrt(4 / 5)],
  [{ name: 'he' }, 2 / IN, Math.SQRT2],
  [{ name: 'normal', sigma: 1 }, 1, Math.SQRT2],
  [{ name: 'normal', sigma: 0.01 }, 1e-4, Math.SQRT2],
])('%j', (spec, variance, spread) => {
  const values = draw(spec)

  test('has mean 0 and its variance', () => {
    expect(Math.abs(meanOf(values))).toBeLessThan(4 * Math.sqrt(variance / COUNT))
    expect(Math.abs(varianceOf(values) / variance - 1)).toBeLessThan((4 * spread) / Math.sqrt(COUNT))
  })

  test('fills the shape with float32', () => {
    expect(values).toBeInstanceOf(Float32Array)
    expect(values).toHaveLength(COUNT)
  })

  test('is the same for the same generator, another for another', () => {
    expect(draw(spec)).toEqual(values)
    expect(draw(spec, 2)).not.toEqual(values)
  })
})

test('glorot stays within ±√(6 / (in + out)), and comes close', () => {
  const limit = Math.sqrt(6 / (IN + OUT))
  const largest = draw({ name: 'glorot' }).reduce((max, x) => Math.max(max, Math.abs(x)), 0)
  expect(largest).toBeLessThanOrEqual(Math.fround(limit))
  expect(largest).toBeGreaterThan(0.999 * limit)
})

test('normal numbers go beyond three σ now and then, uniform ones never', () => {
  const beyond = (values: Float32Array, sigma: number) => values.filter((x) => Math.abs(x) > 3 * sigma).length / COUNT
  expect(beyond(draw({ name: 'he' }), Math.sqrt(2 / IN))).toBeCloseTo(0.0027, 3)
  expect(beyond(draw({ name: 'glorot' }), Math.sqrt(2 / (IN + OUT)))).toBe(0)
})

test('zeros are zeros', () => {
  expect(draw({ name: 'zeros' })).toEqual(new Float32Array(COUNT))
})

test.each([{ name: 'normal' }, { name: 'normal', sigma: 0 }, { name: 'xavier' }, { name: 'he', sigma: 1 }])(
  '%j is not an initialiser',
  (spec) => expect(initializerSchema.safeParse(spec).success).toBe(false),
)
