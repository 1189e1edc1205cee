import { beforeAll, describe, expect, test } from 'vitest'
import { dataset, slice } from '../../src/data/dataset.js'
import { digits } from '../../src/data/digits/index.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { fitSpec } from '../../src/model/estimator.js'
import { convolutional, denoising, pca, sparse, stacked, vanilla } from '../../src/model/recipes.js'
import { RECIPES } from '../../src/recipes/index.js'
import { corrupt } from '../../src/train/corrupt.js'
import { useNativeRuntime } from '../native.js'
import { samples } from '../train/streams.js'

const runtime = useNativeRuntime()
const all = digits({ rows: 700 })
const [train, held] = [slice(all, 0, 600), slice(all, 600, 700)]

const average = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0) / values.length

describe('a denoising model', () => {
  let model: Autoencoder
  const noisy = corrupt(held, { type: 'gaussian', sigma: 0.3 }, { seed: 2 })
  beforeAll(async () => {
    model = await denoising({ hidden: 64, batchSize: 25 }).fit(train, { epochs: 15, runtime: runtime() })
  })

  test('is measured against what it should make of its input', async () => {
    const { mse, perImage, rows, crossEntropy } = await model.evaluate(noisy, held)
    const { data } = await model.reconstruct(noisy)
    expect(mse).toBeCloseTo(average(data.map((y, i) => (y - (held.values[i] as number) / 255) ** 2)), 6)
    expect([perImage, rows]).toEqual([expect.closeTo(mse * 784, 6), 100])
    expect(crossEntropy).toBeGreaterThan(0)
  })

  test('takes noise away: its output is nearer to the clean samples than its input is', async () => {
    const before = average(Array.from(noisy.values, (x, i) => (x - (held.values[i] as number) / 255) ** 2))
    const [{ mse }, ofNoisy] = [await model.evaluate(noisy, held), await model.evaluate(noisy)]
    expect(mse).toBeLessThan(0.8 * before)
    expect(mse).not.toBeCloseTo(ofNoisy.mse, 4)
  })

  test('takes a target of other numbers, bytes or floats, but not of other rows or another width', async () => {
    const floats = Float32Array.from(held.values, (byte) => byte / 255)
    expect((await model.evaluate(noisy, floats)).mse).toBeCloseTo((await model.evaluate(noisy, held)).mse, 7)
    await expect(model.evaluate(noisy, slice(held, 0, 99))).rejects.toMatchObject({
      code: 'E_DATA',
      expected: expect.stringContaining('100 rows'),
      found: '99',
    })
    const narrow = dataset(new Float32Array(1000), { shape: [10] })
    await expect(model.evaluate(noisy, narrow)).rejects.toMatchObject({ code: 'E_SHAPE' })
  })
})

describe('codes of some layers', () => {
  test('of a stack are each what the next layer takes', async () => {
    const model = await stacked({ units: [20, 6], pretrainEpochs: 0 }).fit(train, { epochs: 1, runtime: runtime() })
    const [first, second, code] = [
      await model.encode(held, { layers: 1 }),
      await model.encode(held, { layers: 2 }),
      await model.encode(held),
    ]
    expect([first.shape, second.shape]).toEqual([
      [100, 20],
      [100, 6],
    ])
    expect(Math.max(...second.data.map((x, i) => Math.abs(x - (code.data[i] as number))))).toBeLessThan(1e-6)
  })

  test('of a convolutional network are maps, the first of them of the size of the image', async () => {
    const recipe = convolutional({ filters: [3, 2], batchSize: 50 })
    const model = await recipe.fit(slice(train, 0, 50), { epochs: 1, runtime: runtime() })
    const few = slice(held, 0, 4)
    const shapes = []
    for (const layers of [1, 2, 3, 4]) shapes.push((await model.encode(few, { layers })).shape)
    expect(shapes).toEqual([
      [4, 3, 28, 28],
      [4, 3, 14, 14],
      [4, 2, 14, 14],
      [4, 2, 7, 7],
    ])
    expect((await model.encode(few)).shape).toEqual([4, 2, 7, 7])
    expect((await model.decode(await model.encode(few))).shape).toEqual([4, 28, 28, 1])
  })

  test.each([0, 2, 1.5, -1, Number.NaN])('%d of one layer are refused', async (layers) => {
    const model = await vanilla({ hidden: 3 }).fit(train, { epochs: 1, runtime: runtime() })
    await expect(model.encode(held, { layers })).rejects.toMatchObject({ code: 'E_OPTION', found: `${layers}` })
  })
})

describe('a spec written by hand', () => {
  const spec = RECIPES.vanilla.spec(train.shape, { hidden: 8, epochs: 1 })

  test('trains to the same bytes as the recipe that it says', async () => {
    const [byHand, byRecipe] = [
      await fitSpec(JSON.parse(JSON.stringify(spec)), train, { seed: 3, runtime: runtime() }),
      await vanilla({ hidden: 8, epochs: 1 }).fit(train, { seed: 3, runtime: runtime() }),
    ]
    expect(Buffer.compare(byHand.toBytes(), byRecipe.toBytes())).toBe(0)
  })

  test('may be a network that no recipe makes', async () => {
    const mixed = {
      ...spec,
      recipe: 'mine',
      encoder: [
        { type: 'conv2d', filters: 2, kernel: 5, stride: 2, activation: 'relu' },
        { type: 'dense', units: 7, activation: 'sigmoid' },
      ],
      decoder: [
        { type: 'dense', units: 98, activation: 'relu' },
        { type: 'unflatten', shape: [2, 7, 7] },
        { type: 'convTranspose2d', filters: 2, kernel: 4, stride: 4, size: [28, 28], activation: 'relu' },
        { type: 'conv2d', filters: 1 },
      ],
      phases: [
        {
          kind: 'descend',
          epochs: 4,
          batchSize: 20,
          optimizer: { name: 'adam', learningRate: 0.01 },
          loss: { type: 'mse' },
        },
      ],
    }
    const model = await fitSpec(mixed, train, { runtime: runtime() })
    expect(model.history.at(-1)?.loss).toBeLessThan(0.8 * (model.history[0]?.loss as number))
    expect((await model.encode(held)).shape).toEqual([100, 7])
    expect(model.codeIsActivity).toBe(true)
  })

  test('that is wrong is refused before anything runs', async () => {
    const learn = (change: object) => fitSpec({ ...spec, ...change }, train, { runtime: runtime() })
    await expect(learn({ output: 'soft' })).rejects.toMatchObject({ code: 'E_SPEC', at: 'spec.output' })
    await expect(learn({ input: [12] })).rejects.toMatchObject({ code: 'E_SHAPE' })
  })
})

const small = dataset(samples(100, [9, 7, 1]), { shape: [9, 7, 1] })

test.each([
  ['sparse', () => sparse({ hidden: 6 })],
  ['denoising', () => denoising({ hidden: 6, tied: true })],
  ['convolutional', () => convolutional({ filters: [2, 2, 2], upsampling: 'transposed' })],
  ['stacked', () => stacked({ units: [8, 3], pretrainEpochs: 1 })],
  ['pca', () => pca({ latent: 4 })],
] as const)('a %s model survives its bytes', async (_, recipe) => {
  const options = recipe().recipe === 'pca' ? {} : { epochs: 1 }
  const model = await recipe().fit(small, { ...options, runtime: runtime() })
  const back = Autoencoder.fromBytes(model.toBytes(), { runtime: runtime() })
  expect(back.spec).toEqual(model.spec)
  expect(Object.keys(back.parameters)).toEqual(Object.keys(model.parameters))
  const [a, b] = [await model.reconstruct(small), await back.reconstruct(small)]
  expect(b).toEqual(a)
  expect(Buffer.compare(back.toBytes(), model.toBytes())).toBe(0)
})
