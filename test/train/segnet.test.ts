import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/base/tensor.js'
import { lower } from '../../src/compile/lowering/index.js'
import { classMapsOf, type Dataset, dataset, slice } from '../../src/data/dataset.js'
import { rowStream } from '../../src/data/row-stream.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import { convolutional, segnet } from '../../src/model/recipes.js'
import { compareClassMaps } from '../../src/model/segmentation.js'
import { maxPool, maxUnpool } from '../../src/ops/index.js'
import type { Runtime } from '../../src/runtime/types.js'
import type { Checkpoint } from '../../src/train/checkpoint.js'
import { float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'
import golden from '../golden/segnet.json' with { type: 'json' }
import { runGraph, useNativeRuntime } from '../native.js'
import { samples } from './streams.js'

const runtime = useNativeRuntime()

/** The golden file's samples; the class of a pixel is a quarter of the range of bytes in which its first channel lies. */
function data(input: readonly number[], rows = golden.rows): Dataset {
  const values = samples(rows, input)
  const channels = input[2] ?? 1
  const classMaps = Uint8Array.from({ length: values.length / channels }, (_, i) => (values[i * channels] ?? 0) >> 6)
  return dataset(values, { shape: input, classMaps, classes: ['a', 'b', 'c', 'd'] })
}

describe('max-unpooling is that of PyTorch, ties and all', () => {
  test.each(golden.unpoolings.map((each) => [JSON.stringify(each.shape), each] as const))('%s', async (_, each) => {
    const { shape, window, x, values, out } = each
    const [n = 1, c = 1, h = 1, w = 1] = shape
    const pooled = [n, c, Math.floor(h / window), Math.floor(w / window)]
    for (const batch of [n, 'batch']) {
      const builder = new GraphBuilder()
      const images = builder.input('x', { dtype: 'float32', shape: [batch, c, h, w] })
      const put = builder.input('values', { dtype: 'float32', shape: [batch, ...pooled.slice(1)] })
      const options = { kernel: [window, window] }
      const graph = builder.build({ out: maxUnpool(images, maxPool(images, options), put, options) })
      const feeds = [float32(shape, x), float32(pooled, values)]
      expect(Array.from(interpret(graph, feeds)[0]?.data ?? [])).toEqual(out)
      const [ran] = await runGraph(runtime(), lower(graph), feeds)
      expect(Array.from(ran?.data ?? [])).toEqual(out)
    }
  })
})

/** The same runtime, which notes the loss of every step that is taken on it. */
function listening(inner: Runtime, losses: number[]): Runtime {
  return {
    info: inner.info,
    put: (tensor) => inner.put(tensor),
    get: (resident) => inner.get(resident),
    release: (residents) => inner.release(residents),
    eigen: (matrix) => inner.eigen(matrix),
    close: () => inner.close(),
    async open(model) {
      const session = await inner.open(model)
      return {
        sweep: session.sweep,
        close: () => session.close(),
        async run(feeds, keep) {
          const result = await session.run(feeds, keep)
          losses.push(...((result.fetched.losses as Tensor<'float32'> | undefined)?.data ?? []))
          return result
        },
      }
    },
  }
}

const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0))

type Options = Parameters<typeof segnet>[0]

describe('every step of a fit is that of PyTorch', () => {
  test.each(golden.cases.map((each) => [each.note, each] as const))('%s', async (_, each) => {
    const { input, options, losses: wanted, norms, right } = each
    const own = data(input)
    const losses: number[] = []
    const model = await segnet(options as Options).fit(own, {
      seed: golden.seed,
      runtime: listening(runtime(), losses),
    })
    expect(losses).toHaveLength(wanted.length)
    wanted.forEach((loss, step) => {
      expect(relativeError([losses[step] as number], [loss]), `step ${step}`).toBeLessThan(1e-5)
    })
    expect(wanted.at(-1)).toBeLessThan(0.95 * (wanted[0] as number))
    expect(Object.keys(model.parameters).sort()).toEqual(Object.keys(norms))
    for (const [name, length] of Object.entries(norms))
      expect(relativeError([norm(model.parameters[name]?.data ?? [])], [length]), name).toBeLessThan(1e-4)

    const { segmentation, rows, crossEntropy } = await model.evaluate(own)
    const pixels = own.classMaps?.length ?? 0
    expect(rows).toBe(golden.rows)
    // a pixel on the fence may fall on either side of it
    expect(Math.abs((segmentation?.pixelAccuracy ?? 0) * pixels - right)).toBeLessThan(3)
    expect(crossEntropy).toBeLessThan(wanted[0] as number)
    const maps = await model.segment(own)
    expect(maps.shape).toEqual([golden.rows, ...input.slice(0, 2)])
    expect(segmentation).toEqual(compareClassMaps(maps.data, own.classMaps ?? [], golden.classes))
    const { shape, data: probabilities } = await model.reconstruct(own)
    expect(shape).toEqual([golden.rows, ...input.slice(0, 2), golden.classes])
    const first = probabilities.subarray(0, golden.classes)
    expect(first.reduce((sum, p) => sum + p)).toBeCloseTo(1, 5)
    expect(maps.data[0]).toBe(first.indexOf(Math.max(...first)))
  })
})

const SMALL: Options = { filters: [3, 4], classes: 4, epochs: 2, batchSize: 12, learningRate: 0.01 }
const fit = { seed: 1 }

test('what was left is gone on with to the same bytes, on the same class maps', async () => {
  const own = data([6, 6, 1])
  const steady = { ...SMALL, schedule: 'constant', warmup: 0 } as const
  const whole = await segnet(steady).fit(own, { ...fit, runtime: runtime() })
  const kept: Checkpoint[] = []
  await segnet({ ...steady, epochs: 1 }).fit(own, {
    ...fit,
    runtime: runtime(),
    onCheckpoint: async (checkpoint) => {
      kept.push(checkpoint)
    },
  })
  const resume = kept.at(-1) as Checkpoint
  const resumed = await segnet(steady).fit(own, { resume, runtime: runtime() })
  expect(resumed.parameters).toEqual(whole.parameters)
  const others = { ...own, classMaps: (own.classMaps as Uint8Array).map((label) => 3 - label) }
  await expect(segnet(steady).fit(others, { resume, runtime: runtime() })).rejects.toThrow(
    expect.objectContaining({ code: 'E_RESUME', at: expect.stringContaining('data') }),
  )
})

test('validation is measured on class maps, and slices and picks keep them', async () => {
  const own = data([6, 6, 1])
  const { history } = await segnet(SMALL).fit(slice(own, 12, 48), {
    ...fit,
    validation: slice(own, 0, 12),
    runtime: runtime(),
  })
  expect(history.map(({ validationMse }) => validationMse)).toEqual([expect.any(Number), expect.any(Number)])
  expect(classMapsOf(slice(own, 1, 3))?.values).toEqual(own.classMaps?.subarray(36, 108))
})

describe('what cannot be, with what to do', () => {
  const own = data([6, 6, 1])
  const plain = dataset(samples(48, [6, 6, 1]), { shape: [6, 6, 1] })
  const fitted = () => segnet({ ...SMALL, epochs: 1 }).fit(own, { ...fit, runtime: runtime() })

  test.each<[string, () => Promise<unknown>, object]>([
    [
      'samples without class maps',
      () => segnet(SMALL).fit(plain, { ...fit, runtime: runtime() }),
      { code: 'E_DATA', hint: expect.stringContaining('--data scenes') },
    ],
    [
      'a stream',
      () =>
        segnet(SMALL).fit(
          rowStream({ rows: 48, shape: [6, 6, 1], read: async (from, to) => new Uint8Array(36 * (to - from)) }),
          { ...fit, runtime: runtime() },
        ),
      { code: 'E_DATA', found: 'samples without class maps' },
    ],
    [
      'a class too many',
      () => segnet({ ...SMALL, classes: 3 }).fit(own, { ...fit, runtime: runtime() }),
      { code: 'E_DATA', found: '3', at: expect.stringContaining('row') },
    ],
    [
      'codes to decode',
      async () => {
        const model = await fitted()
        return model.decode(await model.encode(own))
      },
      { code: 'E_SPEC', hint: expect.stringContaining('give samples') },
    ],
    ['a score', async () => (await fitted()).score(own), { code: 'E_SPEC', hint: expect.stringContaining('segment') }],
    ['an evaluation without truth', async () => (await fitted()).evaluate(plain), { code: 'E_DATA' }],
    [
      'class maps of a model that gives samples back',
      async () => {
        const model = await convolutional({ filters: [2], epochs: 1, batchSize: 12 }).fit(plain, {
          ...fit,
          runtime: runtime(),
        })
        return model.segment(plain)
      },
      { code: 'E_SPEC', hint: expect.stringContaining('segnet') },
    ],
  ])('%s', async (_, attempt, details) => {
    await expect(attempt()).rejects.toThrow(expect.objectContaining(details))
  })

  test('a decoder that repeats pixels can be used by itself', async () => {
    const model = await segnet({ ...SMALL, epochs: 1, unpool: 'resize' }).fit(own, { ...fit, runtime: runtime() })
    const { data: decoded } = await model.decode(await model.encode(own))
    expect(relativeError(decoded, (await model.reconstruct(own)).data)).toBeLessThan(1e-5)
  })
})
