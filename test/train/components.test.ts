import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { dataset } from '../../src/data/dataset.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { pca } from '../../src/model/recipes.js'
import { orthonormal } from '../../src/train/solve/orthonormal.js'
import { relativeError } from '../closeness.js'
import { useNativeRuntime } from '../native.js'
import { samples } from './streams.js'

interface Golden {
  readonly rows: number
  readonly width: number
  readonly variance: readonly number[]
  readonly ratio: readonly number[]
  readonly mse: number
  readonly codes: readonly (readonly number[])[]
}

const GOLDEN = JSON.parse(readFileSync(new URL('../golden/components.json', import.meta.url), 'utf8')) as Readonly<
  Record<'exact' | 'wide', Golden>
>

const runtime = useNativeRuntime()

async function fitted({ rows, width, variance }: Golden, seed = 1) {
  const data = dataset(samples(rows, [width]), { shape: [width] })
  return { data, model: await pca({ latent: variance.length }).fit(data, { runtime: runtime(), seed }) }
}

describe.each([
  ['of moderate width, from the whole covariance', 'exact', 1e-5],
  ['of wide data, by random projection', 'wide', 1e-4],
] as const)('principal components %s', (_, name, tolerance) => {
  const golden = GOLDEN[name]

  test('account for the variance that scikit-learn says they do', async () => {
    const { model } = await fitted(golden)
    const { variance, ratio, cumulative } = model.explainedVariance ?? { variance: [], ratio: [], cumulative: [] }
    expect(relativeError(variance, golden.variance)).toBeLessThan(tolerance)
    expect(relativeError(ratio, golden.ratio)).toBeLessThan(tolerance)
    const sum = golden.ratio.reduce((total, part) => total + part, 0)
    expect(cumulative.at(-1)).toBeCloseTo(sum, 4)
    expect(cumulative).toEqual([...cumulative].sort((a, b) => a - b))
  })

  test('give the same codes, but for their signs, and miss as much', async () => {
    const { model, data } = await fitted(golden)
    const { data: codes } = await model.encode(data)
    const first = Array.from(codes.subarray(0, golden.codes.flat().length), Math.abs)
    expect(relativeError(first, golden.codes.flat())).toBeLessThan(100 * tolerance)
    expect((await model.evaluate(data)).mse / golden.mse - 1).toBeLessThan(10 * tolerance)
    expect((await model.evaluate(data)).mse / golden.mse - 1).toBeGreaterThan(-10 * tolerance)
  })

  test('keep what they account for in their file', async () => {
    const { model } = await fitted(golden)
    const back = Autoencoder.fromBytes(model.toBytes(), { runtime: runtime() })
    expect(back.explainedVariance).toEqual(model.explainedVariance)
  })
})

test('random projections are decided by the seed', async () => {
  const weights = async (seed: number) => (await fitted(GOLDEN.wide, seed)).model.parameters['encoder.0.weight']?.data
  const first = await weights(1)
  expect(await weights(1)).toEqual(first)
  expect(await weights(2)).not.toEqual(first)
})

describe('orthonormal columns', () => {
  const shapes = fc.record({
    rows: fc.integer({ min: 1, max: 30 }),
    count: fc.integer({ min: 1, max: 8 }),
    seed: fc.nat(),
  })

  test('are so, and have the same span', () => {
    fc.assert(
      fc.property(shapes, ({ rows, count, seed }) => {
        const random = rng(seed, 'columns')
        const given = Float64Array.from({ length: rows * count }, () => random.normal())
        const q = orthonormal(given, rows)
        const rank = Math.min(rows, count)
        for (let a = 0; a < count; a++) {
          for (let b = 0; b < count; b++) {
            let sum = 0
            for (let i = 0; i < rows; i++) sum += (q[i * count + a] as number) * (q[i * count + b] as number)
            expect(sum).toBeCloseTo(a === b && a < rank ? 1 : 0, 12)
          }
        }
        // Q Qᵀ A = A
        for (let k = 0; k < count; k++) {
          for (let i = 0; i < rows; i++) {
            let again = 0
            for (let a = 0; a < count; a++) {
              let part = 0
              for (let j = 0; j < rows; j++) part += (q[j * count + a] as number) * (given[j * count + k] as number)
              again += part * (q[i * count + a] as number)
            }
            expect(again).toBeCloseTo(given[i * count + k] as number, 8)
          }
        }
      }),
    )
  })

  test('of which one lies in the span of the others become 0 there', () => {
    const q = orthonormal(Float64Array.of(1, 2, 0, 0, 0, 1), 3)
    expect([...orthonormal(Float64Array.of(1, 2, 2, 4, 3, 6), 3)].filter((_, k) => k % 2 === 1)).toEqual([0, 0, 0])
    expect(q[0]).toBe(1)
  })
})
