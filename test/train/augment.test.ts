import { describe, expect, test } from 'vitest'
import { parseSpec } from '../../src/compile/spec.js'
import { dataset } from '../../src/data/dataset.js'
import { rowStream } from '../../src/data/row-stream.js'
import { deep, vanilla } from '../../src/model/recipes.js'
import { type AugmentationInput, augmentationSchema } from '../../src/nn/augmentation.js'
import { augmenter } from '../../src/train/augment.js'
import type { Checkpoint } from '../../src/train/checkpoint.js'
import { useNativeRuntime } from '../native.js'
import { samples } from './streams.js'

const SHAPE = [12, 10, 1] as const
const WIDTH = 120
const MOVES = { rotation: 0.3, stretch: 0.1, shear: 0.2, shift: 1, part: 0.7 }

const alterBy = (moves: Omit<AugmentationInput, 'type'>, shape: readonly number[] = SHAPE) =>
  augmenter({ augmentation: augmentationSchema.parse({ type: 'affine', ...moves }), seed: 5, phase: 'train' }, shape)

describe('how an image is moved', () => {
  const alter = alterBy(MOVES)
  const numbers = Array.from({ length: 50 }, (_, i) => i)
  const all = samples(50, SHAPE)
  alter(all, numbers, 3)

  test('does not depend on what else is moved', () => {
    for (const number of [0, 17, 49]) {
      const one = samples(50, SHAPE).slice(number * WIDTH, (number + 1) * WIDTH)
      alter(one, [number], 3)
      expect([...one]).toEqual([...all.subarray(number * WIDTH, (number + 1) * WIDTH)])
    }
  })

  test('is new in every epoch', () => {
    const other = samples(50, SHAPE)
    alter(other, numbers, 4)
    expect([...other]).not.toEqual([...all])
  })

  test('leaves some as they are', () => {
    const many = Array.from({ length: 2000 }, (_, i) => i)
    const [before, after] = [samples(2000, SHAPE), samples(2000, SHAPE)]
    alter(after, many, 1)
    const moved = many.filter((i) =>
      before.subarray(i * WIDTH, (i + 1) * WIDTH).some((x, k) => x !== after[i * WIDTH + k]),
    )
    expect(moved.length / 2000).toBeCloseTo(0.7, 1)
  })

  // where a bright spot lies afterwards, in pixels from the middle of a 41 × 41 image, and how far that spreads
  const spread = (moves: Omit<AugmentationInput, 'type'>, at: readonly [x: number, y: number]) => {
    const shape = [41, 41, 1]
    const rows = 1500
    const spot = Float32Array.from({ length: 1681 }, (_, i) =>
      Math.exp(-(((i % 41) - 20 - at[0]) ** 2 + (Math.floor(i / 41) - 20 - at[1]) ** 2) / 4),
    )
    const values = new Float32Array(rows * 1681)
    for (let row = 0; row < rows; row++) values.set(spot, row * 1681)
    alterBy(moves, shape)(
      values,
      Array.from({ length: rows }, (_, i) => i),
      1,
    )
    const centre = (row: number, axis: (i: number) => number) => {
      let [sum, weight] = [0, 0]
      for (let i = 0; i < 1681; i++) {
        const value = values[row * 1681 + i] as number
        sum += value * (axis(i) - 20)
        weight += value
      }
      return sum / weight
    }
    const deviation = (axis: (i: number) => number) => {
      const found = Array.from({ length: rows }, (_, row) => centre(row, axis))
      const mean = found.reduce((sum, x) => sum + x, 0) / rows
      return Math.sqrt(found.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows)
    }
    return { x: deviation((i) => i % 41), y: deviation((i) => Math.floor(i / 41)) }
  }

  test.each([
    { moves: { rotation: 0.1 }, at: [10, 0], x: 0, y: 1 },
    { moves: { stretch: 0.08 }, at: [10, 5], x: 0.8, y: 0.4 },
    { moves: { shear: 0.1 }, at: [0, 10], x: 1, y: 0 },
    { moves: { shift: 1.5 }, at: [0, 0], x: 1.5, y: 1.5 },
  ] as const)('$moves is a standard deviation', ({ moves, at, x, y }) => {
    const found = spread(moves, at)
    expect(Math.abs(found.x - x), `x: ${found.x}`).toBeLessThan(0.1)
    expect(Math.abs(found.y - y), `y: ${found.y}`).toBeLessThan(0.1)
  })
})

describe.each(['moved', 'original'] as const)('training on moved images, with the %s ones wanted', (wanted) => {
  const runtime = useNativeRuntime()
  const data = dataset(samples(57, SHAPE), { shape: SHAPE, name: 'samples' })
  const streamed = rowStream({
    rows: 57,
    shape: SHAPE,
    name: 'samples',
    read: async (from, to) => data.values.slice(from * WIDTH, to * WIDTH) as Uint8Array,
  })
  const { part: moved, ...sizes } = MOVES
  const options = { hidden: 6, epochs: 3, batchSize: 10, ...sizes, moved, wanted }
  const fit = { seed: 3, buffer: 20 }
  const learn = vanilla(options)

  test('learns something else than on those that are still', async () => {
    const still = await vanilla({ hidden: 6, epochs: 3, batchSize: 10 }).fit(data, { ...fit, runtime: runtime() })
    const other = await learn.fit(data, { ...fit, runtime: runtime() })
    expect(other.parameters).not.toEqual(still.parameters)
  })

  test('makes small how far reconstructions of moved images are from them', async () => {
    const one = { ...options, epochs: 1, batchSize: 57, learningRate: 1e-9 }
    const model = await vanilla(one).fit(data, { seed: 5, runtime: runtime() })
    const moved = samples(57, SHAPE)
    const numbers = Array.from({ length: 57 }, (_, i) => i)
    alterBy({ ...sizes, part: MOVES.part })(moved, numbers, 1)
    const { data: found } = await model.reconstruct(dataset(moved, { shape: SHAPE }))
    const target = wanted === 'moved' ? moved : data.values
    const error = found.reduce((sum, y, i) => sum + (y - (target[i] as number) / 255) ** 2, 0) / found.length
    expect(model.history[0]?.loss).toBeCloseTo(error, 5)
  })

  test('a stream teaches the same, to the byte', async () => {
    const [inMemory, fromStream] = [
      await learn.fit(data, { ...fit, runtime: runtime() }),
      await learn.fit(streamed, { ...fit, runtime: runtime() }),
    ]
    expect(fromStream.parameters).toEqual(inMemory.parameters)
  })

  test('can be left and gone on with, to the same bytes', async () => {
    const whole = await learn.fit(data, { ...fit, runtime: runtime() })
    const kept: Checkpoint[] = []
    const controller = new AbortController()
    await learn.fit(data, {
      ...fit,
      runtime: runtime(),
      signal: controller.signal,
      onEvent: ({ type }) => void (type === 'epoch' && controller.abort()),
      onCheckpoint: (checkpoint) => void kept.push(structuredClone(checkpoint)),
    })
    const resume = kept.at(-1) as Checkpoint
    expect(resume.position.epoch).toBeLessThan(3)
    const resumed = await learn.fit(data, { ...fit, runtime: runtime(), resume })
    expect(resumed.parameters).toEqual(whole.parameters)
  })
})

test.each([
  ['what is no image', [120], {}, 'samples of shape [120]'],
  ['codes of other layers', [12, 10, 1], { layers: { from: 1, to: 2 } }, 'layers from 1'],
])('%s cannot be moved', (_, shape, more, found) => {
  const spec = deep({ units: [6, 3], rotation: 0.1, epochs: 1 }).spec([12, 10, 1])
  const phases = spec.phases.map((phase) => ({ ...phase, ...more }))
  expect(() => parseSpec({ ...spec, input: shape, phases })).toThrowError(
    expect.objectContaining({ code: 'E_SPEC', found }) as Error,
  )
})
