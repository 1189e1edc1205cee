import { describe, expect, test } from 'vitest'
import { digits } from '../../src/data/digits/index.js'
import { digitsStream } from '../../src/data/digits/stream.js'
import { bufferRows, isStream, type RowStreamOptions, readRows, rowStream } from '../../src/data/row-stream.js'

const SHAPE = [2, 2]
const streamOf = (read: RowStreamOptions['read'], more: Partial<RowStreamOptions> = {}) =>
  rowStream({ name: 'mine', rows: 10, shape: SHAPE, read, ...more })
const refusal = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

describe('a stream', () => {
  test('is told from a data set', () => {
    expect(isStream(streamOf(async () => new Uint8Array()))).toBe(true)
    expect(isStream(digits({ rows: 1 }))).toBe(false)
  })

  test('has bytes worth 1/255, and floats worth themselves', () => {
    const read = async () => new Uint8Array()
    expect(streamOf(read)).toMatchObject({ dtype: 'uint8', scale: 1 / 255, rows: 10, name: 'mine' })
    expect(streamOf(read, { dtype: 'float32' })).toMatchObject({ dtype: 'float32', scale: 1 })
    expect(streamOf(read, { scale: 2 }).scale).toBe(2)
  })

  test.each([0, -1, 2.5, Number.NaN, 2 ** 31])('of %d rows is refused', (rows) => {
    expect(() => streamOf(async () => new Uint8Array(), { rows })).toThrow(
      expect.objectContaining({ code: 'E_OPTION', at: 'rows of stream "mine"' }),
    )
  })

  test('has 32 MiB in the buffer, and one row at least', () => {
    expect(bufferRows({ shape: [28, 28, 1], dtype: 'uint8' })).toBe(Math.floor(2 ** 25 / 784))
    expect(bufferRows({ shape: [28, 28, 1], dtype: 'float32' })).toBe(Math.floor(2 ** 25 / 784 / 4))
    expect(bufferRows({ shape: [2 ** 26], dtype: 'uint8' })).toBe(1)
  })
})

describe('reading', () => {
  test('gives what the stream gives', async () => {
    const asked: number[] = []
    const stream = streamOf(async (from, to) => {
      asked.push(from, to)
      return Uint8Array.from({ length: 4 * (to - from) }, (_, i) => 4 * from + i)
    })
    expect(await readRows(stream, 3, 5)).toEqual(Uint8Array.of(12, 13, 14, 15, 16, 17, 18, 19))
    expect(asked).toEqual([3, 5])
  })

  test.each([
    ['too few rows', new Uint8Array(8), 'E_TRUNCATED', '8, 2 rows'],
    ['nothing', new Uint8Array(), 'E_TRUNCATED', '0, 0 rows'],
    ['a part of a row', new Uint8Array(11), 'E_SHAPE', '11'],
    ['too many rows', new Uint8Array(16), 'E_SHAPE', '16'],
    ['another type', new Float32Array(12), 'E_DATA', 'Float32Array'],
    ['another kind of bytes', new Uint8ClampedArray(12) as unknown as Uint8Array, 'E_DATA', 'Uint8ClampedArray'],
    ['nothing at all', undefined as unknown as Uint8Array, 'E_DATA', 'Undefined'],
  ])('refuses %s', async (_, values, code, found) => {
    const error = await refusal(
      readRows(
        streamOf(async () => values),
        4,
        7,
      ),
    )
    expect(error).toMatchObject({ code, found, at: 'stream "mine", rows 4 to 6' })
    expect((error as { hint: string }).hint).not.toBe('')
  })

  test('names the row of a number that is none', async () => {
    const values = new Float32Array(12)
    values[9] = Number.NaN
    expect(
      await refusal(
        readRows(
          streamOf(async () => values, { dtype: 'float32' }),
          4,
          7,
        ),
      ),
    ).toMatchObject({
      code: 'E_VALUE',
      at: 'data set "mine", row 6, column 1 (counted from 0)',
    })
  })
})

describe('digits as a stream', () => {
  test('are those of the set', async () => {
    const stream = digitsStream({ rows: 30, seed: 4, from: 1000 })
    const { values, ...set } = digits({ rows: 30, seed: 4, from: 1000 })
    expect(stream).toMatchObject({ name: set.name, rows: 30, shape: set.shape, dtype: set.dtype, scale: set.scale })
    expect(await readRows(stream, 7, 19)).toEqual(values.subarray(7 * 784, 19 * 784))
  })

  test.each([{ rows: 0 }, { rows: 1.5 }, { rows: 1, from: -1 }, { rows: 1, seed: 0.5 }, { rows: 2 ** 31 }])(
    '%j is refused',
    (options) => {
      expect(() => digitsStream(options)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    },
  )
})
