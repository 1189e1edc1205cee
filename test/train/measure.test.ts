import { describe, expect, test } from 'vitest'
import { buildNetwork, initialParameters } from '../../src/compile/network.js'
import { parseSpec } from '../../src/compile/spec.js'
import { type Dataset, dataset } from '../../src/data/dataset.js'
import type { CorruptionInput } from '../../src/nn/corruption.js'
import { encodeDataset } from '../../src/train/codes.js'
import { corrupt } from '../../src/train/corrupt.js'
import { Gauge } from '../../src/train/measure.js'
import { useNativeRuntime } from '../native.js'
import { samples, stream } from './streams.js'

const [ROWS, WIDTH, UNITS] = [1103, 6, 4]
const runtime = useNativeRuntime()

const networkOf = (output: string) =>
  buildNetwork(
    parseSpec({
      format: 'diabolo/1',
      recipe: 'sample',
      preset: 'default',
      input: [WIDTH],
      encoder: [{ type: 'dense', units: UNITS, activation: 'tanh' }],
      decoder: [{ type: 'dense', units: WIDTH }],
      output,
      phases: [{ kind: 'descend', epochs: 1, batchSize: 1, optimizer: { name: 'adam' }, loss: { type: 'mse' } }],
    }),
  )

/** More rows than one run takes, and another scale than bytes have. */
const input = dataset(samples(ROWS, [WIDTH]), { shape: [WIDTH] })
const target = dataset(
  Float32Array.from(stream(9, ROWS * WIDTH), (h) => h / 2 ** 31),
  { shape: [WIDTH], scale: 0.5 },
)
const parameters = initialParameters(networkOf('sigmoid'), 2)
const at = (name: string, i: number) => parameters[name]?.data[i] as number
const value = (data: Dataset, i: number) => (data.values[i] as number) * data.scale

const codeOf = (data: Dataset, row: number) =>
  Array.from({ length: UNITS }, (_, k) => {
    let sum = at('encoder.0.bias', k)
    for (let i = 0; i < WIDTH; i++) sum += value(data, row * WIDTH + i) * at('encoder.0.weight', i * UNITS + k)
    return Math.tanh(sum)
  })

/** Mean over all values of what `of` makes of logit and target, in plain loops. */
function meanOver(of: (logit: number, wanted: number) => number): number {
  let sum = 0
  for (let row = 0; row < ROWS; row++) {
    const code = codeOf(input, row)
    for (let i = 0; i < WIDTH; i++) {
      const logit = code.reduce((z, c, k) => z + c * at('decoder.0.weight', k * WIDTH + i), at('decoder.0.bias', i))
      sum += of(logit, value(target, row * WIDTH + i))
    }
  }
  return sum / ROWS / WIDTH
}

const σ = (z: number) => 1 / (1 + Math.exp(-z))

describe('a gauge', () => {
  test('measures squared error and cross-entropy of a model that ends in a sigmoid', async () => {
    const gauge = await Gauge.open(runtime(), networkOf('sigmoid'), parameters, { input, target })
    const { mse, crossEntropy } = await gauge.measure()
    await gauge.close()
    expect(mse).toBeCloseTo(
      meanOver((z, x) => (σ(z) - x) ** 2),
      6,
    )
    expect(crossEntropy).toBeCloseTo(
      meanOver((z, x) => -x * Math.log(σ(z)) - (1 - x) * Math.log(1 - σ(z))),
      6,
    )
  })

  test('measures squared error alone of any other model', async () => {
    const gauge = await Gauge.open(runtime(), networkOf('linear'), parameters, { input, target })
    const measured = await gauge.measure()
    await gauge.close()
    expect(Object.keys(measured)).toEqual(['mse'])
    expect(measured.mse).toBeCloseTo(
      meanOver((z, x) => (z - x) ** 2),
      5,
    )
  })

  test('gives the same for parameters that are fed as for those that are written in', async () => {
    const [written, fed] = [
      await Gauge.open(runtime(), networkOf('sigmoid'), parameters, { input, target }),
      await Gauge.open(runtime(), networkOf('sigmoid'), 'fed', { input, target }),
    ]
    expect(await fed.measure(parameters)).toEqual(await written.measure())
    await Promise.all([written.close(), fed.close()])
  })
})

test('the codes of a data set are those of plain loops, row by row, with its labels', async () => {
  const labels = Uint8Array.from({ length: ROWS }, (_, i) => i % 10)
  const codes = await encodeDataset(runtime(), networkOf('sigmoid'), parameters, { ...input, labels }, 1)
  expect(codes).toMatchObject({ rows: ROWS, shape: [UNITS], dtype: 'float32', scale: 1, labels })
  for (const row of [0, 999, 1000, ROWS - 1]) {
    const own = Array.from(codes.values.subarray(row * UNITS, (row + 1) * UNITS))
    expect(own).toEqual(codeOf(input, row).map((x) => expect.closeTo(x, 5)))
  }
})

describe('corrupted samples', () => {
  const mask = { type: 'masking', part: 0.4 } as const

  test("are in the model's units, and the originals stay as they are", () => {
    const before = input.values.slice()
    const noisy = corrupt(input, mask, { seed: 3 })
    expect(noisy).toMatchObject({ rows: ROWS, dtype: 'float32', scale: 1, shape: [WIDTH] })
    expect(input.values).toEqual(before)
    const kept = Array.from(noisy.values, (x, i) => [x, value(input, i)] as const).filter(([x]) => x !== 0)
    expect(kept.length / noisy.values.length).toBeCloseTo(0.6, 1)
    for (const [x, original] of kept.slice(0, 50)) expect(x).toBe(Math.fround(original))
  })

  test('differ by seed and stream, and are the same for the same', () => {
    const of = (options: object) => corrupt(input, mask, options).values
    expect(of({ seed: 3 })).toEqual(of({ seed: 3, epoch: 5 }))
    expect(of({ seed: 4 })).not.toEqual(of({ seed: 3 }))
    expect(of({ seed: 3, stream: 'train' })).not.toEqual(of({ seed: 3 }))
  })

  test.each<[string, object, string]>([
    ['an unknown kind', { type: 'pepper', part: 0.1 }, 'corruption.type'],
    ['too much of it', { type: 'masking', part: 1 }, 'corruption.part'],
    ['a field that is missing', { type: 'gaussian' }, 'corruption.sigma'],
    ["another kind's field", { type: 'gaussian', sigma: 0.1, part: 0.1 }, 'corruption'],
  ])('%s is refused', (_, corruption, at) => {
    expect(() => corrupt(input, corruption as CorruptionInput)).toThrow(
      expect.objectContaining({ name: 'DiaboloError', code: 'E_OPTION', at, found: JSON.stringify(corruption) }),
    )
  })
})
