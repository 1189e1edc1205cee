import { DiaboloError } from '../../base/errors.js'
import { type ByteSource, headOf } from '../byte-source.js'
import { emptyColumn, type TableStream } from '../table.js'
import { type Cell, ColumnGuess, isMissing, numberOf, readWord } from './cells.js'
import { distinctNames, MOST_COLUMNS, numberedNames, requireNames } from './column-names.js'
import { type CellPlaces, cellPlaces, type Dialect, quotedEnds, splitCells, unquote } from './csv-cells.js'
import { sniffDialect } from './csv-dialect.js'
import { parseDecimal } from './decimal.js'
import { indexRecords } from './records.js'

export interface CsvOptions {
  /** One character; told by the content when left out. */
  readonly delimiter?: string
  /** Whether the first row holds the names of the columns; told by the content when left out. */
  readonly header?: boolean
}

/** Bytes by which the dialect is told. */
const HEAD = 2 ** 16
const MARK = [0xef, 0xbb, 0xbf]

const utf8 = new TextDecoder('utf-8', { fatal: true })
const latin = new TextDecoder('latin1')
const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x09

/**
 * A table from text with one row per line: cells separated by commas, semicolons, tabs or bars, quoted or not.
 * It is gone through once, to count its rows and to find out what its columns hold.
 *
 * @throws E_FORMAT when it is not such text: rows of unequal length, an open quote, bytes that are not UTF-8; E_DATA when
 * there is no row
 */
export async function csvStream(source: ByteSource, options: CsvOptions = {}): Promise<TableStream> {
  const { name } = source
  const head = await headOf(source, HEAD)
  const start = MARK.every((byte, i) => head[i] === byte) ? MARK.length : 0
  const sniffed = sniffDialect(head.subarray(start), source.size <= HEAD)
  const dialect = options.delimiter === undefined ? sniffed : { ...sniffed, delimiter: options.delimiter.charCodeAt(0) }
  const reader = new CsvReader(name, dialect)
  let first: string[] | undefined
  let names: string[] = []
  let guesses: ColumnGuess[] = []
  const records = await indexRecords(source, start, quotedEnds(dialect), (bytes, from, to, record) => {
    const count = reader.split(bytes, from, to, record)
    if (record === 0) {
      if (count > MOST_COLUMNS) requireNames(numberedNames(count), name)
      reader.width = count
      first = Array.from({ length: count }, (_, column) => reader.text(column).trim())
      guesses = first.map(() => new ColumnGuess())
      if (options.header ?? isHeader(first)) names = distinctNames(first)
    }
    if (record === 0 && names.length > 0) return
    for (let column = 0; column < count; column++) {
      const guess = guesses[column] as ColumnGuess
      if (!guess.isText) guess.observe(reader.cell(column))
    }
  })
  const skipped = names.length > 0 ? 1 : 0
  if (!first || records.count === skipped) {
    throw new DiaboloError('E_DATA', { at: name, expected: 'at least one row', found: 'none', hint: 'check the file' })
  }
  if (names.length === 0) names = numberedNames(first.length)
  requireNames(names, name)
  const columns = names.map((title, i) => (guesses[i] as ColumnGuess).head(title))
  return {
    name,
    rows: records.count - skipped,
    columns,
    async read(from, to) {
      const filled = columns.map((column) => emptyColumn(column, to - from))
      await records.visit(from + skipped, to + skipped, (bytes, begin, end, record) => {
        reader.split(bytes, begin, end, record)
        const row = record - skipped - from
        for (const [i, column] of filled.entries()) {
          if (column.type === 'text') {
            const text = reader.text(i)
            if (!isMissing(text.trim())) (column.values as (string | undefined)[])[row] = text
            continue
          }
          const value = numberOf(reader.cell(i), column)
          if (value === undefined)
            throw reader.refuse(record, `a number in "${column.name}", as before`, reader.text(i))
          column.values[row] = value
        }
      })
      return { name, rows: to - from, columns: filled }
    },
  }
}

/** So many columns have to be counted from 0 for that to be a way to name them, as pandas does, and no chance. */
const COUNTED = 4

/** Names are not values: some are there, and none is a number. */
function isHeader(cells: readonly string[]): boolean {
  if (cells.length >= COUNTED && cells.every((cell, i) => cell === String(i))) return true
  const isNumber = (cell: string) => cell !== '' && (!Number.isNaN(Number(cell)) || typeof readWord(cell) === 'number')
  return cells.some((cell) => !isMissing(cell)) && !cells.some(isNumber)
}

/** Reads one record at a time. */
class CsvReader {
  width = -1
  readonly #at: string
  readonly #dialect: Dialect
  readonly #places: CellPlaces = cellPlaces()
  #bytes: Uint8Array = new Uint8Array()
  #record = 0

  constructor(at: string, dialect: Dialect) {
    this.#at = at
    this.#dialect = dialect
  }

  /** @returns the number of cells */
  split(bytes: Uint8Array, from: number, to: number, record: number): number {
    this.#bytes = bytes
    this.#record = record
    const count = splitCells(bytes, from, to, this.#dialect.delimiter, this.#places)
    if (count < 0) throw this.refuse(record, 'a quote that closes', 'none')
    if (this.width >= 0 && count !== this.width)
      throw this.refuse(record, `${this.width} cells, as in the first row`, `${count}`)
    return count
  }

  /** As it is written, without quotes. */
  text(column: number): string {
    const { from, to, raw } = this.#places
    const bytes = this.#bytes.subarray(from[column], to[column])
    const text = this.#decode(bytes)
    return raw[column] ? unquote(text) : text
  }

  cell(column: number): Cell {
    const places = this.#places
    let from = places.from[column] as number
    let to = places.to[column] as number
    while (isSpace(this.#bytes[from]) && from < to) from++
    while (isSpace(this.#bytes[to - 1]) && from < to) to--
    if (from === to) return undefined
    const value = parseDecimal(this.#bytes, from, to)
    return Number.isNaN(value) ? readWord(this.text(column).trim()) : value
  }

  #decode(bytes: Uint8Array): string {
    if (bytes.length < 24) {
      const text = latin.decode(bytes)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what ASCII is
      if (/^[\x01-\x7f]*$/.test(text)) return text
    }
    try {
      const text = utf8.decode(bytes)
      if (!text.includes('\0')) return text
    } catch {
      throw this.refuse(this.#record, 'text in UTF-8', 'bytes that are not')
    }
    throw this.refuse(this.#record, 'text', 'a zero byte')
  }

  refuse(record: number, expected: string, found: string): DiaboloError {
    return new DiaboloError('E_FORMAT', {
      at: `${this.#at}, row ${record} (the first line is row 0)`,
      expected,
      found: found.slice(0, 80),
      hint: 'check that this is a CSV file in UTF-8 whose rows have equally many cells; leave it as it is while it is used',
    })
  }
}
