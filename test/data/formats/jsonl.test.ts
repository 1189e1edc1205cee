import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { byteSource } from '../../../src/data/byte-source.js'
import { openTable, readTable } from '../../../src/data/read.js'

const encode = (text: string) => new TextEncoder().encode(text)
const read = async (bytes: Uint8Array) =>
  Object.fromEntries((await readTable(bytes, 'rows.jsonl')).columns.map(({ name, values }) => [name, [...values]]))

test.each([
  ['objects', '{"a":1,"b":"x"}\n{"a":2.5,"b":"y"}\n', { a: [1, 2.5], b: ['x', 'y'] }],
  ['lists', '[1,"x"]\n[2,"y"]\n', { c1: [1, 2], c2: ['x', 'y'] }],
  [
    'keys in another order, and absent',
    '{"a":1,"b":2}\n{"b":3}\n{"c":4,"a":5}\n',
    { a: [1, Number.NaN, 5], b: [2, 3, Number.NaN], c: [Number.NaN, Number.NaN, 4] },
  ],
  ['null, true and false', '{"a":null,"b":true}\n{"a":"x","b":false}\n', { a: [undefined, 'x'], b: [1, 0] }],
  ['numbers in quotes stay text', '{"a":"01"}\n{"a":"02"}\n', { a: ['01', '02'] }],
  ['dates', '{"a":"1970-01-01T00:01:00Z"}\n', { a: [60] }],
  ['numbers and texts', '{"a":1}\n{"a":"x"}\n', { a: ['1', 'x'] }],
  ['a byte order mark, line breaks of Windows, blank lines', '\ufeff{"a":1}\r\n\r\n{"a":2}', { a: [1, 2] }],
  ['escaped letters', '{"\\u00e4":"\\ud83d\\ude00\\n"}\n', { ä: ['😀\n'] }],
  [
    'names of what objects have',
    '{"constructor":1,"toString":2}\n{"a":3}\n',
    { constructor: [1, Number.NaN], toString: [2, Number.NaN], a: [Number.NaN, 3] },
  ],
])('%s', async (_, text, wanted) => {
  expect(await read(encode(text))).toEqual(wanted)
  expect(await read(Uint8Array.from(gzipSync(text)))).toEqual(wanted)
})

test('rows are the same piece by piece', async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => JSON.stringify({ i, text: 'x'.repeat(i % 90) }))
  const stream = await openTable(byteSource(encode(lines.join('\n'))))
  for (const [from, to] of [
    [0, 1],
    [255, 257],
    [500, 1000],
    [999, 1000],
  ] as const) {
    const { columns } = await stream.read(from, to)
    expect([...(columns[0]?.values ?? [])]).toEqual(Array.from({ length: to - from }, (_, i) => from + i))
  }
})
