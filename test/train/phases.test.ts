import { describe, expect, test } from 'vitest'
import { dataset } from '../../src/data/dataset.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { DivergedError, fitSpec } from '../../src/model/estimator.js'
import { rbm, sparse, stacked, vanilla } from '../../src/model/recipes.js'
import type { CorruptionInput } from '../../src/nn/corruption.js'
import type { FitEvent } from '../../src/train/events.js'
import { useNativeRuntime } from '../native.js'
import { samples } from './streams.js'

const [ROWS, SHAPE] = [48, [4, 4, 1]] as const
const DATA = dataset(samples(ROWS, SHAPE), { shape: SHAPE })
const TEST = dataset(samples(20, SHAPE), { shape: SHAPE })

const runtime = useNativeRuntime()

const OPTIONS = { units: [10, 6, 3], pretrainEpochs: 2, epochs: 3, batchSize: 10, noise: 0.2 }

const finite = (model: Autoencoder) => Object.values(model.parameters).every(({ data }) => data.every(Number.isFinite))

describe('phases of a stack', () => {
  test('follow one another, each with its own history, steps and validation', async () => {
    const events: FitEvent[] = []
    const onEvent = (event: FitEvent) => void events.push(event)
    const model = await stacked(OPTIONS).fit(DATA, { runtime: runtime(), validation: TEST, onEvent })
    const lines = model.history.map(({ phase, epoch, step }) => `${phase}/${epoch}/${step}`)
    expect(lines).toEqual([
      ...['pretrain 1', 'pretrain 2', 'pretrain 3'].flatMap((phase) => [`${phase}/1/5`, `${phase}/2/10`]),
      ...[1, 2, 3].map((epoch) => `fine-tune/${epoch}/${5 * epoch}`),
    ])
    expect(model.training?.steps).toBe(45)
    expect(model.training?.stopped).toBe('finished')
    const begun = events.flatMap((event) => (event.type === 'phase' ? [`${event.phase} ${event.epochs}`] : []))
    expect(begun).toEqual(['pretrain 1 2', 'pretrain 2 2', 'pretrain 3 2', 'fine-tune 3'])
    expect(model.history.every(({ validationMse = Number.NaN }) => validationMse > 0)).toBe(true)
  })

  test('train the layers that they name, and leave the others as they were', async () => {
    const spec = stacked({ ...OPTIONS, tied: false }).spec(SHAPE)
    const upTo = (phases: number) =>
      fitSpec({ ...spec, phases: spec.phases.slice(0, phases) }, DATA, { runtime: runtime() })
    const models = [await upTo(1), await upTo(2), await upTo(3)]
    const changed = (a: Autoencoder | undefined, b: Autoencoder | undefined) =>
      Object.keys(a?.parameters ?? {}).filter(
        (name) => String(a?.parameters[name]?.data) !== String(b?.parameters[name]?.data),
      )
    const layers = (...names: string[]) => names.flatMap((name) => [`${name}.weight`, `${name}.bias`])
    expect(changed(models[0], models[1])).toEqual(layers('encoder.1', 'decoder.1'))
    expect(changed(models[1], models[2])).toEqual(layers('encoder.2', 'decoder.0'))
  })

  test('are fed with the codes of the layers before them: the last loss of a phase is the error of those', async () => {
    const spec = stacked({ ...OPTIONS, tied: true, pretrainEpochs: 60, activation: 'tanh' }).spec(SHAPE)
    const model = await fitSpec({ ...spec, phases: spec.phases.slice(0, 2) }, DATA, { runtime: runtime() })
    const hidden = (await model.encode(DATA, { layers: 1 })).data
    const code = (await model.encode(DATA, { layers: 2 })).data
    const [weight, bias] = [model.parameters['encoder.1.weight'], model.parameters['decoder.1.bias']]
    let error = 0
    hidden.forEach((wanted, k) => {
      const [row, i] = [Math.floor(k / 10), k % 10]
      let z = bias?.data[i] as number
      for (let j = 0; j < 6; j++) z += (code[row * 6 + j] as number) * (weight?.data[i * 6 + j] as number)
      error += (Math.tanh(z) - wanted) ** 2 / hidden.length
    })
    const last = model.history.filter(({ phase }) => phase === 'pretrain 2').at(-1)?.loss as number
    // the cosine has come to rest by then
    expect(Math.abs(error / last - 1)).toBeLessThan(0.02)
  })

  test('cut short in the pretraining leave a model that can be used', async () => {
    const controller = new AbortController()
    const begun: string[] = []
    const onEvent = (event: FitEvent) => {
      if (event.type === 'phase') begun.push(event.phase)
      if (event.type === 'epoch' && event.phase === 'pretrain 2') controller.abort()
    }
    const model = await stacked({ ...OPTIONS, pretrainEpochs: 50 }).fit(DATA, {
      runtime: runtime(),
      signal: controller.signal,
      onEvent,
    })
    expect(model.training?.stopped).toBe('aborted')
    expect(begun).toEqual(['pretrain 1', 'pretrain 2'])
    expect([...new Set(model.history.map(({ phase }) => phase))]).toEqual(['pretrain 1', 'pretrain 2'])
    expect(model.history.filter(({ phase }) => phase === 'pretrain 2')).toHaveLength(1)
    expect(finite(model)).toBe(true)
    expect((await model.evaluate(TEST)).mse).toBeLessThan(0.3)
    expect((await Autoencoder.fromBytes(model.toBytes(), { runtime: runtime() }).encode(TEST)).shape).toEqual([20, 3])
  })

  test('aborted before they begin leave starting weights', async () => {
    const model = await stacked(OPTIONS).fit(DATA, { runtime: runtime(), signal: AbortSignal.abort() })
    expect(model.training).toMatchObject({ stopped: 'aborted', steps: 0, history: [] })
    expect((await model.encode(TEST)).shape).toEqual([20, 3])
  })

  test('that diverge in the fine-tuning keep finite weights, and what was learned before', async () => {
    const wild = stacked({
      ...OPTIONS,
      activation: 'linear',
      output: 'linear',
      optimizer: 'sgd',
      learningRate: 1e6,
      schedule: 'constant',
      warmup: 0,
    })
    const error = await wild.fit(DATA, { runtime: runtime() }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(DivergedError)
    const { model, at } = error as DivergedError
    expect(at).toMatch(/"stacked", step [1-9]\d*$/)
    expect(model.training?.stopped).toBe('diverged')
    expect(model.history.map(({ phase }) => phase)).toContain('pretrain 3')
    expect(finite(model)).toBe(true)
  })

  test('are the same bytes for the same seed, others for another', async () => {
    const bytesOf = async (seed: number) =>
      Buffer.from((await stacked({ ...OPTIONS, spare: 0.3 }).fit(DATA, { seed, runtime: runtime() })).toBytes())
    const [a, b, c] = [await bytesOf(5), await bytesOf(5), await bytesOf(6)]
    expect(a.equals(b)).toBe(true)
    expect(a.equals(c)).toBe(false)
  })
})

describe('noise in training', () => {
  /** Losses of epochs in which nothing is learned: what differs is the noise. */
  async function lossesOf(corruption: CorruptionInput | undefined, more: object = {}) {
    const spec = vanilla({ hidden: 5, epochs: 3, batchSize: 12 }).spec(SHAPE)
    const [phase] = spec.phases
    const still = { optimizer: { name: 'sgd', learningRate: 1e-30 }, ...(corruption && { corruption }), ...more }
    const model = await fitSpec({ ...spec, phases: [{ ...phase, ...still }] }, DATA, { runtime: runtime(), seed: 3 })
    return model.history.map(({ loss }) => loss)
  }
  const mask = (more: object) => ({ type: 'masking', part: 0.5, ...more }) as const
  const close = (losses: readonly number[]) => losses.map((loss) => expect.closeTo(loss, 7))

  test('fresh is another every epoch, drawn once is the same', async () => {
    const [fresh, once, none] = [
      await lossesOf(mask({ fresh: true })),
      await lossesOf(mask({ fresh: false })),
      await lossesOf(undefined),
    ]
    expect(new Set(fresh.map((loss) => loss.toFixed(6))).size).toBe(3)
    expect(once).toEqual(close(once.map(() => once[0] as number)))
    expect(Math.abs((once[0] as number) - (none[0] as number))).toBeGreaterThan(1e-5)
  })

  test('of a sample depends neither on its batch nor on the order', async () => {
    const whole = await lossesOf(mask({ fresh: true, spare: 0.3 }))
    expect(await lossesOf(mask({ fresh: true, spare: 0.3 }), { shuffle: false })).toEqual(close(whole))
    expect(await lossesOf(mask({ fresh: true, spare: 0.3 }), { batchSize: 7 })).toEqual(close(whole))
    expect(await lossesOf(mask({ fresh: true, spare: 0.3 }), { name: 'other' })).toEqual(close(whole))
  })

  test('that spares every sample is none', async () => {
    expect(await lossesOf(mask({ fresh: true, spare: 1 }))).toEqual(close(await lossesOf(undefined)))
  })
})

describe('sparsity', () => {
  test('brings the mean activation to ρ, and says how active the code was in every epoch', async () => {
    const learn = (alpha: number) =>
      sparse({ hidden: 20, alpha, rho: 0.1, epochs: 150, batchSize: 24 }).fit(DATA, { runtime: runtime() })
    const [held, free] = [await learn(1), await learn(0)]
    expect(held.history.at(-1)?.activity?.mean).toBeCloseTo(0.1, 2)
    expect(free.history.at(-1)?.activity).toBeUndefined()
    const { data } = await held.encode(DATA)
    expect(data.reduce((sum, x) => sum + x, 0) / data.length).toBeCloseTo(0.1, 2)
  })

  test('activity is the mean over the samples of the epoch, whatever the batches, the smaller last one too', async () => {
    const activityFor = async (batchSize: number) => {
      const spec = sparse({ hidden: 6, batchSize, epochs: 1 }).spec(SHAPE)
      const still = { ...spec.phases[0], optimizer: { name: 'sgd', learningRate: 1e-30 } }
      const model = await fitSpec({ ...spec, phases: [still] }, DATA, { runtime: runtime() })
      const { data } = await model.encode(DATA)
      return [model.history[0]?.activity?.mean as number, data.reduce((sum, x) => sum + x, 0) / data.length]
    }
    for (const batchSize of [48, 7]) {
      const [reported, actual] = await activityFor(batchSize)
      expect(reported).toBeCloseTo(actual as number, 6)
    }
  })
})

describe('values that are taken for probabilities', () => {
  const values = Float32Array.from(samples(ROWS, SHAPE), (value) => value / 255)
  const wrong = dataset(
    values.map((value, i) => (i === 37 ? 1.5 : value)),
    { shape: SHAPE, name: 'wild' },
  )
  const refusal = { code: 'E_DATA', at: expect.stringContaining('"wild", row 2, value 5'), found: '1.5' }
  const how = () => ({ runtime: runtime() })

  test.each([
    [
      'by cross-entropy',
      () => vanilla({ hidden: 3, epochs: 1, batchSize: 10, loss: 'crossEntropy' }).fit(wrong, how()),
    ],
    ['by Bernoulli units', () => rbm({ hidden: 3, epochs: 1, batchSize: 10 }).fit(wrong, how())],
    ['by the last phase of several', () => stacked({ ...OPTIONS, loss: 'crossEntropy' }).fit(wrong, how())],
  ])('%s are from 0 to 1', async (_, run) => {
    await expect(run()).rejects.toMatchObject(refusal)
  })

  test('are not asked for by squared errors and Gaussian units', async () => {
    const close = async (model: Promise<Autoencoder>) => (await model).close()
    await close(vanilla({ hidden: 3, epochs: 1, batchSize: 10 }).fit(wrong, how()))
    await close(rbm({ hidden: 3, epochs: 1, batchSize: 10, visible: 'gaussian' }).fit(wrong, how()))
  })
})
