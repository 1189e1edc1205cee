import { describe, expect, test } from 'vitest'
import { type Dataset, dataset, slice, toTensor } from '../../src/data/dataset.js'
import { rowStream } from '../../src/data/row-stream.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { fitSpec } from '../../src/model/estimator.js'
import { fineTune } from '../../src/model/fine-tune.js'
import { pca, stacked } from '../../src/model/recipes.js'
import { withClasses } from '../../src/recipes/classes.js'
import { measureClasses } from '../../src/train/class-gauge.js'
import { relativeError } from '../closeness.js'
import { useNativeRuntime } from '../native.js'
import { samples } from '../train/streams.js'

const [ROWS, SHAPE] = [200, [4, 4, 1]] as const
/** Ten kinds of samples, one after another. */
const ALL = dataset(samples(ROWS, SHAPE), { shape: SHAPE, labels: Int32Array.from({ length: ROWS }, (_, i) => i % 10) })
const [DATA, TEST] = [slice(ALL, 0, 150), slice(ALL, 150, ROWS)]

const runtime = useNativeRuntime()

const pretrained = (() => {
  let model: Promise<Autoencoder> | undefined
  return () => {
    model ??= stacked({ units: [12, 8], pretrainEpochs: 3, epochs: 5, batchSize: 10, learningRate: 0.01 }).fit(DATA, {
      runtime: runtime(),
      seed: 2,
    })
    return model
  }
})()

const LEARN = { epochs: 15, batchSize: 10, learningRate: 0.02, noise: 0, seed: 3 } as const
const tune = async (data: Dataset, options: object = {}, model?: Autoencoder) =>
  fineTune(model ?? (await pretrained()), data, { ...LEARN, runtime: runtime(), ...options })

const errorOf = async (model: Autoencoder, data: Dataset) => {
  const { labels } = await model.classify(data)
  return labels.filter((label, i) => label !== data.labels?.[i]).length / data.rows
}

const changed = (a: Autoencoder, b: Autoencoder) =>
  Object.keys(b.parameters).filter((name) => String(a.parameters[name]?.data) !== String(b.parameters[name]?.data))

const layer = (name: string) => [`${name}.weight`, `${name}.bias`]

describe('fine-tuning', () => {
  test('learns classes that it was not shown before', async () => {
    const model = await tune(DATA, { validation: TEST })
    expect(await errorOf(model, TEST)).toBeLessThan(0.1)
    expect(model.history.map(({ phase }) => phase)).toEqual(new Array(15).fill('classes'))
    expect(model.history.at(-1)?.validationError).toBe(await errorOf(model, TEST))
    expect(model.history[0]?.validationMse).toBeUndefined()
    expect(model.history.at(-1)?.loss).toBeLessThan((model.history[0]?.loss ?? 0) / 4)
  })

  test('learns nothing from labels that say nothing', async () => {
    const shuffled = Int32Array.from(DATA.labels ?? [], (_, i) => ((i * 7919) % 10) ^ (i % 3))
    const model = await tune({ ...DATA, labels: shuffled.map((label) => label % 10) })
    expect(await errorOf(model, TEST)).toBeGreaterThan(0.5)
  })

  test('begins with what the model knows: one step of nearly nothing leaves its codes', async () => {
    const model = await tune(DATA, { epochs: 1, batchSize: 150, learningRate: 1e-9 })
    const [before, after] = [await (await pretrained()).encode(TEST), await model.encode(TEST)]
    expect(relativeError(after.data, before.data)).toBeLessThan(1e-5)
  })

  test('changes the encoder and the head, never the decoder', async () => {
    const before = await pretrained()
    const names = ['encoder.0', 'encoder.1'].flatMap(layer)
    expect(changed(before, await tune(DATA))).toEqual([...names, ...layer('head')])
    expect(changed(before, await tune(DATA, { frozen: 1 }))).toEqual([...layer('encoder.1'), ...layer('head')])
    expect(changed(before, await tune(DATA, { frozen: 2 }))).toEqual(layer('head'))
  })

  test('of the head alone is softmax regression on codes', async () => {
    const probe = await tune(DATA, { frozen: 2, epochs: 40, learningRate: 0.05 })
    expect(await errorOf(probe, TEST)).toBeLessThan(0.15)
    const codes = await (await pretrained()).encode(TEST)
    const { probabilities } = await probe.classify(TEST)
    const [weight, bias] = [probe.parameters['head.weight'], probe.parameters['head.bias']]
    const byHand = Array.from({ length: TEST.rows }, (_, row) => {
      const z = Array.from({ length: 10 }, (_, k) => {
        let sum = bias?.data[k] as number
        for (let j = 0; j < 8; j++) sum += (codes.data[row * 8 + j] as number) * (weight?.data[j * 10 + k] as number)
        return sum
      })
      const total = z.reduce((sum, value) => sum + Math.exp(value), 0)
      return z.map((value) => Math.exp(value) / total)
    }).flat()
    expect(relativeError(probabilities.data, byHand)).toBeLessThan(1e-5)
  })

  test('works on a model that was solved, and again on one that has a head', async () => {
    const solved = await pca({ latent: 6 }).fit(DATA, { runtime: runtime() })
    const once = await tune(DATA, { frozen: 1 }, solved)
    const twice = await tune(DATA, { frozen: 1, epochs: 1, batchSize: 150, learningRate: 1e-9 }, once)
    expect(
      relativeError(twice.parameters['head.weight']?.data ?? [], once.parameters['head.weight']?.data ?? []),
    ).toBeLessThan(1e-5)
    expect(once.spec.phases.map(({ kind }) => kind)).toEqual(['solve', 'descend'])
  })

  test('survives its file', async () => {
    const model = await tune(DATA)
    const again = Autoencoder.fromBytes(model.toBytes(), { runtime: runtime() })
    expect((await again.classify(TEST)).probabilities).toEqual((await model.classify(TEST)).probabilities)
  })

  test('teaches the same from a stream as from memory, to the byte', async () => {
    const { rows, shape, dtype, scale, labels } = DATA
    const stream = rowStream({
      name: DATA.name,
      rows,
      shape,
      dtype,
      scale,
      ...(labels && { labels }),
      read: async (from, to) => toTensor(DATA, from, to).data as never,
    })
    for (const options of [
      { buffer: 40, noise: 0.2 },
      { buffer: 7, batchSize: 32, noise: 0 },
    ]) {
      const learn = { ...LEARN, runtime: runtime(), ...options }
      const [inMemory, fromStream] = [
        await fineTune(await pretrained(), DATA, learn),
        await fineTune(await pretrained(), stream, learn),
      ]
      expect(changed(inMemory, fromStream)).toEqual([])
    }
  })

  test('refuses samples without labels, labels that are none, and more frozen layers than there are', async () => {
    const { labels: _, ...bare } = DATA
    await expect(tune(bare as Dataset)).rejects.toMatchObject({ code: 'E_DATA' })
    await expect(
      tune({ ...DATA, labels: Int32Array.from({ length: 150 }, (_, i) => (i === 7 ? -1 : 0)) }),
    ).rejects.toMatchObject({
      code: 'E_DATA',
      at: expect.stringContaining('row 7'),
    })
    await expect(tune(DATA, { frozen: 3 })).rejects.toMatchObject({ code: 'E_OPTION' })
    await expect(tune(DATA, { frosen: 3 })).rejects.toMatchObject({ code: 'E_OPTION', hint: 'did you mean "frozen"?' })
    const model = await pretrained()
    await expect(model.classify(TEST)).rejects.toMatchObject({ code: 'E_SPEC' })
  })

  test('as one spec, from drawn weights to classes', async () => {
    const spec = withClasses(stacked({ units: [12, 8], pretrainEpochs: 3, epochs: 5, batchSize: 10 }).spec(SHAPE), 10, {
      epochs: 15,
      batchSize: 10,
      learningRate: 0.02,
    })
    const model = await fitSpec(spec, DATA, { runtime: runtime(), seed: 3 })
    expect([...new Set(model.history.map(({ phase }) => phase))]).toEqual([
      'pretrain 1',
      'pretrain 2',
      'fine-tune',
      'classes',
    ])
    expect(await errorOf(model, TEST)).toBeLessThan(0.2)
  })
})

test('classes are measured by the part that is wrong, and by the nats of the right ones', () => {
  const probabilities = Float32Array.of(0.5, 0.25, 0.25, 0.25, 0.5, 0.25, 0, 0, 1)
  expect(measureClasses(probabilities, [0, 2, 0])).toEqual({
    error: 2 / 3,
    crossEntropy: (Math.log(2) + Math.log(4) + 126 * Math.log(2)) / 3,
  })
})
