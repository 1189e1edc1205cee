import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataset, slice } from '../../src/data/dataset.js'
import { digits } from '../../src/data/digits/index.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { DivergedError } from '../../src/model/estimator.js'
import { pca, vanilla } from '../../src/model/recipes.js'
import { openNodeRuntime } from '../../src/runtime/ort-node.js'
import type { Runtime } from '../../src/runtime/types.js'
import type { FitEvent } from '../../src/train/events.js'

let runtime: Runtime
beforeAll(async () => {
  runtime = await openNodeRuntime()
})
afterAll(() => runtime.close())

const all = digits({ rows: 2500 })
const train = slice(all, 0, 2000)
const held = slice(all, 2000, 2500)

describe('a fitted vanilla autoencoder', () => {
  let model: Autoencoder
  const events: FitEvent[] = []
  beforeAll(async () => {
    const onEvent = (event: FitEvent) => void events.push(event)
    model = await vanilla({ hidden: 32 }).fit(train, { epochs: 15, seed: 3, runtime, onEvent, validation: held })
  })

  test('reconstructs unseen samples much better than their mean does', async () => {
    const { mse, perImage, rows } = await model.evaluate(held)
    const mean = Float64Array.from({ length: 784 }, (_, i) => average(column(train.values, i)))
    const ofMean = average([...held.values].map((value, i) => (value / 255 - (mean[i % 784] as number)) ** 2))
    expect(rows).toBe(500)
    expect(mse).toBeLessThan(ofMean / 2)
    expect(perImage).toBeCloseTo(mse * 784, 6)
  })

  test('test error tracks training error', async () => {
    const [seen, unseen] = [await model.evaluate(slice(train, 0, 500)), await model.evaluate(held)]
    expect(unseen.mse / seen.mse).toBeLessThan(1.3)
  })

  test('encode, then decode, is reconstruct; score is its error', async () => {
    const few = slice(held, 0, 20)
    const codes = await model.encode(few)
    const [decoded, whole, scores] = [await model.decode(codes), await model.reconstruct(few), await model.score(few)]
    expect(codes.shape).toEqual([20, 32])
    expect(whole.shape).toEqual([20, 28, 28, 1])
    expect(decoded.shape).toEqual(whole.shape)
    expect(largestDifference(decoded.data, whole.data)).toBeLessThan(1e-6)
    const first = average([...whole.data.subarray(0, 784)].map((y, i) => (y - (few.values[i] as number) / 255) ** 2))
    expect(scores[0]).toBeCloseTo(first, 6)
  })

  test('takes bytes and floats in the same units as data sets', async () => {
    const few = slice(held, 0, 5)
    const floats = Float32Array.from(few.values, (byte) => byte / 255)
    const [asData, asBytes, asFloats] = await Promise.all([few, few.values, floats].map((data) => model.encode(data)))
    expect(largestDifference(asBytes?.data, asData?.data)).toBe(0)
    expect(largestDifference(asFloats?.data, asData?.data)).toBeLessThan(1e-5)
  })

  test('survives its bytes: the same parameters, spec, numbers and bytes come back', async () => {
    const bytes = model.toBytes()
    // a Buffer too, whose slice() does not copy
    const back = Autoencoder.fromBytes(Buffer.from(bytes), { runtime })
    expect(back.spec).toEqual(model.spec)
    expect(back.provenance).toEqual(model.provenance)
    expect(Buffer.compare(back.toBytes(), bytes)).toBe(0)
    expect(largestDifference((await back.encode(held)).data, (await model.encode(held)).data)).toBe(0)
  })

  test('history has one record per epoch, and its loss falls', () => {
    expect(model.history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1))
    expect(model.history.at(-1)?.loss).toBeLessThan((model.history[0]?.loss ?? 0) / 3)
    expect(model.history.at(-1)?.validationMse).toBeCloseTo(model.history.at(-1)?.loss ?? 0, 2)
    const steps = events.flatMap((event) => (event.type === 'progress' ? event.step : []))
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(steps.at(-1)).toBe(300)
  })

  test('samples of another width are refused with both widths', async () => {
    const wrong = dataset(new Float32Array(20), { shape: [10] })
    await expect(model.encode(wrong)).rejects.toMatchObject({
      code: 'E_SHAPE',
      expected: '784 values per sample',
      found: expect.stringContaining('10'),
    })
  })
})

describe('fit', () => {
  test('every sample counts in every epoch, the smaller last batch included', async () => {
    const rows = slice(train, 0, 250)
    const model = await vanilla({ hidden: 8 }).fit(rows, { epochs: 2, batchSize: 100, runtime })
    expect(model.training?.steps).toBe(6)
    // a run in which the tail is dropped would not notice that the tail is impossible to reconstruct
    const values = Uint8Array.from(rows.values, (byte, i) => (i < 200 * 784 ? 0 : byte))
    const odd = await vanilla({ hidden: 8 }).fit(dataset(values, { shape: [784] }), {
      epochs: 1,
      shuffle: false,
      runtime,
    })
    const even = await vanilla({ hidden: 8 }).fit(dataset(values.slice(0, 200 * 784), { shape: [784] }), {
      epochs: 1,
      shuffle: false,
      runtime,
    })
    expect(odd.history[0]?.loss).not.toBe(even.history[0]?.loss)
  })

  test('the same seed gives the same bytes, another seed others', async () => {
    const bytesOf = async (seed: number) =>
      (await vanilla({ hidden: 16 }).fit(train, { epochs: 1, seed, runtime })).toBytes()
    const [a, b, c] = [await bytesOf(5), await bytesOf(5), await bytesOf(6)]
    expect(Buffer.compare(a, b)).toBe(0)
    expect(Buffer.compare(a, c)).not.toBe(0)
  })

  test('an abort ends within 300 ms and leaves a usable model', async () => {
    const controller = new AbortController()
    let aborted = 0
    const onEvent = (event: FitEvent) => {
      if (event.type !== 'progress' || event.step < 100 || aborted) return
      aborted = performance.now()
      controller.abort()
    }
    const model = await vanilla().fit(train, { epochs: 100, runtime, signal: controller.signal, onEvent })
    expect(performance.now() - aborted).toBeLessThan(300)
    expect(model.training?.stopped).toBe('aborted')
    expect((await model.evaluate(held)).mse).toBeLessThan(0.1)
  })

  test('a 1 ms timer on the calling thread keeps ticking', async () => {
    const idle = await ticksPerMs(new Promise((resolve) => setTimeout(resolve, 700)))
    const busy = await ticksPerMs(vanilla().fit(train, { epochs: 15, runtime }))
    expect(busy / idle).toBeGreaterThan(0.9)
  })

  test('progress comes at least five times a second', async () => {
    const times: number[] = []
    const onEvent = ({ type }: FitEvent) => {
      if (type === 'progress') times.push(performance.now())
    }
    await vanilla({ hidden: 64 }).fit(train, { epochs: 30, runtime, onEvent })
    const gaps = times.slice(1).map((time, i) => time - (times[i] as number))
    expect(Math.max(...gaps)).toBeLessThan(400)
    expect(average(gaps)).toBeLessThan(200)
  })

  test('a diverging loss stops, says at which step, and keeps the last good weights', async () => {
    const wild = vanilla({
      output: 'linear',
      activation: 'linear',
      optimizer: 'sgd',
      learningRate: 1e4,
      schedule: 'constant',
      warmup: 0,
    })
    const error = await wild.fit(train, { epochs: 3, runtime }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(DivergedError)
    const { code, at, model } = error as DivergedError
    expect(code).toBe('E_DIVERGED')
    expect(at).toMatch(/step \d+$/)
    expect(Object.values(model.parameters).every(({ data }) => data.every(Number.isFinite))).toBe(true)
  })

  test.each([
    [{ hidden: 0 }, 'hidden', 'at least 1'],
    [{ learningRate: 0 }, 'learningRate', 'above 0'],
    [{ learningRate: -1 }, 'learningRate', 'above 0'],
    [{ epochs: -3 }, 'epochs', 'at least 1'],
    [{ batchSize: 1.5 }, 'batchSize', 'whole number'],
    [{ momentum: 1 }, 'momentum', 'below 1'],
    [{ activation: 'siggmoid' as 'sigmoid' }, 'activation', 'sigmoid'],
  ])('refuses %o', async (options, name, expected) => {
    await expect(vanilla(options).fit(train, { runtime })).rejects.toMatchObject({
      code: 'E_OPTION',
      at: expect.stringContaining(name),
      expected: expect.stringContaining(expected),
    })
  })

  test('suggests the nearest name for an unknown option', async () => {
    const options = { hiden: 3 } as object
    await expect(vanilla(options).fit(train, { runtime })).rejects.toMatchObject({ hint: 'did you mean "hidden"?' })
  })

  test('a batch larger than the data is refused; one row in a batch of one is not', async () => {
    await expect(vanilla().fit(slice(train, 0, 50), { runtime })).rejects.toMatchObject({
      code: 'E_OPTION',
      expected: expect.stringContaining('50'),
      found: '100',
    })
    const model = await vanilla({ hidden: 4 }).fit(slice(train, 0, 1), { batchSize: 1, epochs: 3, runtime })
    expect(model.training?.steps).toBe(3)
  })
})

describe('principal components', () => {
  test('are what the definition says: orthonormal, uncorrelated, and the error is the variance left out', async () => {
    const model = await pca({ latent: 20 }).fit(train, { runtime })
    const weight = model.parameters['encoder.0.weight']?.data as Float32Array
    for (const [i, j] of [
      [0, 0],
      [3, 3],
      [0, 1],
      [4, 19],
    ] as const) {
      const dot = [...Array(784).keys()].reduce(
        (sum, r) => sum + (weight[r * 20 + i] as number) * (weight[r * 20 + j] as number),
        0,
      )
      expect(dot).toBeCloseTo(i === j ? 1 : 0, 4)
    }
    const { data } = await model.encode(train)
    const first = Float64Array.from({ length: 2000 }, (_, r) => data[r * 20] as number)
    const second = Float64Array.from({ length: 2000 }, (_, r) => data[r * 20 + 1] as number)
    expect(Math.abs(average(first))).toBeLessThan(1e-4)
    expect(average(first.map((x) => x * x))).toBeGreaterThan(average(second.map((x) => x * x)))
    expect(Math.abs(average(first.map((x, i) => x * (second[i] as number))))).toBeLessThan(1e-4)
  })

  test('a wider code never does worse, and a full one is exact', async () => {
    const points = dataset(
      Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * i)),
      { shape: [5] },
    )
    const errors = []
    for (const latent of [1, 3, 5])
      errors.push((await (await pca({ latent }).fit(points, { runtime })).evaluate(points)).mse)
    expect(errors[0]).toBeGreaterThan(errors[1] as number)
    expect(errors[1]).toBeGreaterThan(errors[2] as number)
    expect(errors[2]).toBeLessThan(1e-10)
  })

  test('a code wider than the data is refused', async () => {
    const narrow = dataset(new Float32Array(20), { shape: [4] })
    await expect(pca({ latent: 5 }).fit(narrow, { runtime })).rejects.toMatchObject({ code: 'E_OPTION' })
  })
})

function average(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return sum / values.length
}

const column = (values: ArrayLike<number>, i: number) =>
  Float64Array.from({ length: values.length / 784 }, (_, row) => (values[row * 784 + i] as number) / 255)

function largestDifference(a: Float32Array | undefined, b: Float32Array | undefined): number {
  expect(a?.length).toBe(b?.length)
  return (a ?? new Float32Array()).reduce((most, x, i) => Math.max(most, Math.abs(x - (b?.[i] as number))), 0)
}

async function ticksPerMs(during: Promise<unknown>): Promise<number> {
  let ticks = 0
  const start = performance.now()
  const timer = setInterval(() => ticks++, 1)
  await during
  clearInterval(timer)
  return ticks / (performance.now() - start)
}
