import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteSource } from '../../../src/data/byte-source.js'
import { type CsvOptions, csvStream } from '../../../src/data/formats/csv.js'
import { readTable } from '../../../src/data/read.js'

const encode = (text: string) => new TextEncoder().encode(text)
const read = async (text: string, options?: CsvOptions) => {
  const { columns } = await readTable(encode(text), 'table.csv', options)
  return Object.fromEntries(columns.map(({ name, values }) => [name, [...values]]))
}
const typesOf = async (text: string) =>
  (await csvStream(byteSource(encode(text)))).columns.map(({ type, was }) => was ?? type)

const NONE = Number.NaN

describe('cells', () => {
  test.each([
    ['commas', 'a,b\n1,2\n3,4\n', { a: [1, 3], b: [2, 4] }],
    ['semicolons, with commas in them', 'a;b\n1,5;2\n2,5;3\n', { a: ['1,5', '2,5'], b: [2, 3] }],
    ['tabs', 'a\tb\n1\tx y\n', { a: [1], b: ['x y'] }],
    ['bars', 'a|b\n1|2\n', { a: [1], b: [2] }],
    ['one column', 'a\n1\n2\n', { a: [1, 2] }],
    ['a byte order mark', '\ufeffa,b\n1,2\n', { a: [1], b: [2] }],
    ['line breaks of Windows', 'a,b\r\n1,x\r\n2,y\r\n', { a: [1, 2], b: ['x', 'y'] }],
    ['line breaks of old Macs', 'a,b\r1,x\r2,y', { a: [1, 2], b: ['x', 'y'] }],
    ['no line break at the end', 'a,b\n1,2', { a: [1], b: [2] }],
    ['blank lines', 'a,b\n\n1,2\n\n\n3,4\n\n', { a: [1, 3], b: [2, 4] }],
    ['quotes', 'a,"b"\n"x, y","1"\n', { a: ['x, y'], b: [1] }],
    ['quotes within quotes', 'a,b\n"say ""hi""",1\n"""",2\n', { a: ['say "hi"', '"'], b: [1, 2] }],
    ['line breaks within quotes', 'a,b\n"x\ny",1\n"\r\n",2\n', { a: ['x\ny', undefined], b: [1, 2] }],
    ['text after a quote', 'a,b\n"x"y,1\nz,2\n', { a: ['xy', 'z'], b: [1, 2] }],
    ['a quote within a cell', 'a,b\n5" pipe,1\nx"y"z,2\n', { a: ['5" pipe', 'x"y"z'], b: [1, 2] }],
    ['blanks around numbers', 'a, b\n 1 ,2\n', { a: [1], b: [2] }],
    [
      'letters beyond ASCII',
      'näme,b\nMärz 😀 und noch viel mehr Text dazu,1\n',
      { näme: ['März 😀 und noch viel mehr Text dazu'], b: [1] },
    ],
    [
      'what is missing',
      'a,b\n,x\nNA,\n?,null\n1,NaN\n',
      { a: [NONE, NONE, NONE, 1], b: ['x', undefined, undefined, undefined] },
    ],
    ['infinities', 'a\ninf\n-Infinity\n1e999\n', { a: [Infinity, -Infinity, Infinity] }],
    ['true and false', 'a,b\ntrue,1\nFalse,x\n,y\n', { a: [1, 0, NONE], b: ['1', 'x', 'y'] }],
    ['numbers and words', 'a\n1\nx\n2.50\n', { a: ['1', 'x', '2.50'] }],
    ['dates', 'a\n1970-01-02\n1970-01-01T00:00:01.5Z\n1970-01-01 02:00+02:00\n', { a: [86_400, 1.5, 0] }],
    ['days that do not exist', 'a\n2023-02-29\n2023-02-28\n', { a: ['2023-02-29', '2023-02-28'] }],
    ['no value in a column', 'a,b\n,1\n,2\n', { a: [NONE, NONE], b: [1, 2] }],
    ['names that are there twice', 'a,a,b\n1,2,3\n', { a: [1], 'a.1': [2], b: [3] }],
    ['a column without a name', ',b\n0,1\n', { c1: [0], b: [1] }],
  ])('%s', async (_, text, wanted) => {
    expect(await read(text)).toEqual(wanted)
  })

  test('the first row is names where it is no values', async () => {
    expect(Object.keys(await read('1,2\n3,4\n'))).toEqual(['c1', 'c2'])
    expect(Object.keys(await read('0,1,2,3\n3,4,5,6\n'))).toEqual(['0', '1', '2', '3'])
    expect(Object.keys(await read('x,1\ny,2\n'))).toEqual(['c1', 'c2'])
    expect(await read('1,2\n3,4\n', { header: true })).toEqual({ 1: [3], 2: [4] })
    expect(await read('a,b\nc,d\n', { header: false })).toEqual({ c1: ['a', 'c'], c2: ['b', 'd'] })
  })

  test('a type is found out over all rows', async () => {
    expect(await typesOf(`a,b,c\n${'1,true,2020-01-01\n'.repeat(5000)}x,1,now\n`)).toEqual(['text', 'text', 'text'])
    expect(await typesOf(`a,b,c\n${'1,true,2020-01-01\n'.repeat(5000)}`)).toEqual(['number', 'boolean', 'date'])
  })
})

describe('rows', () => {
  test('are the same read piece by piece, wherever a piece begins', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `${i},"${'x'.repeat(i % 50)}\n""${i}"",",${i / 7}`)
    const stream = await csvStream(byteSource(encode(`a,b,c\r\n${rows.join('\r\n')}`)))
    const whole = await stream.read(0, 3000)
    expect(stream.rows).toBe(3000)
    expect(whole.columns[1]?.values[2999]).toBe(`${'x'.repeat(49)}\n"2999",`)
    await fc.assert(
      fc.asyncProperty(fc.nat(2999), fc.nat(700), async (from, length) => {
        const to = Math.min(3000, from + length + 1)
        const part = await stream.read(from, to)
        for (const [i, { values }] of part.columns.entries())
          expect([...values]).toEqual([...(whole.columns[i]?.values.slice(from, to) ?? [])])
      }),
      { numRuns: 50 },
    )
  })

  test('longer than what is read at a time are whole', async () => {
    const long = 'y'.repeat(3 * 2 ** 20)
    expect(await read(`a,b\n"${long}",1\nz,2\n`)).toEqual({ a: [long, 'z'], b: [1, 2] })
  })

  test('that became other ones meanwhile are not taken for what they were', async () => {
    const bytes = encode('a,b\n1,2\n3,4\n')
    const stream = await csvStream(byteSource(bytes))
    bytes.set(encode('x'), 4)
    await expect(stream.read(0, 2)).rejects.toMatchObject({ code: 'E_FORMAT', expected: 'a number in "a", as before' })
  })
})

/** A Python that has pandas. */
const PYTHON = process.env.DIABOLO_PYTHON ?? 'python3'
const installed = spawnSync(PYTHON, ['-c', 'import pandas'], { stdio: 'ignore' }).status === 0
const MISSING = `${PYTHON} with pandas is not installed (DIABOLO_PYTHON names another Python)`
if (!installed) console.warn(`skipped: ${MISSING}`)

test('what Python writes is read as pandas reads it', async ({ skip }) => {
  if (!installed) skip(MISSING)
  const cell = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', ' ', '"', ',', ';', '\n', "'", 'é', '\\', '1', '.', '-', 'e'),
      maxLength: 6,
    }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom('', 'NA', 'x"y', '""', '1e5', '007', '+3', '1_000', '0x1F', '12:30', 'True'),
  )
  const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 })
  const tables = fc.sample(table, { numRuns: 200, seed: 7 })
  const script = `
import csv, io, json, sys
import pandas as pd
out = []
for rows in json.load(sys.stdin):
    text = io.StringIO()
    csv.writer(text).writerows([['p', 'q', 'r']] + rows)
    frame = pd.read_csv(io.StringIO(text.getvalue()), dtype=str, keep_default_na=False)
    out.append([text.getvalue(), frame.values.tolist()])
json.dump(out, sys.stdout)
`
  const { stdout, stderr } = spawnSync(PYTHON, ['-c', script], {
    input: JSON.stringify(tables),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  expect(stderr).toBe('')
  for (const [text, rows] of JSON.parse(stdout) as [string, string[][]][]) {
    // numbers and dates are what they are spelt as: a column of words keeps how everything is written
    const words = ['w', 'w', 'w']
    const spoilt = `${text}${words.join(',')}\r\n`
    const { columns } = await readTable(encode(spoilt), 'table.csv', { header: true, delimiter: ',' })
    const found = rows.map((_, row) => columns.map(({ values }) => values[row] ?? ''))
    const missing = new Set(['', 'NA', '?', 'NaN', 'null'])
    expect(found).toEqual(rows.map((row) => row.map((value) => (missing.has(value.trim()) ? '' : value))))
  }
})
