import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRows, rowStream } from '../../src/data/row-stream.js'
import { splitRowStream, splitTableStream } from '../../src/data/split-data.js'
import { rowsOfLabel, splitByGroup, splitByTime } from '../../src/data/split-rows.js'
import { columnOf, streamTable, table } from '../../src/data/table.js'

const counting = (length: number) => Array.from({ length }, (_, i) => i)
const bothSides = ({ train, test }: { train: Int32Array; test: Int32Array }) =>
  [...train, ...test].sort((a, b) => a - b)

describe('by group', () => {
  test('every row is on one side, every group on one side only, and both have some', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(8), { minLength: 2, maxLength: 200 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.nat(99),
        (groups, part, seed) => {
          fc.pre(new Set(groups).size > 1)
          const split = splitByGroup(groups, part, seed)
          expect(bothSides(split)).toEqual(counting(groups.length))
          const [train, tested] = [split.train, split.test].map((rows) => new Set([...rows].map((row) => groups[row])))
          expect(train?.size).toBeGreaterThan(0)
          expect(tested?.size).toBeGreaterThan(0)
          expect([...(train ?? [])].filter((group) => tested?.has(group))).toEqual([])
        },
      ),
    )
  })

  test('comes close to the part that is wanted, the same way for the same seed', () => {
    const groups = counting(10_000).map((row) => `patient ${row % 200}`)
    const { test, train } = splitByGroup(groups, 0.1, 5)
    expect(test.length).toBe(1000)
    expect(splitByGroup(groups, 0.1, 5)).toEqual({ train, test })
    expect(splitByGroup(groups, 0.1, 6).test).not.toEqual(test)
  })

  test('needs two groups', () => {
    expect(() => splitByGroup(['a', 'a'], 0.1, 1)).toThrow(expect.objectContaining({ code: 'E_DATA' }))
  })
})

describe('by time', () => {
  test('nothing that is trained on is later than what is tested on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 2, maxLength: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (times, part) => {
          fc.pre(new Set(times).size > 1)
          const split = splitByTime(times, part)
          expect(bothSides(split)).toEqual(counting(times.length))
          expect(split.train.length * split.test.length).toBeGreaterThan(0)
          const latest = Math.max(...Array.from(split.train, (row) => times[row] as number))
          const earliest = Math.min(...Array.from(split.test, (row) => times[row] as number))
          expect(earliest).toBeGreaterThan(latest)
        },
      ),
    )
  })

  test('takes the part that is wanted, and refuses rows without a time', () => {
    expect([...splitByTime([5, 3, 4, 1, 2, 0, 9, 8, 7, 6], 0.2).test]).toEqual([6, 7])
    expect(() => splitByTime([1, Number.NaN, 2], 0.5)).toThrow(
      expect.objectContaining({ code: 'E_VALUE', at: 'row 1 (counted from 0)' }),
    )
    expect(() => splitByTime([1, 1], 0.5)).toThrow(expect.objectContaining({ code: 'E_DATA' }))
  })
})

describe('a table', () => {
  const rows = 500
  const stream = streamTable(
    table([
      { name: 'id', type: 'number', values: Float64Array.from(counting(rows)) },
      { name: 'who', type: 'text', values: counting(rows).map((row) => `w${row % 20}`) },
      { name: 'kind', type: 'number', values: Float64Array.from(counting(rows), (row) => Number(row % 3 === 0)) },
    ]),
  )
  const idsOf = async (part: typeof stream, from = 0, to = part.rows) => [
    ...(columnOf(await part.read(from, to), 'id').values as Float64Array),
  ]

  test('is split by a column, trained on rows of one label, without its column', async () => {
    const { train, test } = await splitTableStream(stream, {
      part: 0.1,
      seed: 1,
      by: 'who',
      label: 'kind',
      normal: '0',
    })
    expect(train.columns.map(({ name }) => name)).toEqual(['id', 'who'])
    const [trained, tested] = [await idsOf(train), await idsOf(test)]
    expect(trained.every((row) => row % 3 !== 0)).toBe(true)
    expect(tested.some((row) => row % 3 === 0)).toBe(true)
    expect(tested.length).toBe(50)
    expect(new Set([...trained, ...tested]).size).toBe(trained.length + tested.length)
    expect(await idsOf(train, 100, 200)).toEqual(trained.slice(100, 200))
  })

  test.each([
    ['two ways at once', { by: 'who', time: 'id' }, 'E_OPTION'],
    ['a label without its column', { normal: '0' }, 'E_OPTION'],
    ['a label that no row has', { label: 'kind', normal: '7' }, 'E_DATA'],
    ['a column that does not exist', { by: 'whom' }, 'E_UNKNOWN'],
    ['times that are text', { time: 'who' }, 'E_OPTION'],
  ])('%s is refused', async (_, options, code) => {
    await expect(splitTableStream(stream, { part: 0.1, seed: 1, ...options })).rejects.toMatchObject({ code })
  })
})

describe('samples', () => {
  const labels = Int32Array.from(counting(300), (row) => row % 4)
  const stream = {
    ...rowStream({
      rows: 300,
      shape: [1],
      dtype: 'float32',
      read: async (from, to) => Float32Array.from(counting(to - from), (i) => from + i),
    }),
    labels,
    classes: ['cup', 'hat', 'key', 'pen'],
  }

  test('of one class are trained on, by its number or its name, and all classes are tested on', async () => {
    for (const normal of ['2', 'key']) {
      const { train, test } = splitRowStream(stream, { part: 0.2, seed: 3, normal })
      expect(test.rows).toBe(60)
      expect(new Set(test.labels)).toEqual(new Set([0, 1, 2, 3]))
      expect(new Set(train.labels)).toEqual(new Set([2]))
      const values = await readRows(train, 0, train.rows)
      expect([...values].every((value) => value % 4 === 2)).toBe(true)
      expect([...(await readRows(train, 7, 20))]).toEqual([...values.subarray(7, 20)])
    }
  })

  test('without labels, or without columns, say so', () => {
    const { labels: _, ...bare } = stream
    expect(() => splitRowStream(bare, { part: 0.1, seed: 1, normal: '0' })).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }),
    )
    expect(() => splitRowStream(stream, { part: 0.1, seed: 1, by: 'who' })).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }),
    )
  })
})

test('rows of a label are found among some', () => {
  expect([...rowsOfLabel(['a', 'b', 'a', 'a'], 'a', Int32Array.of(1, 2, 3))]).toEqual([2, 3])
})
