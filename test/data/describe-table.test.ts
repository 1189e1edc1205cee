import { describe, expect, test } from 'vitest'
import { dataset } from '../../src/data/dataset.js'
import { describeData } from '../../src/data/describe.js'
import { describeTable } from '../../src/data/describe-table.js'
import { rowStream } from '../../src/data/row-stream.js'
import { type Column, streamTable, table } from '../../src/data/table.js'

const ROWS = 1000
const numbers = (name: string, of: (row: number) => number): Column => ({
  name,
  type: 'number',
  values: Float64Array.from({ length: ROWS }, (_, row) => of(row)),
})
const texts = (name: string, of: (row: number) => string | undefined): Column => ({
  name,
  type: 'text',
  values: Array.from({ length: ROWS }, (_, row) => of(row)),
})
const describeColumns = (...columns: Column[]) => describeTable(streamTable(table(columns)))
const wave = (row: number) => 0.5 + Math.sin(row * row) / 2

describe('a table', () => {
  test('is summarised column by column', async () => {
    const { rows, columns, missing } = await describeColumns(
      numbers('n', (row) => (row % 10 === 0 ? Number.NaN : row % 7)),
      texts('t', (row) => (row < 300 ? undefined : row < 900 ? 'often' : 'seldom')),
    )
    const values = Array.from({ length: ROWS }, (_, row) => row)
      .filter((row) => row % 10 !== 0)
      .map((row) => row % 7)
    const mean = values.reduce((a, b) => a + b) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    expect([rows, missing]).toEqual([ROWS, 400])
    expect(columns[0]).toMatchObject({
      present: 900,
      missing: 100,
      different: 7,
      numbers: { min: 0, max: 6, quartiles: [1, 3, 5], whole: true, infinite: 0 },
    })
    expect(columns[0]?.numbers?.mean).toBeCloseTo(mean, 12)
    expect(columns[0]?.numbers?.deviation).toBeCloseTo(deviation, 12)
    expect(columns[1]).toMatchObject({
      present: 700,
      missing: 300,
      different: 2,
      common: [
        ['often', 600],
        ['seldom', 100],
      ],
    })
  })

  test.each([
    ['no value', numbers('x', () => Number.NaN), /"x": no value at all/],
    ['one value', texts('x', () => 'same'), /"x": one value only/],
    ['mostly missing', texts('x', (row) => (row % 3 === 0 ? `v${row % 2}` : undefined)), /"x": mostly missing/],
    ['a key of texts', texts('x', (row) => `id ${row}`), /"x": every row has another value/],
    ['a key of numbers', numbers('x', (row) => 5000 + ((row * 7) % ROWS)), /"x": every row has another value/],
    ['infinite values', numbers('x', (row) => (row === 5 ? Number.POSITIVE_INFINITY : wave(row))), /"x": infinite/],
    ['values far away', numbers('x', (row) => (row === 5 ? 1000 : wave(row))), /"x": a few values lie far/],
    ['values outside 0 to 1', numbers('x', (row) => wave(row) - 0.2), /"x": values outside 0 to 1/],
    ['the same values twice', numbers('x', wave), /"x", "w": the same values/],
  ])('warns of %s, and of nothing else', async (_, column, message) => {
    const calm = numbers(message.source.includes('"w"') ? 'w' : 'calm', wave)
    const other = numbers('w', (row) => wave(row + 0.5))
    const { warnings } = await describeColumns(column, message.source.includes('"w"') ? calm : other)
    expect(warnings[0]).toMatch(message)
    expect(warnings.length).toBe(1)
  })

  test('warns of nothing where there is nothing, and of few rows', async () => {
    expect(
      (
        await describeColumns(
          numbers('x', wave),
          texts('t', (row) => `v${row % 5}`),
        )
      ).warnings,
    ).toEqual([])
    const few = table([{ name: 'x', type: 'number', values: Float64Array.of(0.1, 0.2, 0.4) }])
    expect((await describeTable(streamTable(few))).warnings).toEqual([
      'few rows (3) for 1 columns: a wide code will memorise them',
    ])
  })

  test('comes to the same in blocks', async () => {
    // more cells than are read at a time
    const wide = table(Array.from({ length: 1200 }, (_, i) => numbers(`x${i}`, (row) => wave(row + i))))
    const whole = await describeTable(streamTable(wide))
    let reads = 0
    const stream = streamTable(wide)
    const counted: typeof stream = {
      ...stream,
      read(from, to) {
        reads++
        return stream.read(from, to)
      },
    }
    expect(await describeTable(counted)).toEqual(whole)
    expect(reads).toBeGreaterThan(1)
  })
})

describe('samples', () => {
  test('come to the same from a stream and from memory', async () => {
    const values = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i))
    const labels = Int32Array.from({ length: 1000 }, (_, i) => i % 2)
    const classes = ['a', 'b']
    const memory = dataset(values, { shape: [3], labels, classes })
    const stream = {
      ...rowStream({
        rows: 1000,
        shape: [3],
        dtype: 'float32',
        read: async (from, to) => values.subarray(3 * from, 3 * to),
      }),
      labels,
      classes,
    }
    const described = await describeData(memory)
    expect(described).toMatchObject({ rows: 1000, missing: 0, constantColumns: 0, classes: { a: 500, b: 500 } })
    expect(described.mean).toBeCloseTo(values.reduce((a, b) => a + b) / 3000, 9)
    expect(await describeData(stream)).toEqual(described)
  })

  test('with a value far from all others are told of', async () => {
    const values = Float32Array.from({ length: 4000 }, (_, i) => (i === 77 ? 100 : 0.5 + Math.sin(i) / 2))
    expect((await describeData(dataset(values, { shape: [2] }))).warnings.join()).toMatch(/in 1 columns a few values/)
  })
})
