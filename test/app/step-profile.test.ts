import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { beforeAll, describe, expect, test } from 'vitest'
import { productOf } from '../../src/app/kernel-product.js'
import { measureProducts } from '../../src/app/product-rates.js'
import { profileStep, type StepProfile } from '../../src/app/step-profile.js'
import { type PassWorth, takeSteps, worthOf } from '../../src/app/timed-steps.js'
import type { DescendSpec } from '../../src/compile/spec.js'
import { digits } from '../../src/data/digits/index.js'
import { RECIPES } from '../../src/recipes/index.js'
import { openNodeRuntime } from '../../src/runtime/ort-node.js'

const profileFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('diabolo-profile-'))

describe('the profile of a dense step', () => {
  let profile: StepProfile
  const before = profileFolders()
  beforeAll(async () => {
    const spec = RECIPES.denoising.spec([28, 28, 1], { hidden: 48, batchSize: 20, tied: false })
    const phase = spec.phases[0] as DescendSpec
    profile = await profileStep({ spec, phase, data: digits({ rows: 130 }), steps: 40, threads: 1 })
  })

  test('finds its five matrix products, forward and backward, with their shapes', () => {
    const products = profile.nodes.flatMap(({ stage, product, calls }) =>
      product ? [[stage, product.batch, product.m, product.k, product.n, calls]] : [],
    )
    expect(products).toHaveLength(5)
    expect(products).toEqual(
      expect.arrayContaining([
        ['forward', 1, 20, 784, 48, 1],
        ['forward', 1, 20, 48, 784, 1],
        ['backward', 1, 784, 20, 48, 1],
        ['backward', 1, 48, 20, 784, 1],
        ['backward', 1, 20, 784, 48, 1],
      ]),
    )
  })

  test('knows every part of the step, and all but crumbs belong to one', () => {
    const of = (stage: string) => profile.stages.find((each) => each.stage === stage)?.share ?? 0
    for (const stage of ['batch', 'noise', 'forward', 'backward', 'update']) expect(of(stage), stage).toBeGreaterThan(0)
    expect(of('other')).toBeLessThan(0.1)
  })

  test('adds up', () => {
    const sum = (all: readonly { ms: number; share: number }[]) => [
      all.reduce((total, { ms }) => total + ms, 0),
      all.reduce((total, { share }) => total + share, 0),
    ]
    for (const all of [profile.nodes, profile.operators, profile.stages]) {
      expect(sum(all)).toEqual([expect.closeTo(profile.operatorMs, 9), expect.closeTo(1, 9)])
    }
    const costs = profile.nodes.map(({ ms }) => ms)
    expect(costs).toEqual([...costs].sort((a, b) => b - a))
  })

  test('agrees with the step as it is without the profiler', () => {
    expect(profile.steps).toBeGreaterThanOrEqual(40)
    expect(profile.operatorMs / profile.stepMs).toBeGreaterThan(0.2)
    expect(profile.operatorMs / profile.stepMs).toBeLessThan(5)
  })

  test("rates are operations over time, beside the shape's and the machine's best", () => {
    for (const { product, ms } of profile.nodes) {
      if (!product) continue
      const { m, k, n, gflops, best, fractionOfBest, fractionOfMachine } = product
      expect(gflops).toBeCloseTo((2 * m * k * n) / ms / 1e6, 6)
      expect(fractionOfBest).toBeCloseTo(gflops / best, 9)
      expect(fractionOfMachine).toBeCloseTo(gflops / profile.machine.gflops, 9)
    }
    const flops = 5 * 2 * 20 * 784 * 48
    expect(profile.machine.productMs).toBeCloseTo(flops / profile.machine.gflops / 1e6, 9)
  })

  test('leaves no files behind', () => {
    expect(profileFolders().filter((name) => !before.includes(name))).toEqual([])
  })
})

test('a phase that trains inner layers is fed their codes', async () => {
  const spec = RECIPES.stacked.spec([28, 28, 1], { units: [24, 6], batchSize: 20 })
  const phase = spec.phases[1] as DescendSpec
  expect(phase.layers).toEqual({ from: 1, to: 2 })
  const { nodes } = await profileStep({ spec, phase, data: digits({ rows: 60 }), steps: 5, threads: 1 })
  const shapes = nodes.flatMap(({ product }) => (product ? [[product.m, product.k, product.n].join(' ')] : []))
  expect(shapes).toContain('20 24 6')
  expect(shapes.join(' ')).not.toContain('784')
})

describe('a convolutional step without a pass', () => {
  const spec = RECIPES.convolutional.spec([28, 28, 1], { filters: [3, 2], batchSize: 10 })
  const request = { spec, phase: spec.phases[0] as DescendSpec, data: digits({ rows: 60 }), steps: 6, threads: 1 }
  const softplus = ({ operators }: StepProfile) => operators.some(({ op }) => op === 'Softplus')
  let profile: StepProfile
  beforeAll(async () => {
    profile = await profileStep({ ...request, without: ['splitSoftplus'] })
  })

  test('is profiled as it is, and compared with the whole', async () => {
    const whole = await profileStep(request)
    expect([softplus(profile), softplus(whole)]).toEqual([true, false])
    expect(whole.worth).toBeUndefined()
    const { turns, spread, ratio, stepMs } = profile.worth as PassWorth
    expect(turns).toBeGreaterThan(0)
    expect(stepMs).toBeGreaterThan(0)
    expect(ratio).toBeGreaterThanOrEqual(spread[0])
    expect(ratio).toBeLessThanOrEqual(spread[1])
  })

  test('has its convolutions measured the other way round too', () => {
    for (const { op, product } of profile.nodes) {
      if (op.endsWith('Conv')) expect(product?.filtersFirst).toBeGreaterThan(0)
      else expect(product?.filtersFirst).toBeUndefined()
    }
    expect(profile.nodes.some(({ op }) => op.endsWith('Conv'))).toBe(true)
  })
})

test('steps of several ways are taken in turn, so many of each', async () => {
  const spec = RECIPES.vanilla.spec([28, 28, 1], { hidden: 8, batchSize: 10 })
  const runtime = await openNodeRuntime({ threads: 1 })
  const request = { spec, phase: spec.phases[0] as DescendSpec, samples: digits({ rows: 95 }), steps: 30 }
  const both = await takeSteps(runtime, request, [{}, { without: ['sinkScales'] }]).finally(() => runtime.close())
  const [first, second] = both.map(({ perStep }) => perStep.length) as [number, number]
  expect(both.every(({ taken }) => taken >= 30)).toBe(true)
  expect(first).toBe(second)
})

test('what a pass is worth is the time without it over the time with it, turn by turn', () => {
  const without = { taken: 9, perStep: [2, 8, 30] }
  const whole = { taken: 9, perStep: [1, 2, 10] }
  expect(worthOf(without, whole)).toEqual({ stepMs: 2, ratio: 3, spread: [2, 4], turns: 3 })
})

test('bare products run at a rate that a machine can have, large ones faster than tiny ones', async () => {
  const tiny = { batch: 1, m: 2, k: 3, n: 2 }
  const [large, batched, small] = await measureProducts([{ batch: 4, m: 16, k: 32, n: 8 }, tiny], 1)
  expect(large).toMatchObject({ batch: 1, m: 1024, k: 1024, n: 1024 })
  expect(batched?.gflops).toBeGreaterThan(0)
  expect(large?.gflops).toBeGreaterThan(1)
  expect(large?.gflops).toBeLessThan(1e5)
  expect(small?.gflops).toBeLessThan((large?.gflops ?? 0) / 10)
})

test.each([
  ['Gemm', [[100, 784], [784, 256], [256]], [100, 256], { batch: 1, m: 100, k: 784, n: 256 }],
  // the first operand turned
  [
    'FusedGemm',
    [
      [784, 100],
      [784, 256],
    ],
    [100, 256],
    { batch: 1, m: 100, k: 784, n: 256 },
  ],
  [
    'FusedMatMul',
    [
      [7, 32, 210],
      [7, 32, 210],
    ],
    [7, 32, 32],
    { batch: 7, m: 32, k: 210, n: 32 },
  ],
  // the first operand serves the whole batch
  [
    'MatMul',
    [
      [4, 7],
      [100, 64, 7, 4],
    ],
    [100, 64, 4, 4],
    { batch: 6400, m: 4, k: 7, n: 4 },
  ],
  // the second operand is an initialiser
  ['MatMul', [[32, 32, 9]], [32, 32, 16], { batch: 32, m: 32, k: 9, n: 16 }],
  ['FusedConv', [[5, 3, 28, 28], [8, 3, 3, 3], [8]], [5, 8, 28, 28], { batch: 1, m: 5 * 784, k: 27, n: 8 }],
  // two groups: each output channel looks at half of the input's
  [
    'Conv',
    [
      [5, 4, 9, 9],
      [8, 2, 3, 3],
    ],
    [5, 8, 7, 7],
    { batch: 1, m: 5 * 49, k: 18, n: 8 },
  ],
  [
    'ConvTranspose',
    [
      [5, 8, 7, 7],
      [8, 3, 2, 2],
    ],
    [5, 3, 14, 14],
    { batch: 1, m: 5 * 49, k: 8, n: 12 },
  ],
  ['Mul', [[100, 784], []], [100, 784], undefined],
  ['Conv', [[5, 4, 9, 9]], [5, 8, 7, 7], undefined],
])('%s %j → %j as a matrix product', (op, inputs, output, product) => {
  expect(productOf({ op, inputs, outputs: [output] })).toEqual(product)
})
