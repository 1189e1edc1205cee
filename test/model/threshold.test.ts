import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import type { Tensor } from '../../src/base/tensor.js'
import { slice } from '../../src/data/dataset.js'
import { digits } from '../../src/data/digits/index.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { pca } from '../../src/model/recipes.js'
import { conformalRank, quantileOf, thresholdOf } from '../../src/model/threshold.js'
import { decodeModel } from '../../src/onnx/model.js'
import { openNodeRuntime } from '../../src/runtime/ort-node.js'
import type { Runtime } from '../../src/runtime/types.js'

describe('a quantile', () => {
  test('is the smallest score that this part of all does not exceed', () => {
    const scores = Float32Array.of(3, 1, 2, 5, 4)
    expect([0.2, 0.21, 0.5, 0.8, 0.99, 1].map((quantile) => quantileOf(scores, quantile))).toEqual([1, 2, 3, 4, 5, 5])
    expect(scores).toEqual(Float32Array.of(3, 1, 2, 5, 4))
  })

  test('whatever the scores', () => {
    const scores = fc.float32Array({ minLength: 1, noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(scores, fc.double({ min: 0.001, max: 1, noNaN: true }), (values, quantile) => {
        const threshold = quantileOf(values, quantile)
        expect(values).toContain(threshold)
        const notAbove = values.filter((score) => score <= threshold).length
        const below = values.filter((score) => score < threshold).length
        expect(notAbove).toBeGreaterThanOrEqual(quantile * values.length)
        expect(below).toBeLessThan(quantile * values.length)
      }),
      { seed: 1 },
    )
  })

  test.each([0, -1, 1.01, Number.NaN])('%d is refused', (quantile) => {
    expect(() => quantileOf(Float32Array.of(1), quantile)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })

  test('of nothing, and of what is no number, is refused', () => {
    for (const scores of [new Float32Array(), Float32Array.of(Number.NaN)])
      expect(() => quantileOf(scores, 1)).toThrow(expect.objectContaining({ code: 'E_DATA' }))
  })
})

describe('a rate of false alarms', () => {
  test.each([
    [0.1, 9, 9],
    [0.1, 19, 18],
    [0.05, 19, 19],
    [0.01, 99, 99],
    [0.01, 200, 199],
    [0.5, 1, 1],
  ])('of %d with %d scores needs the one of rank %d', (rate, rows, rank) => {
    expect(conformalRank(rate, rows)).toBe(rank)
  })

  test('is kept on average over what was held out and what came later', () => {
    const random = rng(1, 'scores')
    const [rate, rows, trials] = [0.1, 29, 4000]
    let alarms = 0
    for (let trial = 0; trial < trials; trial++) {
      const scores = Float32Array.from({ length: rows + 1 }, () => random.normal() ** 2)
      const { value } = thresholdOf(scores.subarray(0, rows), { falseAlarms: rate })
      if ((scores[rows] as number) > value) alarms++
    }
    // (1 − ⌈0.9 · 30⌉ / 30) = 0.1 exactly; three standard errors
    expect(Math.abs(alarms / trials - rate)).toBeLessThan(3 * Math.sqrt((rate * (1 - rate)) / trials))
  })

  test('asks for enough scores, says how many, and for one rule only', () => {
    expect(() => conformalRank(0.01, 98)).toThrow(
      expect.objectContaining({ code: 'E_DATA', expected: expect.stringContaining('at least 99') }),
    )
    for (const rate of [0, 1, Number.NaN])
      expect(() => conformalRank(rate, 100)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(() => thresholdOf(new Float32Array(99), { quantile: 0.9, falseAlarms: 0.1 })).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }),
    )
  })
})

describe('a model with a threshold', () => {
  const data = digits({ rows: 400 })
  const [train, held] = [slice(data, 0, 200), slice(data, 200, 400)]
  let runtime: Runtime
  let plain: Autoencoder
  beforeAll(async () => {
    runtime = await openNodeRuntime({ threads: 1 })
    plain = await pca({ latent: 10 }).fit(train, { runtime })
  })
  afterAll(() => runtime.close())

  test('keeps it, with where it comes from, through its bytes', async () => {
    const model = await plain.withThreshold(held, { quantile: 0.9 })
    const back = Autoencoder.fromBytes(model.toBytes(), { runtime })
    expect(back.threshold).toEqual({
      value: quantileOf(await plain.score(held), 0.9),
      quantile: 0.9,
      dataset: held.name,
      rows: 200,
    })
    expect(Buffer.compare(back.toBytes(), model.toBytes())).toBe(0)
    expect(plain.threshold).toBeUndefined()
  })

  test('flags in its file what is above, and by default one of a hundred', async () => {
    const model = await plain.withThreshold(held)
    const session = await runtime.open(model.toBytes())
    const input = { dtype: 'uint8', shape: [200, 784], data: held.values as Uint8Array } as const
    const { score, anomaly } = (await session.run({ input })).fetched as Record<string, Tensor<'float32' | 'bool'>>
    await session.close()
    const above = Array.from(score?.data ?? [], (value) => +(value > (model.threshold?.value as number)))
    expect(Array.from(anomaly?.data ?? [])).toEqual(above)
    expect(above.reduce((sum, one) => sum + one, 0)).toBe(2)
  })

  test('a file without one has no such output', async () => {
    expect(decodeModel(plain.toBytes()).graph?.output.map(({ name }) => name)).not.toContain('anomaly')
  })
})
