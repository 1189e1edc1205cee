import type { RecordEnds } from './records.js'

/** How a file separates cells and records; bytes. */
export interface Dialect {
  readonly delimiter: number
  readonly newline: number
}

const QUOTE = 0x22

/**
 * A line break ends a record unless it stands between quotes. A quote opens where a cell begins, and nowhere else; within
 * quotes, two stand for one.
 *
 * @see RFC 4180
 */
export function quotedEnds({ delimiter, newline }: Dialect): RecordEnds {
  let seen: Uint8Array | undefined
  let quote = -1
  return (bytes, from) => {
    const end = bytes.indexOf(newline, from)
    // the next quote is looked for once, not once per record
    if (seen !== bytes || (quote >= 0 && quote < from)) {
      seen = bytes
      quote = bytes.indexOf(QUOTE, from)
    }
    if (quote < 0 || (end >= 0 && end < quote)) return end
    for (let i = from; i < bytes.length; i++) {
      if (bytes[i] === QUOTE) i = afterQuotes(bytes, i, bytes.length)
      while (i < bytes.length && bytes[i] !== delimiter && bytes[i] !== newline) i++
      if (bytes[i] === newline) return i
    }
    return -1
  }
}

/** Just after the quote that closes the one at `from`; `to` where none does. */
function afterQuotes(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from + 1; ; i += 2) {
    i = bytes.indexOf(QUOTE, i)
    if (i < 0 || i >= to) return to
    if (bytes[i + 1] !== QUOTE || i + 1 >= to) return i + 1
  }
}

/** Where the cells of one record lie; filled again for each. */
export interface CellPlaces {
  /** First byte, after an opening quote. */
  readonly from: number[]
  /** Just after the last byte, before a closing quote. */
  readonly to: number[]
  /** Cells in which quotes are doubled or text follows the closing quote: from the opening quote on, to be unquoted. */
  readonly raw: boolean[]
}

export const cellPlaces = (): CellPlaces => ({ from: [], to: [], raw: [] })

/**
 * Splits one record.
 *
 * @returns how many cells it has; −1 when a quote is not closed
 */
export function splitCells(bytes: Uint8Array, from: number, to: number, delimiter: number, places: CellPlaces): number {
  let count = 0
  for (let i = from; ; i++) {
    const begin = i
    if (bytes[i] === QUOTE && i < to) {
      const after = afterQuotes(bytes, i, to)
      if (bytes[after - 1] !== QUOTE || after - 1 === begin) return -1
      i = after
      while (i < to && bytes[i] !== delimiter) i++
      const inner = bytes.indexOf(QUOTE, begin + 1)
      const plain = inner === after - 1 && i === after
      places.raw[count] = !plain
      places.from[count] = plain ? begin + 1 : begin
      places.to[count] = plain ? after - 1 : i
    } else {
      while (i < to && bytes[i] !== delimiter) i++
      places.raw[count] = false
      places.from[count] = begin
      places.to[count] = i
    }
    count++
    if (i >= to) return count
  }
}

/** `"a ""b"" c"d` is `a "b" cd`. */
export function unquote(text: string): string {
  let out = ''
  let quoted = true
  for (let i = 1; i < text.length; i++) {
    if (!quoted || text[i] !== '"') out += text[i]
    else if (text[i + 1] === '"') {
      out += '"'
      i++
    } else quoted = false
  }
  return out
}
