import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { buildNetwork, initialParameters } from '../../src/compile/network.js'
import { type Dataset, dataset, slice } from '../../src/data/dataset.js'
import { rowStream } from '../../src/data/row-stream.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { fitSpec } from '../../src/model/estimator.js'
import { ensemble, pca } from '../../src/model/recipes.js'
import { decodeModel } from '../../src/onnx/model.js'
import { openSubsample, subsampleSize } from '../../src/train/subsample.js'
import { relativeError } from '../closeness.js'
import { useNativeRuntime } from '../native.js'

const runtime = useNativeRuntime()
const [ROWS, WIDTH] = [300, 5]

/** Rows about a curved line, the last ten of them beside it. */
function curve(): Dataset {
  const random = rng(1, 'curve')
  const values = Float32Array.from({ length: ROWS * WIDTH }, () => 0)
  for (let row = 0; row < ROWS; row++) {
    const t = 2 * random.uniform() - 1
    const line = [t, t * t, Math.sin(3 * t), 100 + 40 * t, 7]
    const strange = row >= ROWS - 10 ? [0, 1.5, -1, 0, 0] : [0, 0, 0, 0, 0]
    line.forEach((x, i) => {
      values[row * WIDTH + i] = x + (strange[i] as number) + (i < 4 ? 0.02 * random.normal() : 0)
    })
  }
  return dataset(values, { name: 'curve', shape: [WIDTH] })
}

const DATA = curve()
const OPTIONS = { members: 6, subsample: 24, hidden: 8, epochs: 40, batchSize: 12 }
const fitted = (options: object = {}, data: Parameters<ReturnType<typeof ensemble>['fit']>[0] = DATA) =>
  ensemble({ ...OPTIONS, ...options }).fit(data, { seed: 1, runtime: runtime() })

const column = (values: ArrayLike<number>, width: number, i: number) =>
  Array.from({ length: values.length / width }, (_, row) => values[row * width + i] as number)
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length

describe('an ensemble', () => {
  test('finds what is unlike the rest, which was among what it learned from', async () => {
    const scores = await (await fitted()).score(DATA)
    const strange = Array.from(scores.subarray(ROWS - 10))
    const others = Array.from(scores.subarray(0, ROWS - 10)).sort((a, b) => a - b)
    expect(Math.min(...strange)).toBeGreaterThan(others[Math.floor(0.95 * others.length)] as number)
  })

  test('scores are the means of what each value adds, and 1 on average over what it learned from', async () => {
    const model = await fitted()
    const [scores, errors] = [await model.score(DATA), await model.errors(DATA)]
    expect(errors.shape).toEqual([ROWS, WIDTH])
    const means = Array.from(scores, (_, row) => mean(Array.from(errors.data.subarray(row * WIDTH, (row + 1) * WIDTH))))
    expect(relativeError(scores, means)).toBeLessThan(1e-5)
    // the last column is a constant: what is missed of it is far below what counts
    for (let i = 0; i < WIDTH - 1; i++) expect(mean(column(errors.data, WIDTH, i))).toBeCloseTo(1, 3)
  })

  test('blames the values that are strange', async () => {
    const model = await fitted()
    const { data } = await model.errors(slice(DATA, ROWS - 10, ROWS))
    const blamed = Array.from({ length: 10 }, (_, row) => {
      const errors = Array.from(data.subarray(row * WIDTH, (row + 1) * WIDTH))
      return errors.indexOf(Math.max(...errors))
    })
    expect(blamed.filter((i) => i === 1 || i === 2).length).toBeGreaterThanOrEqual(9)
  })

  test('squashes standard scores, a constant by 1', async () => {
    const { parameters } = await fitted({ epochs: 1 })
    for (let i = 0; i < WIDTH; i++) {
      const values = column(DATA.values, WIDTH, i)
      const center = mean(values)
      const deviation = Math.sqrt(mean(values.map((x) => (x - center) ** 2)))
      expect(parameters['encoder.0.shift']?.data[i]).toBeCloseTo(center, 4)
      expect(parameters['encoder.0.scale']?.data[i]).toBeCloseTo(deviation > 0 ? deviation : 1, 4)
    }
  })

  test('reconstructs in the units of the data, by what its members say on average', async () => {
    const model = await fitted({ epochs: 300 })
    const { data, shape } = await model.reconstruct(slice(DATA, 0, ROWS - 10))
    expect(shape).toEqual([ROWS - 10, WIDTH])
    const [wanted, given] = [DATA.values.subarray(0, data.length), data].map((values) => column(values, WIDTH, 3)) as [
      number[],
      number[],
    ]
    const error = mean(wanted.map((x, row) => (x - (given[row] as number)) ** 2))
    const center = mean(wanted)
    expect(error).toBeLessThan(0.1 * mean(wanted.map((x) => (x - center) ** 2)))
  })

  test('is one file: the same scores, errors and alarms when it is read back', async () => {
    const model = await (await fitted()).withThreshold(DATA, { quantile: 0.9 })
    const bytes = model.toBytes()
    expect(decodeModel(bytes).graph?.output.map(({ name }) => name)).toEqual([
      'code',
      'reconstruction',
      'score',
      'errors',
      'anomaly',
    ])
    const back = Autoencoder.fromBytes(bytes, { runtime: runtime() })
    expect(await back.score(DATA)).toEqual(await model.score(DATA))
    expect(Buffer.compare(back.toBytes(), bytes)).toBe(0)
  })

  test('is the same bytes for the same seed, in memory and streamed, and others for another', async () => {
    const stream = rowStream({
      name: DATA.name,
      rows: ROWS,
      shape: [WIDTH],
      dtype: 'float32',
      read: async (from, to) => slice(DATA, from, to).values,
    })
    const weights = async (data: Parameters<typeof fitted>[1], seed: number) => {
      const { parameters } = await ensemble(OPTIONS).fit(data ?? DATA, { seed, runtime: runtime() })
      return parameters['encoder.2.weight']?.data
    }
    const first = await weights(DATA, 1)
    expect(await weights(DATA, 1)).toEqual(first)
    expect(relativeError((await weights(stream, 1)) ?? [], first ?? [])).toBeLessThan(1e-4)
    expect(await weights(DATA, 2)).not.toEqual(first)
  })

  test('learns from fewer rows than a batch wants', async () => {
    const few = slice(DATA, 0, 5)
    expect((await fitted({ batchSize: 12 }, few)).training?.steps).toBe(40)
  })

  test('is validated on rows that all its members see', async () => {
    const { history } = await ensemble(OPTIONS).fit(DATA, {
      seed: 1,
      runtime: runtime(),
      validation: slice(DATA, 0, 50),
    })
    const errors = history.map(({ validationMse }) => validationMse as number)
    expect(errors.at(-1)).toBeLessThan(0.5 * (errors[0] as number))
  })
})

describe('scores of any model', () => {
  const spec = pca({ latent: 2 }).spec([WIDTH])
  const calibrated = (score: string) =>
    fitSpec({ ...spec, score, phases: [...spec.phases, { kind: 'solve', method: 'calibrate' }] }, DATA, {
      runtime: runtime(),
    })

  test('squared is the mean squared error, calibrated or not', async () => {
    const plain = await (await fitSpec(spec, DATA, { runtime: runtime() })).score(DATA)
    expect(await (await calibrated('squared')).score(DATA)).toEqual(plain)
  })

  test('standardized divides by what is missed ordinarily', async () => {
    const model = await calibrated('standardized')
    const { data } = await model.reconstruct(DATA)
    const missed = Array.from({ length: WIDTH }, (_, i) => {
      const [given, wanted] = [column(data, WIDTH, i), column(DATA.values, WIDTH, i)]
      return Math.sqrt(mean(wanted.map((x, row) => (x - (given[row] as number)) ** 2)))
    })
    const total = Math.sqrt(mean(missed.map((x) => x * x)))
    const floored = missed.map((x) => Math.max(x, 0.01 * total))
    expect(relativeError(model.parameters['score.scale']?.data ?? [], floored)).toBeLessThan(1e-3)
  })

  test('mahalanobis is the distance by the covariance of the residuals, in the directions that leave any', async () => {
    const model = await calibrated('mahalanobis')
    const [scores, { data }] = [await model.score(DATA), await model.reconstruct(DATA)]
    const residuals = data.map((x, k) => x - (DATA.values[k] as number))
    // W² C is the identity but for where C is below its floor: E[u uᵀ] has the rank of what is left over
    expect(mean(Array.from(scores)) * WIDTH).toBeGreaterThan(1.9)
    expect(mean(Array.from(scores)) * WIDTH).toBeLessThan(3.1)
    const whitening = model.parameters['score.whitening']?.data as Float32Array
    const center = model.parameters['score.center']?.data as Float32Array
    const expected = Array.from(scores, (_, row) => {
      let sum = 0
      for (let i = 0; i < WIDTH; i++) {
        let u = 0
        for (let j = 0; j < WIDTH; j++)
          u += ((residuals[row * WIDTH + j] as number) - (center[j] as number)) * (whitening[j * WIDTH + i] as number)
        sum += u * u
      }
      return sum / WIDTH
    })
    expect(relativeError(scores, expected)).toBeLessThan(1e-2)
  })
})

describe('subsamples', () => {
  test('are at most an eighth of the rows, and a few at least', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1000 }), fc.integer({ min: 2, max: 100_000 }), (wanted, rows) => {
        const size = subsampleSize(wanted, rows)
        expect(size).toBeLessThanOrEqual(Math.min(wanted, rows))
        expect(size).toBeLessThanOrEqual(Math.max(16, rows / 8))
        expect(size).toBeGreaterThanOrEqual(Math.min(wanted, rows, 16))
      }),
    )
  })

  test("hold each member's own rows, none of them twice", async () => {
    const numbered = dataset(
      Float32Array.from({ length: 400 }, (_, k) => Math.floor(k / 2)),
      { shape: [2] },
    )
    const network = buildNetwork(ensemble({ members: 3, subsample: 25, hidden: 2 }).spec([2]))
    const parameters = initialParameters(network, 0)
    const context = { runtime: runtime(), whole: network, parameters, data: numbered, layers: 2 }
    const drawn = async (seed: number) => openSubsample(context, 25, seed, new AbortController().signal)
    const { rows, shape, values } = await drawn(1)
    expect([rows, ...shape]).toEqual([25, 3, 2])
    const members = [0, 1, 2].map((member) =>
      // the layer before the copy is asinh, its shift 0 and its scale 1 here
      Array.from({ length: 25 }, (_, row) => Math.round(Math.sinh(values[(row * 3 + member) * 2] as number))),
    )
    for (const own of members) {
      expect(new Set(own).size).toBe(25)
      expect(own.every((row) => row >= 0 && row < 200)).toBe(true)
    }
    expect(members[0]).not.toEqual(members[1])
    expect((await drawn(1)).values).toEqual(values)
    expect((await drawn(2)).values).not.toEqual(values)
  })
})

describe('specs that cannot be', () => {
  const spec = ensemble(OPTIONS).spec([WIDTH])
  const [standardize, descend, calibrate] = spec.phases
  test.each([
    ['gradients through what is set in closed form', { ...descend, layers: { from: 0, to: 3 }, subsample: undefined }],
    ['members with rows of their own, fed with one for all', { ...descend, layers: { from: 1, to: 3 } }],
  ])('%s', async (_, phase) => {
    const wrong = { ...spec, phases: [standardize, JSON.parse(JSON.stringify(phase)), calibrate] }
    await expect(fitSpec(wrong, DATA, { runtime: runtime() })).rejects.toThrow(
      expect.objectContaining({ code: 'E_SPEC', at: 'spec.phases.1.layers' }),
    )
  })

  test('a phase that standardizes, without a layer to set', async () => {
    const plain = pca({ latent: 2 }).spec([WIDTH])
    await expect(fitSpec({ ...plain, phases: [standardize] }, DATA, { runtime: runtime() })).rejects.toThrow(
      expect.objectContaining({ code: 'E_SPEC', at: expect.stringContaining('spec.encoder.0') }),
    )
  })

  test('the training of members with rows of their own is not exported', async () => {
    const model = await fitted({ epochs: 1 })
    expect(() => model.export('training')).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })
})
