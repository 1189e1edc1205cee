import { gzipSync } from 'node:zlib'
import { bytesOf, readData } from './data.js'
import type { HostileFormat, Malformed } from './format.js'

const objects = bytesOf('{"a":1,"b":"x","c":true}\n{"a":null,"b":"é","c":false}\n{"b":"2024-01-01","a":1e3}\n')
const lists = bytesOf('[1,2.5,"x"]\n[3,null,"y"]\n')
const packed = Uint8Array.from(gzipSync(objects))

const text = (name: string, content: string): Malformed => ({ name, bytes: bytesOf(content) })
const inCell = (name: string, value: string) => text(name, `{"a":1}\n{"a":${value}}\n`)
const second = (name: string, line: string) => text(name, `{"a":1}\n${line}\n`)

const malformed: Malformed[] = [
  text('an open brace', '{'),
  text('an open bracket', '['),
  text('an object cut short', '{"a":1}\n{"a":'),
  text('an object without a key', '{:1}\n'),
  text('a key without quotes', '{a:1}\n'),
  text('single quotes', "{'a':1}\n"),
  text('a comma at the end of an object', '{"a":1,}\n'),
  text('a comma at the end of a list', '[1,2,]\n'),
  text('a comment', '{"a":1} // one\n'),
  text('two objects on a line', '{"a":1}{"a":2}\n'),
  text('objects separated by commas', '{"a":1},\n{"a":2},\n'),
  text('an object over several lines', '{\n  "a": 1\n}\n'),
  text('one list of all objects', '[{"a":1},{"a":2}]\n'),
  text('one list of all objects, over several lines', '[\n{"a":1},\n{"a":2}\n]\n'),
  text('objects without keys', '{}\n{}\n'),
  text('lists without values', '[]\n[]\n'),
  second('a number among objects', '5'),
  second('a text among objects', '"x"'),
  second('null among objects', 'null'),
  second('true among objects', 'true'),
  second('a list among objects', '[1]'),
  second('not JSON among objects', 'hello'),
  second('a blank among objects', ' '),
  second('a line of a hundred thousand brackets', '['.repeat(100_000)),
  second('a line of a hundred thousand braces', '{"a":'.repeat(100_000)),
  text('lists of two lengths', '[1,2]\n[1,2,3]\n'),
  text('an object among lists', '[1]\n{"a":1}\n'),
  inCell('a list in a cell', '[1,2]'),
  inCell('an object in a cell', '{"b":1}'),
  inCell('lists within lists, a hundred thousand deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  inCell('objects within objects, a hundred thousand deep', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
  inCell('NaN', 'NaN'),
  inCell('infinity', 'Infinity'),
  inCell('a number in hexadecimal', '0x10'),
  inCell('a number with a leading zero', '007'),
  inCell('a number that begins with a point', '.5'),
  inCell('nil', 'nil'),
  inCell('a text with a line break', '"x\ny"'),
  inCell('a text with an escape that does not exist', '"\\x41"'),
  inCell('a text that does not end', '"x'),
  inCell('a text with a tab in it', '"\t"'),
  text('a key that changes what objects are', '{"__proto__":{"polluted":1}}\n'),
  text('such a key with a plain value', '{"__proto__":1}\n'),
  text('such a key in a later row', '{"a":1}\n{"a":1,"__proto__":2}\n'),
  text('such a key, escaped', '{"\\u005f_proto__":1}\n'),
  text(
    'another key in every row, too many',
    Array.from(
      { length: 110 },
      (_, i) => `{${Array.from({ length: 1000 }, (_, j) => `"k${i}_${j}":1`).join(',')}}`,
    ).join('\n'),
  ),
  text('a list of two hundred thousand values', `[${'1,'.repeat(200_000)}1]\n`),
  { name: 'a letter in Latin-1', bytes: bytesOf('{"a":"', [0xe9], '"}\n') },
  { name: 'a zero byte', bytes: bytesOf('{"a":"', [0], '"}\n') },
  { name: 'half a surrogate in UTF-8', bytes: bytesOf('{"a":"', [0xed, 0xa0, 0x80], '"}\n') },
  { name: 'gzip cut short', bytes: packed.slice(0, packed.length - 10) },
]

export const JSONL: HostileFormat = { format: 'JSONL', seeds: [objects, lists, packed], read: readData, malformed }
