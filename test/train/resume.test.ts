import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Dataset, dataset, toTensor } from '../../src/data/dataset.js'
import { rowStream } from '../../src/data/row-stream.js'
import type { Autoencoder } from '../../src/model/autoencoder.js'
import { type Estimator, fitSpec } from '../../src/model/estimator.js'
import { fineTune } from '../../src/model/fine-tune.js'
import { convolutional, deep, denoising, pca, rbm, sparse, stacked, vanilla } from '../../src/model/recipes.js'
import type { Checkpoint } from '../../src/train/checkpoint.js'
import type { FitEvent } from '../../src/train/events.js'
import type { FitOptions } from '../../src/train/run-phases.js'
import { useNativeRuntime } from '../native.js'
import { samples } from './streams.js'

const SHAPE = [4, 4, 1] as const
const DATA = dataset(samples(57, SHAPE), { shape: SHAPE, name: 'samples' })
const TEST = dataset(samples(20, SHAPE), { shape: SHAPE, name: 'others' })

const runtime = useNativeRuntime()

// a clock that is always late makes every step a chunk of its own, so that training can be left at any of them
beforeEach(() => {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000))
})
afterEach(() => void vi.restoreAllMocks())

type Source = 'memory' | 'stream'

function sourceOf(source: Source, data: Dataset = DATA) {
  if (source === 'memory') return data
  const { name, rows, shape, dtype, scale } = data
  const read = async (from: number, to: number) => toTensor(data, from, to).data as Uint8Array
  return rowStream({ name, rows, shape, dtype, scale, read })
}

const outcomeOf = (model: Autoencoder) => ({
  bytes: Buffer.from(model.toBytes()).toString('base64'),
  history: model.history.map(({ seconds, ...record }) => record),
  steps: model.training?.steps,
  stopped: model.training?.stopped,
})

/** Fits, and leaves at the chunk after so many; nothing when there are fewer. */
async function leaveAfter(chunks: number, learn: (options: FitOptions) => Promise<Autoencoder>) {
  const controller = new AbortController()
  const kept: Checkpoint[] = []
  let count = 0
  const model = await learn({
    signal: controller.signal,
    onEvent: ({ type }) => void (type === 'progress' && ++count === chunks && controller.abort()),
    onCheckpoint: (checkpoint) => void kept.push(structuredClone(checkpoint)),
  })
  return { model, checkpoint: kept.at(-1) as Checkpoint }
}

const adam = { name: 'adam', learningRate: 0.01 }
const anyTraining = fc.record({
  source: fc.constantFrom<Source>('memory', 'stream'),
  hidden: fc.integer({ min: 1, max: 9 }),
  epochs: fc.integer({ min: 1, max: 3 }),
  batchSize: fc.integer({ min: 5, max: 57 }),
  buffer: fc.integer({ min: 1, max: 80 }),
  shuffle: fc.boolean(),
  optimizer: fc.constantFrom<object>(adam, { name: 'sgd', learningRate: 0.1, momentum: 0.9 }),
  schedule: fc.constantFrom<object>({ name: 'constant' }, { name: 'cosine', warmup: 0.2 }),
  noisy: fc.boolean(),
  penalized: fc.boolean(),
  validated: fc.boolean(),
  seed: fc.nat(1000),
  cut: fc.double({ min: 0, max: 1, noNaN: true }),
})

describe('going on from a checkpoint', () => {
  test('teaches the same bytes as never leaving, whatever the network, the data and the moment', async () => {
    await fc.assert(
      fc.asyncProperty(anyTraining, async (given) => {
        const { source, hidden, epochs, batchSize, buffer, shuffle, optimizer, schedule, seed, cut } = given
        const phase = {
          kind: 'descend',
          epochs,
          batchSize,
          shuffle,
          optimizer,
          schedule,
          loss: { type: 'mse' },
          ...(given.noisy && { corruption: { type: 'gaussian', sigma: 0.3 } }),
          ...(given.penalized && { penalties: [{ type: 'klSparsity', rho: 0.1, weight: 0.01 }] }),
        }
        const spec = {
          format: 'diabolo/1',
          recipe: 'test',
          preset: 'default',
          input: SHAPE,
          encoder: [{ type: 'dense', units: hidden, activation: 'sigmoid' }],
          decoder: [{ type: 'dense', units: 16, activation: 'linear' }],
          output: 'sigmoid',
          phases: [phase],
        }
        const learn = (options: FitOptions) =>
          fitSpec(spec, sourceOf(source), {
            runtime: runtime(),
            buffer,
            seed,
            ...(given.validated && { validation: TEST }),
            ...options,
          })
        const steps = epochs * Math.ceil(57 / batchSize)
        const whole = await learn({})
        const { checkpoint, model } = await leaveAfter(1 + Math.floor(cut * (steps - 1)), learn)
        expect(model.training?.steps).toBe(1 + Math.floor(cut * (steps - 1)))
        expect(outcomeOf(await learn({ resume: checkpoint }))).toEqual(outcomeOf(whole))
      }),
      { numRuns: 40 },
    )
  }, 180_000)

  test.each([
    ['stacked', stacked({ units: [10, 6, 3], pretrainEpochs: 2, epochs: 2, batchSize: 20, noise: 0.2 })],
    ['sparse', sparse({ hidden: 12, epochs: 2, batchSize: 20 })],
    ['denoising', denoising({ hidden: 12, epochs: 2, batchSize: 20 })],
    ['rbm, its chains going on', rbm({ hidden: 6, epochs: 2, batchSize: 20, persistent: true })],
    ['deep', deep({ units: [8, 3], rbmEpochs: 1, epochs: 2, batchSize: 20, activation: 'sigmoid' })],
    ['convolutional', convolutional({ epochs: 1, batchSize: 20 } as never)],
  ] as [string, Estimator<object>][])(
    '%s, left at every step, one after another, from memory and from a stream',
    async (_, estimator) => {
      for (const source of ['memory', 'stream'] as const) {
        const learn = (options: FitOptions) =>
          estimator.fit(sourceOf(source), { seed: 3, buffer: 25, validation: TEST, runtime: runtime(), ...options })
        const whole = outcomeOf(await learn({}))
        let resume: Checkpoint | undefined
        let left = 0
        for (;;) {
          const { model, checkpoint } = await leaveAfter(1, (options) =>
            learn({ ...options, ...(resume && { resume }) }),
          )
          if (model.training?.stopped === 'finished') {
            expect(outcomeOf(model)).toEqual(whole)
            break
          }
          expect(checkpoint.position.before.steps + checkpoint.position.step).toBe(++left)
          resume = checkpoint
        }
        expect(left).toBe(whole.steps)
      }
    },
  )

  test('classes that a model is taught, left on the way; not with other classes', async () => {
    const labels = Uint8Array.from({ length: 57 }, (_, i) => i % 3)
    const model = await vanilla({ hidden: 6, epochs: 1, batchSize: 20 }).fit(DATA, { runtime: runtime() })
    const teach = (options: FitOptions, given = labels) =>
      fineTune(model, { ...DATA, labels: given }, { epochs: 3, batchSize: 20, runtime: runtime(), ...options })
    const whole = outcomeOf(await teach({}))
    const { checkpoint } = await leaveAfter(4, (options) => teach(options))
    expect(outcomeOf(await teach({ resume: checkpoint }))).toEqual(whole)
    await expect(teach({ resume: checkpoint }, labels.with(0, 2))).rejects.toMatchObject({ code: 'E_RESUME' })
  })

  test('begins a closed form again', async () => {
    const controller = new AbortController()
    const kept: Checkpoint[] = []
    const learn = (options: FitOptions) => pca({ latent: 3 }).fit(DATA, { runtime: runtime(), ...options })
    controller.abort()
    await learn({ signal: controller.signal, onCheckpoint: (checkpoint) => void kept.push(checkpoint) })
    await learn({ onCheckpoint: (checkpoint) => void kept.push(checkpoint) })
    expect(kept.map(({ position }) => position.phase)).toEqual([0, 1])
    for (const resume of kept) expect(outcomeOf(await learn({ resume })).bytes).toBe(outcomeOf(await learn({})).bytes)
  })
})

describe('a checkpoint', () => {
  const learn = (options: FitOptions & { epochs?: number; schedule?: 'constant' | 'cosine'; hidden?: number }) =>
    vanilla({ hidden: 5, epochs: 3, batchSize: 20, schedule: 'constant', warmup: 0 }).fit(DATA, {
      seed: 3,
      runtime: runtime(),
      ...options,
    })

  test('is made every epoch and every so often, not while the one before it is being kept', async () => {
    const kept: string[] = []
    const slow = async ({ position: { epoch, seen } }: Checkpoint) => {
      kept.push(`${epoch}:${seen}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await learn({ onCheckpoint: slow, checkpointSeconds: 1e9 })
    expect(kept.at(-1)).toBe('4:0')
    kept.length = 0
    await learn({
      onCheckpoint: ({ position: { epoch, seen } }) => void kept.push(`${epoch}:${seen}`),
      checkpointSeconds: 0,
    })
    expect(kept.length).toBeGreaterThan(4)
    expect(new Set(kept).size).toBeGreaterThan(4)
  })

  test('that cannot be kept fails the fit, with what the caller threw', async () => {
    const onCheckpoint = async () => {
      throw new RangeError('no room')
    }
    await expect(learn({ onCheckpoint })).rejects.toThrow(new RangeError('no room'))
  })

  test('lets epochs be added, as if there had been as many from the beginning', async () => {
    const { checkpoint } = await leaveAfter(1e9, (options) => learn(options))
    expect(checkpoint.position).toMatchObject({ epoch: 4, step: 9, seen: 0 })
    expect(outcomeOf(await learn({ resume: checkpoint, epochs: 5 }))).toEqual(outcomeOf(await learn({ epochs: 5 })))
    expect(outcomeOf(await learn({ resume: checkpoint }))).toEqual(outcomeOf(await learn({})))
  })

  test('takes its seed along', async () => {
    const { checkpoint } = await leaveAfter(4, (options) => learn(options))
    const model = await vanilla({ hidden: 5, epochs: 3, batchSize: 20, schedule: 'constant', warmup: 0 }).fit(DATA, {
      runtime: runtime(),
      resume: checkpoint,
    })
    expect(outcomeOf(model)).toEqual(outcomeOf(await learn({})))
  })

  const others = dataset(samples(57, SHAPE).with(0, 99), { shape: SHAPE })
  test.each<[string, object, RegExp, Dataset?]>([
    ['another seed', { seed: 4 }, /^seed /],
    ['another buffer', { buffer: 10 }, /^buffer /],
    ['other data', {}, /^data /, others],
    ['validation data that was not there', { validation: TEST }, /^validation data /],
    ['another network', { hidden: 6 }, /^spec\.encoder\.0\.units /],
    ['another optimizer', { learningRate: 0.5 }, /^spec\.phases\.0\.optimizer\.learningRate /],
    ['fewer epochs than there were', { epochs: 1 }, /^spec\.phases\.0\.epochs /],
  ])('is refused by a training with %s', async (_, options, at, data = DATA) => {
    const { checkpoint } = await leaveAfter(4, (options) => learn(options))
    const again = vanilla({ hidden: 5, epochs: 3, batchSize: 20, schedule: 'constant', warmup: 0 })
    const resumed = again.fit(data, { seed: 3, runtime: runtime(), resume: checkpoint, ...options })
    await expect(resumed).rejects.toMatchObject({ code: 'E_RESUME', at: expect.stringMatching(at) })
  })

  test('is refused more epochs where the schedule depends on them, once the phase has begun', async () => {
    const { checkpoint } = await leaveAfter(1, (options) => learn({ ...options, schedule: 'cosine' }))
    const more = learn({ resume: checkpoint, schedule: 'cosine', epochs: 5 })
    await expect(more).rejects.toMatchObject({ code: 'E_RESUME', expected: expect.stringContaining('cosine') })
  })

  test('from another number of threads is taken, with a warning', async () => {
    const { checkpoint } = await leaveAfter(4, (options) => learn(options))
    const warnings: string[] = []
    const onEvent = (event: FitEvent) => void (event.type === 'warning' && warnings.push(event.message))
    const resume = { ...checkpoint, identity: { ...checkpoint.identity, threads: 7 } }
    await learn({ resume, onEvent })
    expect(warnings).toEqual([expect.stringMatching(/^threads: the checkpoint is from 7, this is 1/)])
  })
})

describe('stopping early', () => {
  /** What is validated on has nothing to do with what is trained on, so that it soon gets worse. */
  const noise = dataset(
    Uint8Array.from({ length: 20 * 16 }, (_, i) => (i * 7919) % 256),
    { shape: SHAPE },
  )
  const learn = (options: FitOptions & { epochs?: number }) =>
    vanilla({ hidden: 8, epochs: 60, batchSize: 10, schedule: 'constant', warmup: 0, learningRate: 0.1 }).fit(DATA, {
      seed: 1,
      runtime: runtime(),
      validation: noise,
      ...options,
    })

  test('ends so many epochs after the best one, and gives back its weights', async () => {
    const model = await learn({ patience: 4 })
    expect(model.training?.stopped).toBe('patience')
    const errors = model.history.map(({ validationMse }) => validationMse as number)
    const best = errors.indexOf(Math.min(...errors))
    expect(model.history).toHaveLength(best + 1 + 4)
    expect((await model.evaluate(noise)).mse).toBe(errors[best])
    const short = await learn({ epochs: best + 1 })
    expect(outcomeOf(short).bytes.length).toBeGreaterThan(0)
    expect(short.parameters).toEqual(model.parameters)
  })

  test('counts as better only what is lower by as much as is asked for', async () => {
    const lengths = []
    for (const minDelta of [0, 1]) lengths.push((await learn({ patience: 2, minDelta })).history.length)
    expect(lengths[1]).toBe(3)
    expect(lengths[0]).toBeGreaterThan(3)
  })

  test('is the same when it was left on the way', async () => {
    const whole = outcomeOf(await learn({ patience: 4 }))
    const steps = whole.history.length * 6
    for (const chunks of [3, steps - 20, steps - 1]) {
      const { checkpoint } = await leaveAfter(chunks, (options) => learn({ ...options, patience: 4 }))
      expect(outcomeOf(await learn({ resume: checkpoint, patience: 4 }))).toEqual(whole)
    }
    const { checkpoint } = await leaveAfter(1e9, (options) => learn({ ...options, patience: 4 }))
    expect(outcomeOf(await learn({ resume: checkpoint, patience: 4 }))).toEqual(whole)
  })

  test('by the clock keeps what was learned, and can be gone on from', async () => {
    const kept: Checkpoint[] = []
    const options = { maxSeconds: 0.3, epochs: 100_000, onCheckpoint: (given: Checkpoint) => void kept.push(given) }
    vi.restoreAllMocks()
    const before = performance.now()
    const model = await learn(options)
    expect(performance.now() - before).toBeLessThan(2000)
    expect(model.training?.stopped).toBe('time')
    expect(model.training?.steps).toBeGreaterThan(0)
    expect(kept.at(-1)?.position.step).toBe(model.training?.steps)
  })

  test.each([
    ['patience without validation data', { patience: 2, validation: undefined }, 'patience of fit'],
    ['half an epoch', { patience: 0.5 }, 'patience of fit'],
    ['a negative difference', { minDelta: -1 }, 'minDelta of fit'],
    ['no time at all', { maxSeconds: 0 }, 'maxSeconds of fit'],
    ['more time than timers can count', { maxSeconds: 1e7 }, 'maxSeconds of fit'],
    ['checkpoints before they are due', { checkpointSeconds: -1 }, 'checkpointSeconds of fit'],
  ])('with %s is refused', async (_, options, at) => {
    await expect(learn(options as FitOptions)).rejects.toMatchObject({ code: 'E_OPTION', at })
  })
})
