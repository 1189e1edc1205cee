import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/base/tensor.js'
import { digits } from '../../src/data/digits/index.js'
import { parseSafetensors } from '../../src/data/formats/safetensors.js'
import type { Autoencoder } from '../../src/model/autoencoder.js'
import { EXPORTS } from '../../src/model/export.js'
import { denoising, pca, stacked, vanilla } from '../../src/model/recipes.js'
import { decodeModel, metadataOf } from '../../src/onnx/model.js'
import { openNodeRuntime } from '../../src/runtime/ort-node.js'
import type { Runtime } from '../../src/runtime/types.js'

const ROWS = 300
const BATCH = 50
const data = digits({ rows: ROWS })

let runtime: Runtime
let model: Autoencoder
beforeAll(async () => {
  runtime = await openNodeRuntime({ threads: 1 })
  const fitted = await vanilla({ hidden: 16 }).fit(data, { epochs: 2, batchSize: BATCH, seed: 4, runtime })
  model = await fitted.withThreshold(data)
})
afterAll(() => runtime.close())

const images = { dtype: 'uint8', shape: [ROWS, 784], data: data.values } as Tensor
const int64 = (value: number) => ({ dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value)) }) as const

async function run(bytes: Uint8Array, feeds: Readonly<Record<string, Tensor>>) {
  const session = await runtime.open(bytes)
  try {
    return (await session.run(feeds)).fetched as Record<string, Tensor<'float32'>>
  } finally {
    await session.close()
  }
}

describe('parts of a model as files', () => {
  test.each([
    ['autoencoder', ['code', 'reconstruction', 'score', 'anomaly']],
    ['encoder', ['code']],
    ['score', ['score', 'anomaly']],
  ] as const)('%s', async (what, outputs) => {
    const fetched = await run(model.export(what), { input: images })
    expect(Object.keys(fetched)).toEqual(outputs)
    if (fetched.code) expect(fetched.code.data).toEqual((await model.encode(data)).data)
    if (fetched.score) expect(fetched.score.data).toEqual(await model.score(data))
  })

  test('decoder', async () => {
    const { shape, data: codes } = await model.encode(data)
    const { reconstruction } = await run(model.export('decoder'), { code: { dtype: 'float32', shape, data: codes } })
    expect(reconstruction?.data).toEqual((await model.decode(codes)).data)
  })

  test('hold no parameters that they do not use', () => {
    const names = (what: 'encoder' | 'decoder') =>
      decodeModel(model.export(what))
        .graph?.initializer.map(({ name }) => name)
        .filter((name) => name.includes('coder.'))
    expect(names('encoder')).toEqual(['encoder.0.weight', 'encoder.0.bias'])
    expect(names('decoder')).toEqual(['decoder.0.weight', 'decoder.0.bias'])
  })

  test('are the same bytes each time, and say what they and their inputs and outputs are', () => {
    for (const what of EXPORTS) {
      const bytes = model.export(what)
      expect(Buffer.compare(bytes, model.export(what)), what).toBe(0)
      const { docString, graph, ...proto } = decodeModel(bytes)
      expect(docString).toContain('of a "vanilla" autoencoder, by Diabolo')
      expect(graph?.name).toBe(what)
      expect(docString).not.toMatch(/undefined|\[object/)
      for (const { name, docString } of [...(graph?.input ?? []), ...(graph?.output ?? [])])
        expect(docString, `${what} ${name}`).not.toBe('')
      expect(JSON.parse(metadataOf({ docString, graph, ...proto } as never)['diabolo.provenance'] ?? '')).toEqual(
        model.provenance,
      )
    }
  })
})

describe('training as a file', () => {
  /** Takes every step of the phase, so many in a run, and gives the mean loss of each epoch. */
  async function train(
    trained: Autoencoder,
    { perRun = 6, epochs = 2, from = 'start' }: { perRun?: number; epochs?: number; from?: 'start' | 'trained' } = {},
  ): Promise<number[]> {
    const bytes = trained.export('training', { from })
    const { tensors } = parseSafetensors(await trained.exportFeeds({ from }), 'feeds')
    const perEpoch = ROWS / BATCH
    const losses: number[] = []
    let feeds: Record<string, Tensor> = Object.fromEntries(tensors)
    for (let step = 0; step < epochs * perEpoch; step += perRun) {
      const fetched = await run(bytes, { trips: int64(perRun), step: int64(step), data: images, ...feeds })
      losses.push(...(fetched.losses?.data ?? []))
      const next = Object.entries(fetched).filter(([name]) => name.endsWith('.next'))
      const state = next.map(([name, tensor]) => [name.slice(0, -'.next'.length), tensor] as const)
      feeds = { ...feeds, ...Object.fromEntries(state) }
    }
    return Array.from({ length: epochs }, (_, epoch) => {
      const own = losses.slice(epoch * perEpoch, (epoch + 1) * perEpoch)
      return own.reduce((sum, loss) => sum + loss, 0) / perEpoch
    })
  }

  test.each([6, 3])('repeats the run that made the model, %i steps at a time', async (perRun) => {
    const losses = await train(model, { perRun })
    model.history.forEach(({ loss }, epoch) => {
      expect(Math.abs((losses[epoch] as number) / loss - 1)).toBeLessThan(1e-6)
    })
  })

  test('with noise too', async () => {
    const noisy = await denoising({ hidden: 16, noise: 0.4 }).fit(data, {
      epochs: 2,
      batchSize: BATCH,
      seed: 2,
      runtime,
    })
    const losses = await train(noisy)
    noisy.history.forEach(({ loss }, epoch) => {
      expect(Math.abs((losses[epoch] as number) / loss - 1)).toBeLessThan(1e-6)
    })
  })

  test('of moved images takes images as they are to be seen, whatever was wanted back of those', async () => {
    const options = { hidden: 8, epochs: 1, batchSize: BATCH, rotation: 0.1, wanted: 'original' } as const
    const moved = await vanilla(options).fit(data, { seed: 2, runtime })
    const still = await vanilla({ ...options, rotation: 0 }).fit(data, { seed: 2, runtime })
    const [loss] = await train(moved, { epochs: 1 })
    expect(Math.abs((loss as number) / (still.history[0]?.loss as number) - 1)).toBeLessThan(1e-6)
  })

  test('from the trained weights goes on where the model is', async () => {
    const [first] = await train(model, { epochs: 1, from: 'trained' })
    expect(first).toBeLessThan(model.history[1]?.loss as number)
  })

  test('of one phase of several', async () => {
    const options = { units: [20, 8], epochs: 1, pretrainEpochs: 1, batchSize: BATCH }
    const deep = await stacked(options).fit(data, { seed: 1, runtime })
    const [inner, last] = [deep.spec.phases[1]?.name as string, deep.spec.phases.at(-1)?.name as string]
    const inputs = (phase: string) =>
      decodeModel(deep.export('training', { phase })).graph?.input.map(({ name }) => name)
    expect(inputs(inner)).not.toContain('encoder.0.weight')
    expect(inputs(last)).toContain('encoder.0.weight')
    await expect(deep.exportFeeds({ phase: inner, from: 'start' })).rejects.toThrow(
      expect.objectContaining({ code: 'E_OPTION' }),
    )
  })

  test('takes along the data that it was trained on, and no other', async () => {
    const { tensors } = parseSafetensors(await model.exportFeeds({}, data), 'feeds')
    expect(tensors.get('data')).toEqual(images)
    await expect(model.exportFeeds({}, digits({ rows: ROWS, seed: 9 }))).rejects.toThrow(
      expect.objectContaining({ code: 'E_CHECKSUM' }),
    )
  })

  test('is refused where there is none', async () => {
    const solved = await pca({ latent: 3 }).fit(data, { runtime })
    expect(() => solved.export('training')).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    await expect(solved.exportFeeds()).rejects.toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(() => model.export('training', { phase: 'tarin' })).toThrow(
      expect.objectContaining({ code: 'E_OPTION', expected: 'one of train' }),
    )
  })
})
