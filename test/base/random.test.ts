import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { permutation, type Rng, rng } from '../../src/base/random.js'

const COUNT = 100_000

const draws = (count: number, draw: () => number) => Float64Array.from({ length: count }, draw)

function moments(values: Float64Array) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const central = (power: number) => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / values.length
  const variance = central(2)
  return { mean, variance, skew: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 }
}

/** Pearson's χ² of counts that should be equal, in standard deviations from what chance gives. */
function unevenness(counts: ArrayLike<number>): number {
  const list = Array.from(counts)
  const expected = list.reduce((sum, count) => sum + count, 0) / list.length
  const chi = list.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  return (chi - (list.length - 1)) / Math.sqrt(2 * (list.length - 1))
}

function histogram(values: Float64Array, bins: number): Float64Array {
  const counts = new Float64Array(bins)
  for (const value of values) counts[Math.floor(value)] = (counts[Math.floor(value)] ?? 0) + 1
  return counts
}

function correlation(a: Float64Array, b: Float64Array): number {
  const [ma, mb] = [moments(a), moments(b)]
  const covariance = a.reduce((sum, x, i) => sum + (x - ma.mean) * ((b[i] as number) - mb.mean), 0) / a.length
  return covariance / Math.sqrt(ma.variance * mb.variance)
}

/** Four and a half standard deviations of a correlation of nothing with nothing. */
const chance = (count: number) => 4.5 / Math.sqrt(count)

describe('the first numbers never change: every model ever trained depends on them', () => {
  test.each<[string, Rng, number[]]>([
    ['a seed', rng(1), [2886626160, 4227801656, 282559138, 287684134]],
    ['a seed and names', rng(1, 'init', 'encoder.0.weight'), [2788061052, 670384191]],
    ['a negative seed', rng(-3, 'order', 2), [2921789134, 4099430687]],
    ['a large seed', rng(2 ** 40 + 5, 7), [3435154801, 3736138388]],
  ])('%s', (_, random, first) => expect(first.map(() => random.uint32())).toEqual(first))

  test('of every kind of draw', () => {
    const random = rng(1, 'init', 'encoder.0.weight')
    for (let i = 0; i < 2; i++) random.uint32()
    expect(random.uniform()).toBe(0.6968940896913409)
    // sine and logarithm may be rounded differently elsewhere
    expect(random.normal()).toBeCloseTo(0.729883826513457, 14)
    expect(random.normal()).toBeCloseTo(0.5558215562752287, 14)
    expect([random.int(10), random.int(784)]).toEqual([6, 498])
  })

  test('of an order', () => {
    expect(Array.from(permutation(12, rng(0, 'order', 'train', 1)))).toEqual([9, 8, 11, 2, 6, 10, 5, 7, 4, 0, 1, 3])
  })
})

describe('uniform numbers', () => {
  const values = draws(COUNT, rng(1, 'uniform').uniform)

  test('lie in [0, 1)', () => {
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true)
  })

  test('have the moments of the uniform distribution', () => {
    const { mean, variance } = moments(values)
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / COUNT))
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / COUNT))
  })

  test('fall into equal parts equally often, alone and in pairs', () => {
    expect(
      Math.abs(
        unevenness(
          histogram(
            values.map((x) => 1000 * x),
            1000,
          ),
        ),
      ),
    ).toBeLessThan(4)
    const pairs = values.subarray(1).map((x, i) => 32 * Math.floor(32 * x) + Math.floor(32 * (values[i] as number)))
    expect(Math.abs(unevenness(histogram(pairs, 1024)))).toBeLessThan(4)
  })

  test('set each of the 32 bits half of the time', () => {
    const { uint32 } = rng(1, 'bits')
    const counts = new Float64Array(32)
    for (let i = 0; i < COUNT; i++) {
      const word = uint32()
      for (let bit = 0; bit < 32; bit++) counts[bit] = (counts[bit] as number) + ((word >>> bit) & 1)
    }
    for (const count of counts) expect(Math.abs(count - COUNT / 2)).toBeLessThan(5 * Math.sqrt(COUNT / 4))
  })

  test('do not follow from those before', () => {
    for (const lag of [1, 2, 3, 7]) {
      expect(Math.abs(correlation(values.subarray(lag), values.subarray(0, -lag)))).toBeLessThan(chance(COUNT))
    }
  })
})

describe('normal numbers', () => {
  const values = draws(COUNT, rng(1, 'normal').normal)

  test('have the moments of the normal distribution', () => {
    const { mean, variance, skew, kurtosis } = moments(values)
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(COUNT))
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / COUNT))
    expect(Math.abs(skew)).toBeLessThan(4 * Math.sqrt(6 / COUNT))
    expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24 / COUNT))
  })

  test('are finite, and as often beyond 1, 2 and 3 as they should be', () => {
    expect(values.every(Number.isFinite)).toBe(true)
    for (const [bound, share] of [
      [1, 0.317311],
      [2, 0.0455],
      [3, 0.0027],
    ] as const) {
      const beyond = values.filter((x) => Math.abs(x) > bound).length
      expect(Math.abs(beyond - share * COUNT)).toBeLessThan(4 * Math.sqrt(share * COUNT))
    }
  })

  test('both halves of a pair are independent', () => {
    const first = values.filter((_, i) => i % 2 === 0)
    const second = values.filter((_, i) => i % 2 === 1)
    expect(Math.abs(correlation(first, second))).toBeLessThan(chance(COUNT / 2))
    expect(Math.abs(correlation(first.map(Math.abs), second.map(Math.abs)))).toBeLessThan(chance(COUNT / 2))
  })
})

describe('whole numbers', () => {
  const { int } = rng(1, 'int')

  test.each([1, 2, 3, 7, 10, 100, 784, 1000])('below %i come equally often', (below) => {
    const counts = histogram(
      draws(COUNT, () => int(below)),
      below,
    )
    expect(counts).toHaveLength(below)
    if (below > 1) expect(Math.abs(unevenness(counts))).toBeLessThan(4)
  })

  test('below 3·2³⁰: as 2³² is no multiple of it, a third of them would come twice as often if none were rejected', () => {
    const { int } = rng(1, 'large')
    const remainders = histogram(
      draws(30_000, () => int(3 * 2 ** 30) % 3),
      3,
    )
    expect(Math.abs(unevenness(remainders))).toBeLessThan(4)
  })

  test('are whole and below, whatever the bound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.integer(), (below, seed) => {
        const value = rng(seed).int(below)
        expect(Number.isInteger(value) && value >= 0 && value < below).toBe(true)
      }),
      { seed: 1, numRuns: 1000 },
    )
  })
})

describe('keys', () => {
  const keys: readonly (readonly (number | string)[])[] = [
    [1],
    [2],
    [1, 'a'],
    [1, 'b'],
    [1, 'a', 'b'],
    [1, 'ab'],
    [1, 'a', 1],
    [1, 'a', 2],
    [1, 2],
    [1, 2, 0],
    [1, ''],
    [1, 0],
    [-1],
    [2 ** 32 + 1],
    [1, 'order', 'train', 1],
    [1, 'order', 'train', 11],
    [1, 'order', 'train1', 1],
  ]
  const streams = keys.map(([seed = 0, ...path]) => draws(20_000, rng(Number(seed), ...path).uniform))

  test('the same give the same numbers, in whatever order they are asked for', () => {
    const [a, b] = [rng(5, 'x', 1), rng(5, 'x', 2)]
    const mixed = [a.uint32(), b.uint32(), a.uint32(), b.uint32()]
    const [c, d] = [rng(5, 'x', 1), rng(5, 'x', 2)]
    const [c0, c1, d0, d1] = [c.uint32(), c.uint32(), d.uint32(), d.uint32()]
    expect(mixed).toEqual([c0, d0, c1, d1])
  })

  test('that differ give streams that have nothing to do with each other', () => {
    streams.forEach((a, i) => {
      for (const b of streams.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(chance(a.length))
    })
  })

  test('that are neighbours start anywhere', () => {
    const starts = draws(COUNT, () => 0).map((_, i) => 1000 * rng(1, 'order', i).uniform())
    expect(Math.abs(unevenness(histogram(starts, 1000)))).toBeLessThan(4)
    expect(Math.abs(correlation(starts.subarray(1), starts.subarray(0, -1)))).toBeLessThan(chance(COUNT))
  })
})

describe('permutations', () => {
  test('hold each number once', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.integer(), (length, seed) => {
        const order = permutation(length, rng(seed))
        expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i))
      }),
      { seed: 1 },
    )
  })

  test('all come equally often', () => {
    const random = rng(1, 'permutations')
    const counts = new Map<string, number>()
    for (let i = 0; i < 48_000; i++) {
      const key = permutation(4, random).join('')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    expect(Math.abs(unevenness([...counts.values()]))).toBeLessThan(4)
  })
})
