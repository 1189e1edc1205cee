import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { adjustedRand, mutualInformation, purity } from '../../src/codes/agreement.js'
import { kMeans } from '../../src/codes/k-means.js'
import { nearestNeighbours, vote } from '../../src/codes/neighbours.js'
import { assignmentGraph, distanceGraph } from '../../src/compile/distances.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64 } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import { Draw } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { runGraph, useNativeRuntime } from '../native.js'

const native = useNativeRuntime()

interface Clusters {
  readonly centres: number[]
  readonly clusters: number[]
  readonly inertia: number
  readonly rounds: number
}

/** See test/golden/sklearn_codes.py. */
const golden = JSON.parse(readFileSync(new URL('../golden/codes.json', import.meta.url), 'utf8')) as {
  readonly shape: { readonly rows: number; readonly queries: number; readonly width: number }
  readonly labels: number[]
  readonly values: number[]
  readonly neighbours: { readonly rows: number[]; readonly squared: number[]; readonly predicted: number[] }
  readonly kMeans: Clusters
  readonly relocated: Clusters & { readonly start: number[] }
  readonly drawn: { readonly clusters: number; readonly inertia: number }
  readonly agreement: {
    readonly a: number[]
    readonly b: number[]
    readonly mutualInformation: number
    readonly adjustedRand: number
  }[]
}

const { rows, width } = golden.shape
const matrixOf = (values: readonly number[]) => ({
  shape: [values.length / width, width],
  data: Float32Array.from(values),
})
const train = matrixOf(golden.values.slice(0, rows * width))
const queries = matrixOf(golden.values.slice(rows * width))

const squared = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0)

const rowsOf = ({ shape: [count = 0, values = 0], data }: Pick<Array64, 'shape' | 'data'>) =>
  Array.from({ length: count }, (_, row) => data.subarray(row * values, (row + 1) * values))

describe('graphs of distances', () => {
  const draw = new Draw('distances')
  const [a, b] = [draw.reals(7, 4), draw.reals(5, 4)]

  test('give minus the squared distance of every pair', async () => {
    const graph = verify(distanceGraph(4))
    const [closeness] = interpret(graph, [a, b]) as [Array64]
    const byHand = rowsOf(a).flatMap((x) => rowsOf(b).map((y) => -squared(x, y)))
    expect(relativeError(closeness.data, byHand)).toBeLessThan(1e-14)
    const [native32] = (await runGraph(native(), graph, [a, b])) as [Array64]
    expect(relativeError(native32.data, byHand)).toBeLessThan(1e-6)
  })

  test('send rows to their nearest centre, and add up those of each', async () => {
    const graph = verify(assignmentGraph(4, 5))
    const [cluster, distance, sum, count] = interpret(graph, [a, b]) as [Array64, Array64, Array64, Array64]
    rowsOf(a).forEach((x, row) => {
      const distances = rowsOf(b).map((c) => squared(x, c))
      expect(cluster.data[row]).toBe(distances.indexOf(Math.min(...distances)))
      expect(Math.abs((distance.data[row] as number) - Math.min(...distances))).toBeLessThan(1e-13)
    })
    const members = (k: number) => rowsOf(a).filter((_, row) => cluster.data[row] === k)
    expect([...count.data]).toEqual([0, 1, 2, 3, 4].map((k) => members(k).length))
    const sums = [0, 1, 2, 3, 4].flatMap((k) =>
      [0, 1, 2, 3].map((j) => members(k).reduce((total, x) => total + (x[j] as number), 0)),
    )
    expect(relativeError(sum.data, sums)).toBeLessThan(1e-14)
    const outputs = await runGraph(native(), graph, [a, b])
    outputs.forEach((output, i) => {
      expect(relativeError(output.data, [cluster, distance, sum, count][i]?.data ?? [])).toBeLessThan(1e-5)
    })
  })
})

describe('nearest neighbours', () => {
  test("are scikit-learn's, far from the origin too", async () => {
    const found = await nearestNeighbours(queries, train, { runtime: native() })
    expect([...found.rows]).toEqual(golden.neighbours.rows)
    expect(relativeError(found.squared, golden.neighbours.squared)).toBeLessThan(1e-5)
    expect([...vote(found, golden.labels)]).toEqual(golden.neighbours.predicted)
  })

  test('vote for the lower class where votes are equal', () => {
    const found = { count: 4, rows: Int32Array.of(0, 1, 2, 3, 0, 3, 3, 1), squared: new Float32Array(8) }
    expect([...vote(found, [5, 2, 2, 5])]).toEqual([2, 5])
  })

  test('of a row among others are itself first, and of equal rows the earlier', async () => {
    const doubled = { shape: [4, 2], data: Float32Array.of(1, 2, 3, 4, 1, 2, 0, 0) }
    const { rows } = await nearestNeighbours(doubled, doubled, { count: 2, runtime: native() })
    expect([...rows]).toEqual([0, 2, 1, 0, 0, 2, 3, 0])
  })

  test.each([
    ['another width', { shape: [2, 3], data: new Float32Array(6) }, 1, 'E_SHAPE'],
    ['more neighbours than rows', queries, rows + 1, 'E_OPTION'],
    ['a value that is none', { shape: [1, width], data: new Float32Array(width).fill(Number.NaN) }, 1, 'E_VALUE'],
    ['no rows', { shape: [0, width], data: new Float32Array() }, 1, 'E_DATA'],
  ])('are refused with %s', async (_, asked, count, code) => {
    await expect(nearestNeighbours(asked, train, { count, runtime: native() })).rejects.toMatchObject({ code })
  })
})

describe('k-means', () => {
  const cluster = (clusters: number, more: object = {}) => kMeans(train, { clusters, runtime: native(), ...more })

  test("from given centres is scikit-learn's, round by round", async () => {
    const found = await cluster(8, { start: { shape: [8, width], data: train.data.slice(0, 8 * width) } })
    expect([...found.clusters]).toEqual(golden.kMeans.clusters)
    expect(found.rounds).toBe(golden.kMeans.rounds)
    expect(Math.abs(found.inertia / golden.kMeans.inertia - 1)).toBeLessThan(1e-6)
    expect(relativeError(found.centres.data, golden.kMeans.centres)).toBeLessThan(1e-6)
  })

  test('gives a cluster that lost its rows the farthest one, as scikit-learn does', async () => {
    const found = await cluster(9, { start: matrixOf(golden.relocated.start) })
    expect(new Set(found.clusters).size).toBe(9)
    expect(Math.abs(found.inertia / golden.relocated.inertia - 1)).toBeLessThan(1e-6)
    expect([...found.clusters]).toEqual(golden.relocated.clusters)
  })

  test('with centres of its own finds what twenty tries of scikit-learn found', async () => {
    const found = await cluster(golden.drawn.clusters, { seed: 1 })
    expect(found.inertia / golden.drawn.inertia).toBeLessThan(1 + 1e-6)
  })

  test('depends on the seed only', async () => {
    const [one, same, other] = [
      await cluster(8, { seed: 4, restarts: 1 }),
      await cluster(8, { seed: 4, restarts: 1 }),
      await cluster(8, { seed: 5, restarts: 1 }),
    ]
    expect(same).toEqual(one)
    expect([...other.clusters]).not.toEqual([...one.clusters])
  })

  test('ends where each centre is the mean of its rows, each row is with its nearest, and the inertia says so', async () => {
    const { uniform, normal } = rng(2, 'clusters')
    // more rows than one part holds
    const data = Float32Array.from({ length: 3 * 5000 }, () => normal() + Math.floor(3 * uniform()))
    const found = await kMeans({ shape: [5000, 3], data }, { clusters: 7, seed: 1, restarts: 2, runtime: native() })
    const points = rowsOf({ shape: [5000, 3], data: Float64Array.from(data) })
    const centres = rowsOf({ shape: [7, 3], data: Float64Array.from(found.centres.data) })
    let inertia = 0
    const sums = centres.map(() => [0, 0, 0, 0])
    points.forEach((x, row) => {
      const own = squared(x, centres[found.clusters[row] as number] as Float64Array)
      expect(own).toBeLessThanOrEqual(Math.min(...centres.map((c) => squared(x, c))) + 1e-5)
      inertia += own
      const sum = sums[found.clusters[row] as number] as number[]
      for (let j = 0; j < 3; j++) sum[j] = (sum[j] as number) + (x[j] as number)
      sum[3] = (sum[3] as number) + 1
    })
    expect(Math.abs(found.inertia / inertia - 1)).toBeLessThan(1e-5)
    const means = sums.flatMap(([a = 0, b = 0, c = 0, n = 1]) => [a / n, b / n, c / n])
    expect(relativeError(found.centres.data, means)).toBeLessThan(1e-5)
  })

  test('tries other rows for an empty cluster when the farthest goes back to its like', async () => {
    const doubled = { shape: [4, 1], data: Float32Array.of(10, 10, 0, 1) }
    const start = { shape: [3, 1], data: Float32Array.of(7, 0.5, 1000) }
    const found = await kMeans(doubled, { clusters: 3, start, runtime: native() })
    expect(new Set(found.clusters).size).toBe(3)
    expect(found.inertia).toBe(0)
  })

  test('leaves clusters empty where there are fewer different rows, and is done with it', async () => {
    const two = { shape: [3, 1], data: Float32Array.of(10, 1, 1) }
    const found = await kMeans(two, { clusters: 3, seed: 1, restarts: 1, runtime: native() })
    expect(found.inertia).toBe(0)
    expect(new Set(found.clusters).size).toBe(2)
    expect(found.rounds).toBeLessThan(5)
    expect(new Set(found.centres.data)).toEqual(new Set([1, 10]))
  })

  test('has room for as many clusters as rows, and for rows that are all the same', async () => {
    const few = { shape: [4, 1], data: Float32Array.of(1, 5, 2, 9) }
    expect((await kMeans(few, { clusters: 4, runtime: native() })).inertia).toBe(0)
    const same = await kMeans({ shape: [3, 2], data: new Float32Array(6).fill(2) }, { clusters: 2, runtime: native() })
    expect(same.inertia).toBe(0)
    await expect(kMeans(few, { clusters: 5, runtime: native() })).rejects.toMatchObject({ code: 'E_OPTION' })
  })
})

describe('agreement', () => {
  test.each(golden.agreement)("is scikit-learn's", ({ a, b, ...expected }) => {
    expect(Math.abs(mutualInformation(a, b) - expected.mutualInformation)).toBeLessThan(1e-13)
    expect(Math.abs(adjustedRand(a, b) - expected.adjustedRand)).toBeLessThan(1e-13)
  })

  const labels = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 2, maxLength: 40 })

  test('does not depend on which comes first, nor on names; with itself it is 1', () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 1, max: 100 }), (pairs, shift) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)]
        const renamed = a.map((x) => (5 - x) * shift)
        for (const measure of [mutualInformation, adjustedRand]) {
          expect(measure(a, b)).toBeCloseTo(measure(b, a), 12)
          expect(measure(renamed, b)).toBeCloseTo(measure(a, b), 12)
          expect(measure(a, a)).toBeCloseTo(1, 12)
          expect(measure(a, b)).toBeLessThan(1 + 1e-12)
        }
        expect(mutualInformation(a, b)).toBeGreaterThanOrEqual(0)
        expect(purity(a, a)).toBe(1)
        expect(purity(a, b)).toBeGreaterThanOrEqual(
          purity(
            a.map(() => 0),
            b,
          ),
        )
      }),
    )
  })

  test('is asked of the same samples', () => {
    expect(() => adjustedRand([1, 2], [1])).toThrow(expect.objectContaining({ code: 'E_DATA' }))
    expect(() => mutualInformation([], [])).toThrow(expect.objectContaining({ code: 'E_DATA' }))
  })

  test('purity counts those who are with their like', () => {
    expect(purity([0, 0, 0, 1, 1], [7, 7, 8, 8, 9])).toBe(3 / 5)
  })
})
