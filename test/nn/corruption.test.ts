import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64, Value } from '../../src/graph/types.js'
import {
  type CorruptionInput,
  type CorruptionSpec,
  corruptionSchema,
  corruptValues,
  emitCorruption,
  noiseBank,
  noiseRows,
} from '../../src/nn/corruption.js'
import { Draw, float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { runGraph, useNativeRuntime } from '../native.js'

const [ROWS, WIDTH] = [40, 12]
const NOISE = { seed: 3, epoch: 1, stream: 'train' } as const

const KINDS: Readonly<Record<string, CorruptionInput>> = {
  gaussian: { type: 'gaussian', sigma: 0.4 },
  unclipped: { type: 'gaussian', sigma: 0.4, clip: false },
  masking: { type: 'masking', part: 0.35 },
  saltAndPepper: { type: 'saltAndPepper', part: 0.3 },
  mix: { type: 'mix', amount: 0.7 },
  swap: { type: 'swap', part: 0.35 },
}
const kinds = Object.entries(KINDS).map(([name, input]) => [name, corruptionSchema.parse(input)] as const)
const anyKind = fc.constantFrom(...kinds.map(([, spec]) => spec))
/** Swapping takes the values of another sample, so that its outcome depends on that one too. */
const ofItself = anyKind.filter(({ type }) => type !== 'swap')
const anySeed = fc.integer({ min: 0, max: 1000 })

const runtime = useNativeRuntime()
const clean = new Draw('clean').within(0, 1, ROWS, WIDTH)

function corrupted(spec: CorruptionSpec, values: ArrayLike<number>, width = WIDTH, noise: object = {}): Float32Array {
  const copy = Float32Array.from(values)
  corruptValues(spec, copy, width, { ...NOISE, ...noise })
  return copy
}

/** The corruption as a graph, and for each sample the rows of the bank that the trainer would feed. */
function graphOf(spec: CorruptionSpec, x: Array64) {
  const builder = new GraphBuilder()
  const [a, b, c] = ['x', 'first', 'second'].map((name) => builder.input(name, { dtype: 'float32', shape: x.shape }))
  if (!a || !b || !c) throw new Error('three inputs')
  const bank = noiseBank(spec, WIDTH, NOISE.seed, NOISE.stream)
  const picked = (which: 0 | 1) => {
    const rows = Array.from({ length: ROWS }, (_, i) => noiseRows(spec, NOISE.seed, NOISE.epoch, i)[which])
    return float32(
      x.shape,
      rows.flatMap((row) => Array.from(bank.subarray(row * WIDTH, (row + 1) * WIDTH))),
    )
  }
  return { graph: builder.build({ y: emitCorruption(spec, a, b, c) }), feeds: [x, picked(0), picked(1)] }
}

describe.each(kinds)('%s', (_, kind) => {
  const spec = { ...kind, spare: 0.25 }

  test('is the same on the host, by definition and in ONNX Runtime', async () => {
    const { graph, feeds } = graphOf(spec, clean)
    const host = corrupted(spec, clean.data)
    const [defined] = interpret(graph, feeds)
    const [ran] = await runGraph(runtime(), graph, feeds)
    expect(relativeError(defined?.data ?? [], host)).toBeLessThan(1e-6)
    expect(relativeError(ran?.data ?? [], host)).toBeLessThan(1e-6)
    expect(relativeError(host, clean.data)).toBeGreaterThan(0.1)
  })

  test('leaves about the part that is spared as it is, each epoch another', () => {
    const cleanRows = (epoch: number) => {
      const x = Float32Array.from(new Draw('spared').within(0.2, 0.8, 400, WIDTH).data)
      const y = corrupted(spec, x, WIDTH, { epoch })
      return Array.from({ length: 400 }, (_, r) => r).filter((r) =>
        y
          .subarray(r * WIDTH, (r + 1) * WIDTH)
          .every((value, i) => Math.abs(value - (x[r * WIDTH + i] as number)) < 1e-6),
      )
    }
    const [one, two] = [cleanRows(1), cleanRows(2)]
    // 4 σ of 400 throws with a chance of a quarter
    expect(Math.abs(one.length - 100)).toBeLessThan(4 * Math.sqrt(400 * 0.25 * 0.75))
    expect(one).not.toEqual(two)
  })

  test('spares all samples when told so, exactly or to the last bit', () => {
    expect(relativeError(corrupted({ ...kind, spare: 1 }, clean.data), clean.data)).toBeLessThan(2e-7)
  })
})

test('masking that spares a sample spares it however strong it is', () => {
  const spec = corruptionSchema.parse({ type: 'masking', part: 0.99999, spare: 1 })
  expect(corrupted(spec, clean.data)).toEqual(Float32Array.from(clean.data))
})

test('a threshold is the same float32 on the host as in the graph', async () => {
  // the float32 next to 0.3 is above 0.3, but not above itself
  const builder = new GraphBuilder()
  const [x, a, b] = ['x', 'a', 'b'].map((name) => builder.input(name, { dtype: 'float32', shape: [1, 1] }))
  if (!x || !a || !b) throw new Error('three inputs')
  const spec = corruptionSchema.parse({ type: 'masking', part: 0.3 })
  const graph = builder.build({ y: emitCorruption(spec, x, a, b) })
  const feeds = [1, 0.3, 0].map((value) => float32([1, 1], [value]))
  const [ran] = await runGraph(runtime(), graph, feeds)
  expect(interpret(graph, feeds)[0]?.data[0]).toBe(0)
  expect(ran?.data[0]).toBe(0)
})

describe('what it does to many samples', () => {
  const [rows, width] = [1500, 60]
  const count = rows * width
  const apply = (name: string, value: number) =>
    corrupted(
      corruptionSchema.parse(KINDS[name]),
      Array.from({ length: count }, () => value),
      width,
    )
  const meanOf = (values: Float32Array) => values.reduce((sum, x) => sum + x, 0) / values.length
  const momentsOf = (values: Float32Array) => {
    const mean = meanOf(values)
    return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length }
  }
  const share = (values: Float32Array, wanted: number) => values.filter((x) => x === wanted).length / count
  /** Six σ: numbers of a bank are used more than once, so the sum varies more than that of as many draws. */
  const within = (actual: number, expected: number, deviation: number) =>
    expect(Math.abs(actual - expected)).toBeLessThan((6 * deviation) / Math.sqrt(count))

  test('gaussian: mean 0, variance σ²', () => {
    const { mean, variance } = momentsOf(apply('unclipped', 0.5))
    within(mean, 0.5, 0.4)
    within(variance, 0.16, 0.16 * Math.SQRT2)
  })

  test('gaussian, clipped: within 0 and 1, both ends as often as the normal distribution has it', () => {
    const values = apply('gaussian', 0.5)
    expect(Math.min(...values.subarray(0, 9000))).toBe(0)
    expect(Math.max(...values.subarray(0, 9000))).toBe(1)
    // Φ(−0.5 / 0.4)
    within(share(values, 0), 0.10565, 0.31)
    within(share(values, 1), 0.10565, 0.31)
  })

  test('masking: so large a part is 0, the rest untouched', () => {
    const values = apply('masking', 0.5)
    within(share(values, 0), 0.35, 0.48)
    expect(share(values, 0) + share(values, 0.5)).toBeCloseTo(1, 12)
  })

  test('salt and pepper: half of the part 0, half of it 1', () => {
    const values = apply('saltAndPepper', 0.5)
    within(share(values, 0), 0.15, 0.36)
    within(share(values, 1), 0.15, 0.36)
    expect(share(values, 0) + share(values, 0.5) + share(values, 1)).toBeCloseTo(1, 12)
  })

  test('mix: from 1 − amount to 1 + amount times the value, uniformly', () => {
    const values = apply('mix', 0.5)
    const { mean, variance } = momentsOf(values)
    const deviation = 0.35 / Math.sqrt(3)
    within(mean, 0.5, deviation)
    within(variance, deviation ** 2, deviation ** 2 * Math.sqrt(4 / 5))
    expect(values.every((x) => x >= 0.15 - 1e-6 && x <= 0.85 + 1e-6)).toBe(true)
  })

  test('values of one sample do not go together, nor do samples', () => {
    const values = apply('unclipped', 0.5)
    const product = (apart: number) =>
      values.subarray(apart).reduce((sum, x, i) => sum + (x - 0.5) * ((values[i] as number) - 0.5), 0) / count
    within(product(1), 0, 0.16)
    within(product(width), 0, 0.16)
  })
})

describe('which noise a sample gets', () => {
  test('depends on seed, epoch and sample only, not on how many others there are', () => {
    fc.assert(
      fc.property(ofItself, anySeed, fc.integer({ min: 1, max: 20 }), (spec, seed, n) => {
        const few = corrupted(spec, clean.data.subarray(0, n * WIDTH), WIDTH, { seed })
        expect(corrupted(spec, clean.data, WIDTH, { seed }).subarray(0, n * WIDTH)).toEqual(few)
        expect(corrupted(spec, clean.data, WIDTH, { seed: seed + 1 }).subarray(0, n * WIDTH)).not.toEqual(few)
      }),
      { seed: 1, numRuns: 20 },
    )
  })

  test('is kept from epoch to epoch, or drawn anew', () => {
    fc.assert(
      fc.property(anyKind, anySeed, fc.integer({ min: 2, max: 1e6 }), (spec, seed, epoch) => {
        const at = (fresh: boolean, when: number) =>
          corrupted({ ...spec, fresh }, clean.data, WIDTH, { seed, epoch: when })
        expect(at(false, epoch)).toEqual(at(false, 1))
        expect(at(true, epoch)).not.toEqual(at(true, 1))
        expect(at(true, epoch)).toEqual(at(true, epoch))
      }),
      { seed: 1, numRuns: 15 },
    )
  })

  test('is another for testing than for training', () => {
    fc.assert(
      fc.property(anyKind, anySeed, (spec, seed) => {
        const [train, proof] = (['train', 'test'] as const).map((stream) => noiseBank(spec, 4, seed, stream))
        const shared = train?.subarray(0, -4).filter((x) => proof?.subarray(0, -4).includes(x)).length ?? 0
        expect(shared).toBeLessThan(10)
      }),
      { seed: 1, numRuns: 5 },
    )
  })

  test('takes any two rows of the bank, each about as often', () => {
    const spec = corruptionSchema.parse({ type: 'masking', part: 0.5, fresh: true })
    const rows = Array.from({ length: 20_000 }, (_, i) => noiseRows(spec, 1, 1 + (i % 7), i)).flat()
    expect(Math.min(...rows)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...rows)).toBeLessThan(2048)
    expect(new Set(rows).size).toBe(2048)
    expect(rows.reduce((sum, row) => sum + row, 0) / rows.length).toBeCloseTo(1023.5, -1.2)
  })
})

test.each([
  [{ type: 'gaussian', sigma: -1 }],
  [{ type: 'gaussian' }],
  [{ type: 'masking', part: 1 }],
  [{ type: 'masking', part: 0.3, spare: 1.1 }],
  [{ type: 'mix', part: 0.3 }],
  [{ type: 'blur' }],
])('%j is not a corruption', (spec) => expect(corruptionSchema.safeParse(spec).success).toBe(false))

describe('swapping', () => {
  const spec = corruptionSchema.parse({ type: 'swap', part: 0.3 })

  test('puts values of the next sample, and for the last one of the first, in so many places', () => {
    const x = Float32Array.from({ length: 500 * WIDTH }, (_, i) => i)
    const y = corrupted(spec, x)
    let swapped = 0
    y.forEach((value, i) => {
      if (value === x[i]) return
      swapped++
      expect(value).toBe(x[(i + WIDTH) % x.length])
    })
    expect(Math.abs(swapped / x.length - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / x.length))
  })

  test('leaves a sample alone that is alone', () => {
    const builder = new GraphBuilder()
    const [x, a, b] = ['x', 'a', 'b'].map((name) => builder.input(name, { dtype: 'float32', shape: [1, 2] }))
    const graph = builder.build({ y: emitCorruption(spec, x as Value, a as Value, b as Value) })
    const feeds = [float32([1, 2], [3, 4]), float32([1, 2], [0, 0]), float32([1, 2], [0, 0])]
    expect(Array.from(interpret(graph, feeds)[0]?.data ?? [])).toEqual([3, 4])
  })
})

describe('noise on the columns of a table', () => {
  const columns = [
    { from: 0, to: 1, kind: 'number', weight: 1 },
    { from: 1, to: 4, kind: 'softmax', weight: 1 },
    { from: 4, to: 5, kind: 'number', weight: 1 },
  ] as const
  // the sixth value is an indicator
  const x = () => Float32Array.from({ length: 300 * 6 }, (_, i) => i + 1)
  const rowsOf = (values: Float32Array) =>
    Array.from({ length: 300 }, (_, row) => values.subarray(row * 6, row * 6 + 6))

  test.each(['masking', 'swap'] as const)('%s takes a column whole, and leaves indicators', (type) => {
    const y = x()
    corruptValues(corruptionSchema.parse({ type, part: 0.4 }), y, 6, { ...NOISE, columns })
    const rows = rowsOf(y)
    const changed = rows.map((row, r) => Array.from(row, (value, i) => value !== r * 6 + i + 1))
    for (const [, first, second, third, , indicator] of changed) {
      expect([second, third, indicator]).toEqual([first, first, false])
    }
    const part = changed.filter(([, category]) => category).length / 300
    expect(Math.abs(part - 0.4)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 300))
  })

  test('gaussian is on numbers only', () => {
    const y = x()
    corruptValues(corruptionSchema.parse({ type: 'gaussian', sigma: 1, clip: false }), y, 6, { ...NOISE, columns })
    rowsOf(y).forEach((row, r) => {
      const same = Array.from(row, (value, i) => value === r * 6 + i + 1)
      expect(same).toEqual([false, true, true, true, false, true])
    })
  })

  test('what is missing stays missing', () => {
    const y = x().fill(Number.NaN)
    corruptValues(corruptionSchema.parse({ type: 'gaussian', sigma: 1, clip: false }), y, 6, { ...NOISE, columns })
    expect(y.every(Number.isNaN)).toBe(true)
  })
})
