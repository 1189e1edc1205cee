import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatRows, concatTables } from '../../src/data/concat.js'
import { readRows, rowStream } from '../../src/data/row-stream.js'
import { type Column, streamTable, table } from '../../src/data/table.js'

const counting = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const part = (first: number, rows: number, name = 'p') =>
  rowStream({
    name,
    rows,
    shape: [2],
    read: async (from, to) => Uint8Array.from(counting(2 * (first + from), 2 * (first + to))),
  })
const columns = (first: number, rows: number): Column[] => [
  { name: 'a', type: 'number', values: Float64Array.from(counting(first, first + rows)) },
  { name: 'b', type: 'text', values: counting(first, first + rows).map(String) },
]

describe('several streams are one', () => {
  test('of samples, wherever one ends and the next begins', async () => {
    const all = concatRows([part(0, 3), part(3, 1), part(4, 5)])
    expect(all).toMatchObject({ name: 'p and 2 more', rows: 9, shape: [2] })
    await fc.assert(
      fc.asyncProperty(fc.nat(8), fc.nat(8), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b) + 1]
        expect([...(await readRows(all, from, to))]).toEqual(counting(2 * from, 2 * to))
      }),
    )
  })

  test('of tables, in whatever order their columns come', async () => {
    const all = concatTables([streamTable(table(columns(0, 3))), streamTable(table(columns(3, 4).reverse()))])
    await fc.assert(
      fc.asyncProperty(fc.nat(6), fc.nat(6), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b) + 1]
        const { rows, columns } = await all.read(from, to)
        expect(rows).toBe(to - from)
        expect(columns.map(({ values }) => [...values])).toEqual([counting(from, to), counting(from, to).map(String)])
      }),
    )
  })

  test('with their labels, when all have them and mean the same', () => {
    const labelled = (labels: number[], classes?: string[]) => ({
      ...part(0, labels.length),
      labels: Int32Array.from(labels),
      ...(classes && { classes }),
    })
    expect(concatRows([labelled([1, 0]), labelled([2])]).labels).toEqual(Int32Array.of(1, 0, 2))
    expect(concatRows([labelled([1, 0]), part(0, 1)]).labels).toBeUndefined()
    const mixed = concatRows([labelled([0], ['cat', 'dog']), labelled([0], ['dog', 'cat'])])
    expect([mixed.labels, mixed.classes]).toEqual([undefined, undefined])
  })
})

describe('streams that do not fit together are refused', () => {
  const number: Column = { name: 'a', type: 'number', values: Float64Array.of(1) }
  const one = (...list: Column[]) => streamTable(table(list, 'q'))

  test.each([
    [
      'another shape',
      () =>
        concatRows([part(0, 1), rowStream({ name: 'q', rows: 1, shape: [3], read: async () => new Uint8Array(3) })]),
      /uint8 \[3\]/,
    ],
    [
      'another type',
      () =>
        concatRows([
          part(0, 1),
          rowStream({ name: 'q', rows: 1, shape: [2], dtype: 'float32', read: async () => new Float32Array(2) }),
        ]),
      /float32/,
    ],
    ['a column less', () => concatTables([streamTable(table(columns(0, 1))), one(number)]), /a column "b"/],
    ['a column more', () => concatTables([one(number), streamTable(table(columns(0, 1)))]), /one more, "b"/],
    [
      'text for numbers',
      () => concatTables([one(number), one({ name: 'a', type: 'text', values: ['x'] })]),
      /numbers in "a".*found texts/,
    ],
    ['dates for numbers', () => concatTables([one(number), one({ ...number, was: 'date' } as Column)]), /found dates/],
  ])('%s', (_, join, message) => {
    expect(join).toThrow(expect.objectContaining({ code: 'E_DATA', message: expect.stringMatching(message) }))
  })
})
