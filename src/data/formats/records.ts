import { DiaboloError } from '../../base/errors.js'
import type { ByteSource } from '../byte-source.js'

/**
 * Where the line break is that ends the record which begins at `from`; −1 when it is not among these bytes.
 * Asked for one record after the other.
 */
export type RecordEnds = (bytes: Uint8Array, from: number) => number

/** Called with each record, without its line break; `false` ends the reading. */
type Visit = (bytes: Uint8Array, from: number, to: number, offset: number) => unknown

/** Bytes that are read at a time; a record may be longer. */
const PIECE = 2 ** 20
const MOST_RECORD = 2 ** 24
/** Of every so many records the place is noted. */
const EVERY = 256

const RETURN = 0x0d

/** Goes through records from a place on; empty lines are none. */
async function visitRecords(source: ByteSource, from: number, ends: RecordEnds, visit: Visit): Promise<void> {
  let at = from
  let rest: Uint8Array = new Uint8Array()
  while (at < source.size || rest.length > 0) {
    const to = Math.min(source.size, at + PIECE)
    const piece = await source.read(at, to)
    const bytes = rest.length > 0 ? concat(rest, piece) : piece
    const origin = at - rest.length
    const last = to === source.size
    let begin = 0
    while (begin < bytes.length) {
      const found = ends(bytes, begin)
      if (found < 0 && !last) break
      const stop = found < 0 ? bytes.length : found
      const end = stop > begin && bytes[stop - 1] === RETURN ? stop - 1 : stop
      if (end > begin && visit(bytes, begin, end, origin + begin) === false) return
      begin = stop + 1
    }
    rest = bytes.subarray(Math.min(begin, bytes.length))
    if (last) return
    if (rest.length > MOST_RECORD) throw tooLong(source, origin + begin)
    at = to
  }
}

const tooLong = ({ name }: ByteSource, offset: number) =>
  new DiaboloError('E_FORMAT', {
    at: `${name}, byte ${offset}`,
    expected: `rows of at most ${MOST_RECORD} bytes`,
    found: 'a longer one',
    hint: 'check that every quote is closed, and that this is a text file',
  })

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** Records of a text file by their number, from places noted on the way through it. */
export interface Records {
  readonly count: number
  /** Visits records `from` … `to − 1`. */
  visit(
    from: number,
    to: number,
    visit: (bytes: Uint8Array, from: number, to: number, record: number) => void,
  ): Promise<void>
}

/**
 * Goes through a text file once.
 *
 * @param start  where the first record begins
 * @param visit  called with each record
 */
export async function indexRecords(
  source: ByteSource,
  start: number,
  ends: RecordEnds,
  visit: (bytes: Uint8Array, from: number, to: number, record: number) => void,
): Promise<Records> {
  const places: number[] = []
  let count = 0
  await visitRecords(source, start, ends, (bytes, from, to, offset) => {
    if (count % EVERY === 0) places.push(offset)
    visit(bytes, from, to, count++)
  })
  return {
    count,
    async visit(from, to, each) {
      const first = Math.floor(from / EVERY)
      const past = places[Math.ceil(to / EVERY)] ?? source.size
      let record = first * EVERY
      const part = { ...source, size: past }
      await visitRecords(part, places[first] ?? past, ends, (bytes, begin, end) => {
        if (record >= from) each(bytes, begin, end, record)
        return ++record < to
      })
    },
  }
}

/** Lines end with one byte, whatever they hold. */
export const lineEnds =
  (newline = 0x0a): RecordEnds =>
  (bytes, from) =>
    bytes.indexOf(newline, from)
