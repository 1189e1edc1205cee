import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Column, columnOf, emptyColumn, pickTable, sliceTable, streamTable, table } from '../../src/data/table.js'

const numbers = (name: string, ...values: number[]): Column => ({
  name,
  type: 'number',
  values: Float64Array.from(values),
})
const texts = (name: string, ...values: (string | undefined)[]): Column => ({ name, type: 'text', values })

describe('a table', () => {
  const three = table([numbers('a', 1, 2, Number.NaN), texts('b', 'x', undefined, 'z')], 't')

  test('has rows and columns', () => {
    expect(three).toMatchObject({ name: 't', rows: 3 })
    expect(columnOf(three, 'b').values).toEqual(['x', undefined, 'z'])
  })

  test.each([
    ['without columns', [], /at least one/],
    ['without rows', [numbers('a')], /at least one/],
    ['of unequal columns', [numbers('a', 1, 2), texts('b', 'x')], /1 in "b" and 2 in "a"/],
    ['with a name twice', [numbers('a', 1), texts('a', 'x')], /"a" twice/],
  ])('%s is refused', (_, columns, message) => {
    expect(() => table(columns, 't')).toThrow(
      expect.objectContaining({ code: 'E_DATA', message: expect.stringMatching(message) }),
    )
  })

  test('says which column was meant', () => {
    const wide = table([numbers('speed', 1)], 't')
    expect(() => columnOf(wide, 'sped')).toThrow(
      expect.objectContaining({ code: 'E_UNKNOWN', hint: 'did you mean "speed"?' }),
    )
  })

  test('as a stream gives the same rows, and rows picked one by one do too', async () => {
    const stream = streamTable(three)
    expect(stream.columns).toEqual([
      { name: 'a', type: 'number' },
      { name: 'b', type: 'text' },
    ])
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(2), async (x, y) => {
        const [from, to] = [Math.min(x, y), Math.max(x, y) + 1]
        const picked = pickTable(
          three,
          Int32Array.from({ length: to - from }, (_, i) => from + i),
        )
        expect(await stream.read(from, to)).toEqual(picked)
        expect(sliceTable(three, from, to)).toEqual(picked)
      }),
    )
  })

  test('is missing everything before it is filled', () => {
    expect(emptyColumn({ name: 'a', type: 'number' }, 2).values).toEqual(Float64Array.of(Number.NaN, Number.NaN))
    expect(emptyColumn({ name: 'b', type: 'text' }, 2).values).toEqual([undefined, undefined])
  })
})
