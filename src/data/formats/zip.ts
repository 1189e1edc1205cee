import { DiaboloError } from '../../base/errors.js'
import { type ByteSource, byteSource, partOf } from '../byte-source.js'
import { crc32 } from './crc.js'
import { unpack } from './gzip.js'

/** One file of an archive, as the archive's directory at its end describes it. Its name is never used as a path. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  /** Bytes in the archive. */
  readonly packed: number
  /** Bytes when unpacked. */
  readonly size: number
  readonly crc: number
  /** Where its own header begins. */
  readonly at: number
}

const STORED = 0
const DEFLATED = 8
const MOST_ENTRIES = 10_000
const MOST_DIRECTORY = 2 ** 24
/** The end record with the longest comment, and the locator of its 64-bit form. */
const TAIL = 22 + 65_535 + 20

const refuse = (code: 'E_FORMAT' | 'E_TRUNCATED' | 'E_UNSAFE', at: string, expected: string, found: string): never => {
  const hint = 'save the arrays again with numpy.savez(path, X=…), or copy or download the file again'
  throw new DiaboloError(code, { at, expected, found, hint })
}

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)

/**
 * The directory of a ZIP archive, 64-bit ones too.
 *
 * @throws E_TRUNCATED when there is none; E_FORMAT, E_UNSAFE when it is not what it should be
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3
 */
export async function zipEntries(source: ByteSource): Promise<ZipEntry[]> {
  const { name: at } = source
  const { from, size, count } = await findDirectory(source)
  if (from + size > source.size)
    refuse('E_TRUNCATED', at, `a directory of ${size} bytes at ${from}`, `${source.size} bytes`)
  if (count > MOST_ENTRIES || size > MOST_DIRECTORY) {
    refuse('E_UNSAFE', at, `at most ${MOST_ENTRIES} files in an archive`, `${count}, listed in ${size} bytes`)
  }
  const bytes = await source.read(from, from + size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries: ZipEntry[] = []
  for (let i = 0, place = 0; i < count; i++) {
    if (place + 46 > size || view.getUint32(place, true) !== 0x02014b50) {
      refuse('E_FORMAT', at, `${count} entries in the archive's directory`, `${i}`)
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      view.getUint16(place + field, true),
    ) as [number, number, number]
    const end = place + 46 + nameLength + extraLength + commentLength
    if (end > size) refuse('E_TRUNCATED', at, `${count} entries in the archive's directory`, `${i}`)
    const name = new TextDecoder().decode(bytes.subarray(place + 46, place + 46 + nameLength))
    if (view.getUint16(place + 8, true) & 1) refuse('E_FORMAT', at, 'files without a password', `"${name}" with one`)
    const extra = new DataView(view.buffer, view.byteOffset + place + 46 + nameLength, extraLength)
    const [unpacked, packed, offset] = widen(
      [24, 20, 42].map((field) => view.getUint32(place + field, true)),
      extra,
    )
    const method = view.getUint16(place + 10, true)
    const entry = { name, method, packed, size: unpacked, crc: view.getUint32(place + 16, true), at: offset }
    if (entries.some((other) => other.name === name))
      refuse('E_FORMAT', at, 'files of different names', `"${name}" twice`)
    entries.push(entry)
    place = end
  }
  return entries
}

/** Where the directory is, by the record at the end of the file. */
async function findDirectory(source: ByteSource) {
  const start = Math.max(0, source.size - TAIL)
  const tail = await source.read(start, source.size)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length)
  for (let end = tail.length - 22; end >= 0; end--) {
    if (view.getUint32(end, true) !== 0x06054b50 || end + 22 + view.getUint16(end + 20, true) !== tail.length) continue
    const found = {
      count: view.getUint16(end + 10, true),
      size: view.getUint32(end + 12, true),
      from: view.getUint32(end + 16, true),
    }
    const wide = found.count === 0xffff || found.size === 0xffffffff || found.from === 0xffffffff
    if (!wide || end < 20 || view.getUint32(end - 20, true) !== 0x07064b50) return found
    const record = Number(view.getBigUint64(end - 12, true))
    if (record + 56 > source.size) break
    const bytes = await source.read(record, record + 56)
    const wideView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    if (wideView.getUint32(0, true) !== 0x06064b50) break
    const [count, size, from] = [32, 40, 48].map((field) => Number(wideView.getBigUint64(field, true)))
    return { count, size, from } as { count: number; size: number; from: number }
  }
  return refuse('E_TRUNCATED', source.name, "an archive's directory at the end", 'none: the file is cut, or no archive')
}

/** Values of 32 bits, those that do not fit replaced by those of the 64-bit extra field, in the same order. */
function widen(values: readonly number[], extra: DataView): [number, number, number] {
  let wide: DataView | undefined
  for (let place = 0; place + 4 <= extra.byteLength; ) {
    const length = extra.getUint16(place + 2, true)
    if (extra.getUint16(place, true) === 1 && place + 4 + length <= extra.byteLength) {
      wide = new DataView(extra.buffer, extra.byteOffset + place + 4, length)
    }
    place += 4 + length
  }
  let at = 0
  return values.map((value) => {
    if (value !== 0xffffffff || !wide || at + 8 > wide.byteLength) return value
    at += 8
    return Number(wide.getBigUint64(at - 8, true))
  }) as [number, number, number]
}

/**
 * The content of one file of an archive. What is stored as it is, is read from where it lies; the rest is unpacked and
 * compared with its checksum.
 *
 * @throws E_TRUNCATED, E_FORMAT, E_UNSAFE, E_CHECKSUM as the archive is
 */
export async function openEntry(
  source: ByteSource,
  { name, method, packed, size, crc, at }: ZipEntry,
): Promise<ByteSource> {
  const place = `${source.name}, "${name}"`
  if (at + 30 > source.size) refuse('E_TRUNCATED', place, `a header at byte ${at}`, `a file of ${source.size} bytes`)
  const head = await source.read(at, at + 30)
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  if (view.getUint32(0, true) !== 0x04034b50) refuse('E_FORMAT', place, `a header at byte ${at}`, 'other bytes')
  const from = at + 30 + view.getUint16(26, true) + view.getUint16(28, true)
  if (from + packed > source.size)
    refuse('E_TRUNCATED', place, `${packed} bytes from byte ${from}`, `a file of ${source.size}`)
  const content = { ...partOf(source, from, packed), name: place }
  if (method === STORED) {
    if (packed !== size) refuse('E_FORMAT', place, `${size} bytes, as they are`, `${packed}`)
    return content
  }
  if (method !== DEFLATED) refuse('E_FORMAT', place, 'a file that is stored or deflated', `method ${method}`)
  const bytes = await unpack(content, { format: 'deflate-raw', size })
  if (crc32(bytes) !== crc)
    refuse('E_FORMAT', place, `data with checksum ${crc.toString(16)}`, crc32(bytes).toString(16))
  return byteSource(bytes, place)
}
