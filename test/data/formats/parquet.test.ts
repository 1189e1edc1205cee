import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteSource } from '../../../src/data/byte-source.js'
import { openTable, readTable } from '../../../src/data/read.js'

/** Written by test/golden/tables.py. */
const golden = (name: string) => Uint8Array.from(readFileSync(new URL(`../../golden/table${name}`, import.meta.url)))
const ROWS = 40
const rows = Array.from({ length: ROWS }, (_, i) => i)
const START = Date.UTC(2024, 1, 28) / 1000

const WANTED: Readonly<Record<string, readonly (number | string | undefined)[]>> = {
  whole: rows.map((i) => i * i - 50),
  small: rows.map((i) => i - 20),
  large: rows.map((i) => 4_000_000_000 + i),
  real: rows.map((i) => (i % 7 === 3 ? Number.NaN : i / 8)),
  single: rows.map((i) => i / 4),
  flag: rows.map((i) => (i === 5 ? Number.NaN : Number(i % 3 === 0))),
  word: rows.map((i) => (i % 5 === 0 ? undefined : `wört ${i % 3}`)),
  key: rows.map((i) => `key-${i}`),
  moment: rows.map((i) => START + 3600 * i),
  day: rows.map((i) => START + 86_400 * i),
}
const KINDS = ['number', 'number', 'number', 'number', 'number', 'boolean', 'text', 'text', 'date', 'date']

describe.each([
  '-none.parquet',
  '-snappy.parquet',
  '-gzip.parquet',
  '-brotli.parquet',
  '-zstd.parquet',
  '-lz4.parquet',
  '.csv',
])('table%s, as pyarrow and pandas wrote it', (name) => {
  test('holds what was put into it', async () => {
    const { columns } = await readTable(golden(name), name)
    expect(columns.map(({ type, was }) => was ?? type)).toEqual(KINDS)
    expect(Object.fromEntries(columns.map((column) => [column.name, [...column.values]]))).toEqual(WANTED)
  })

  test('is the same read piece by piece, across pages and groups', async () => {
    const stream = await openTable(byteSource(golden(name), name))
    await fc.assert(
      fc.asyncProperty(fc.nat(ROWS - 1), fc.nat(ROWS - 1), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b) + 1]
        const { columns } = await stream.read(from, to)
        for (const column of columns) expect([...column.values]).toEqual(WANTED[column.name]?.slice(from, to))
      }),
      { numRuns: 40 },
    )
  })
})
