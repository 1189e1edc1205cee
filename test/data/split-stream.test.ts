import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRows, rowStream } from '../../src/data/row-stream.js'
import { holdOutStream } from '../../src/data/split-stream.js'

/** Rows that hold their own number, in four bytes. */
const numbered = (rows: number) =>
  rowStream({
    name: 'numbers',
    rows,
    shape: [4],
    scale: 1,
    read: async (from, to) => new Uint8Array(Int32Array.from({ length: to - from }, (_, i) => from + i).buffer),
  })
const numbers = (values: Uint8Array | Float32Array) => [...new Int32Array(Uint8Array.from(values).buffer)]

test('every row goes to one side, in its order, and any piece of the rest can be read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 2000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(),
      fc.nat(),
      fc.nat(),
      async (rows, part, seed, a, b) => {
        const { train, test: tested } = await holdOutStream(numbered(rows), part, seed)
        const all = numbers(await readRows(train, 0, train.rows))
        const held = numbers(tested.values)
        expect(all).toHaveLength(train.rows)
        expect(held).toHaveLength(tested.rows)
        expect(all).toEqual([...all].sort((x, y) => x - y))
        expect([...all, ...held].sort((x, y) => x - y)).toEqual(Array.from({ length: rows }, (_, i) => i))
        const [from, to] = [a % train.rows, 1 + (b % train.rows)].sort((x, y) => x - y) as [number, number]
        if (from < to) expect(numbers(await readRows(train, from, to))).toEqual(all.slice(from, to))
      },
    ),
  )
})

test('a tenth is a tenth, ten thousand rows at most, from all over the stream', async () => {
  const small = await holdOutStream(numbered(1000), 0.1, 1)
  expect([small.train.rows, small.test.rows]).toEqual([900, 100])
  const large = await holdOutStream(numbered(1_000_000), 0.1, 1)
  expect([large.train.rows, large.test.rows]).toEqual([990_000, 10_000])
  const quarters = new Array<number>(4).fill(0)
  for (const row of numbers(large.test.values)) quarters[Math.floor(row / 250_000)] = 1
  expect(quarters).toEqual([1, 1, 1, 1])
})

test('the seed decides which', async () => {
  const held = async (seed: number) => numbers((await holdOutStream(numbered(1000), 0.1, seed)).test.values)
  expect(await held(1)).toEqual(await held(1))
  expect(await held(1)).not.toEqual(await held(2))
})

test('one row cannot be split', async () => {
  await expect(holdOutStream(numbered(1), 0.1, 1)).rejects.toMatchObject({ code: 'E_DATA', found: '1' })
})
