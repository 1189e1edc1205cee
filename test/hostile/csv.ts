import { gzipSync } from 'node:zlib'
import { bytesOf, readData } from './data.js'
import type { HostileFormat, Malformed } from './format.js'

const plain = bytesOf('a,b,c\n1,2,3\n4,5.5,-6e2\n7,,9\n')
const quoted = bytesOf(
  '\ufeffname;when;"ok?"\r\n"Doe; Jane";2024-02-29;true\r\n"say ""hi""";2024-03-01T10:00:00Z;false\r\n',
)
const tabs = bytesOf('1\t2\n3\t4\n')
const packed = Uint8Array.from(gzipSync(plain))

const text = (name: string, content: string): Malformed => ({ name, bytes: bytesOf(content) })
/** A table of two columns of text with some bytes in one of its cells. */
const withBytes = (name: string, bytes: readonly number[], cell = 'x'): Malformed => ({
  name,
  bytes: bytesOf('name,value\nx,1\n', cell, bytes, ',2\n'),
})
/** The same, beyond what is looked at first. */
const farAway = (name: string, bytes: readonly number[]): Malformed => ({
  name: `${name}, far away`,
  bytes: bytesOf('name,value\n', 'x,1\n'.repeat(30_000), 'x', bytes, ',2\n'),
})

const malformed: Malformed[] = [
  text('nothing', ''),
  text('a byte order mark and nothing else', '\ufeff'),
  text('a line break and nothing else', '\n'),
  text('a thousand line breaks', '\n'.repeat(1000)),
  text('carriage returns and nothing else', '\r\r\r'),
  text('blank lines of Windows', '\r\n\r\n'),
  text('names and no row', 'a,b,c\n'),
  text('names and no row, without a line break', 'a,b,c'),
  text('names and blank lines', 'a,b,c\n\n\n\n'),
  text('one cell too many', 'a,b\n1,2\n3,4,5\n'),
  text('one cell too few', 'a,b,c\n1,2,3\n4,5\n'),
  text('a row of one cell', 'a,b,c\n1,2,3\n4\n5,6,7\n'),
  text('a delimiter at the end of one row', 'a,b\n1,2,\n3,4\n'),
  text('names for one column less', 'a,b\n1,2,3\n4,5,6\n'),
  text('names for one column more', 'a,b,c,d\n1,2,3\n4,5,6\n'),
  text('a last row cut short', 'a,b,c\n1,2,3\n4,5'),
  text('a first row of commas', ',,,\n1,2\n'),
  text('a row of a thousand commas', `a,b\n1,2\n${','.repeat(1000)}\n`),
  text('two tables', 'a,b\n1,2\n\nc,d,e\n1,2,3\n'),
  text('a title above the names', 'My table\na,b,c\n1,2,3\n'),
  text('a quote that does not close', 'a,b\n"1,2\n3,4\n'),
  text('a quote that does not close in the last cell', 'a,b\n1,2\n3,"4'),
  text('a quote that does not close in the names', '"a,b\n1,2\n'),
  text('a quote and nothing else', '"'),
  text('a quote at the very end', 'a,b\n1,2\n3,"'),
  text('three quotes', 'a,b\n1,"""\n'),
  text('a quote that does not close in a large file', `a,b\n1,"2\n${'3,4\n'.repeat(10_000)}`),
  text('a quoted cell with too many cells after it', 'a,b\n"x"y,1,2\n3,4\n'),
  text('a name that changes what objects are', '__proto__,b\n1,2\n'),
  text('a quoted name that changes what objects are', '"__proto__",b\n1,2\n'),
  text('two hundred thousand columns', `${'1,'.repeat(200_000)}1\n`),
  text('a row of seventeen million bytes', `a,b\n1,${'9'.repeat(17 * 2 ** 20)}\n`.concat('x\n')),
  { name: 'UTF-16 with its mark', bytes: bytesOf([0xff, 0xfe], Buffer.from('a,b\n1,2\n', 'utf16le')) },
  { name: 'UTF-16 the other way round', bytes: bytesOf([0xfe, 0xff], Buffer.from('a,b\n1,2\n', 'utf16le').swap16()) },
  { name: 'UTF-16 without a mark', bytes: bytesOf(Buffer.from('a,b\n1,2\n', 'utf16le')) },
  withBytes('a letter in Latin-1', [0xe9]),
  withBytes('a letter cut in half', [0xc3]),
  withBytes('an overlong letter', [0xc0, 0xaf]),
  withBytes('half a surrogate', [0xed, 0xa0, 0x80]),
  withBytes('a letter beyond Unicode', [0xf5, 0x80, 0x80, 0x80]),
  withBytes('a lone continuation', [0x80]),
  withBytes('a zero byte', [0]),
  withBytes('an escape', [0x1b, 0x5b]),
  withBytes('a bell', [7]),
  farAway('a letter in Latin-1', [0xe9]),
  farAway('a zero byte', [0]),
  farAway('an extra cell', [0x2c]),
  farAway('an open quote', [0x2c, 0x22]),
  { name: 'gzip cut short', bytes: packed.slice(0, packed.length - 10) },
  { name: 'gzip of an open quote', bytes: Uint8Array.from(gzipSync('a,b\n1,"2\n')) },
]

export const CSV: HostileFormat = { format: 'CSV', seeds: [plain, quoted, tabs, packed], read: readData, malformed }
