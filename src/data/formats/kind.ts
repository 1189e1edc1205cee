import { DiaboloError } from '../../base/errors.js'
import { type ByteSource, headOf } from '../byte-source.js'
import { isGzip } from './gzip.js'
import { isIdx } from './idx.js'
import { isNpy } from './npy.js'
import { isZip } from './zip.js'

/** Formats that are told by what a file begins with. */
export type Kind = 'gzip' | 'idx' | 'npy' | 'npz' | 'parquet' | 'png' | 'jpeg' | 'webp' | 'jsonl' | 'csv'

export const FORMATS = 'IDX, .npy, .npz, CSV, TSV, JSONL, Parquet or an image (all but the last three may be in gzip)'

const starts = (bytes: Uint8Array, ...wanted: readonly number[]) => wanted.every((byte, i) => bytes[i] === byte)
const text = (bytes: Uint8Array, from: number, to: number) => new TextDecoder('latin1').decode(bytes.subarray(from, to))

/** Bytes that are looked at: many, because what is text has no mark, only the absence of all else. */
const HEAD = 2 ** 12

/**
 * What a file is, by its content.
 *
 * @throws E_FORMAT when it is none of the formats that are read
 */
export async function kindOf(source: ByteSource): Promise<Kind> {
  const head = await headOf(source, HEAD)
  if (isGzip(head)) return 'gzip'
  if (isNpy(head)) return 'npy'
  if (isIdx(head)) return 'idx'
  if (isZip(head)) return 'npz'
  if (text(head, 0, 4) === 'PAR1') return 'parquet'
  if (starts(head, 0x89, 0x50, 0x4e, 0x47)) return 'png'
  if (starts(head, 0xff, 0xd8, 0xff)) return 'jpeg'
  if (text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP') return 'webp'
  if (source.size > 0 && isText(head)) return isJson(head) ? 'jsonl' : 'csv'
  const start = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const wide = starts(head, 0xff, 0xfe) || starts(head, 0xfe, 0xff)
  throw new DiaboloError('E_FORMAT', {
    at: source.name,
    expected: FORMATS,
    found: source.size === 0 ? 'an empty file' : wide ? 'text in UTF-16' : `a file that starts with ${start}`,
    hint: wide ? 'save it in UTF-8' : 'save the samples with numpy.save(path, array), one per row, or as CSV',
  })
}

/** No control characters but tabs, line breaks and form feeds. */
const isText = (head: Uint8Array) => head.every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13))

/** Its first line is a JSON document, or would be if it were whole. */
function isJson(head: Uint8Array): boolean {
  const [line = ''] = text(head, starts(head, 0xef, 0xbb, 0xbf) ? 3 : 0, HEAD)
    .trimStart()
    .split(/[\r\n]/)
  if (!/^[[{]/.test(line)) return false
  return line.startsWith('{') || /^\[\s*("|-?\d|\]|\[|\{|true|false|null|$)/.test(line)
}
