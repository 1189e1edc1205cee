import { DiaboloError } from '../../base/errors.js'
import { type ByteSource, headOf } from '../byte-source.js'
import { emptyColumn, type TableStream } from '../table.js'
import { type Cell, ColumnGuess, isMissing, numberOf } from './cells.js'
import { MOST_COLUMNS, numberedNames, requireNames } from './column-names.js'
import { indexRecords, lineEnds } from './records.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })
const MARK = [0xef, 0xbb, 0xbf]

type Row = readonly unknown[] | Readonly<Record<string, unknown>>

/**
 * A table from text with one JSON document per line: objects, whose keys are the columns, or lists, whose places are.
 * It is gone through once. What an object does not have, or has as `null`, is missing.
 *
 * @throws E_FORMAT when a line is not JSON, or neither an object nor a list of plain values; E_UNSAFE for keys that are not
 * data, or too many; E_DATA when there is no row
 */
export async function jsonlStream(source: ByteSource): Promise<TableStream> {
  const { name } = source
  const head = await headOf(source, 3)
  const guesses = new Map<string, ColumnGuess>()
  let width: number | undefined
  const records = await indexRecords(
    source,
    MARK.every((byte, i) => head[i] === byte) ? 3 : 0,
    lineEnds(),
    (bytes, from, to, record) => {
      const row = parseRow(bytes, from, to, name, record)
      const length = Array.isArray(row) ? row.length : -1
      width ??= length
      if (length !== width) throw refuse(name, record, showWidth(width), showWidth(length))
      const keys = Array.isArray(row) ? numberedNames(length) : Object.keys(row)
      const values = Array.isArray(row) ? row : Object.values(row)
      if (guesses.size + keys.length > MOST_COLUMNS) requireNames([...new Set([...guesses.keys(), ...keys])], name)
      for (const [i, key] of keys.entries()) {
        let guess = guesses.get(key)
        if (!guess) {
          if (key === '__proto__') requireNames([key], name)
          guess = new ColumnGuess()
          guesses.set(key, guess)
        }
        guess.observe(cellOf(values[i], name, record, key))
      }
    },
  )
  if (records.count === 0 || guesses.size === 0) {
    throw new DiaboloError('E_DATA', {
      at: name,
      expected: 'at least one row and one column',
      found: 'none',
      hint: 'check the file',
    })
  }
  const columns = Array.from(guesses, ([key, guess]) => guess.head(key))
  return {
    name,
    rows: records.count,
    columns,
    async read(from, to) {
      const filled = columns.map((column) => emptyColumn(column, to - from))
      await records.visit(from, to, (bytes, begin, end, record) => {
        const row = parseRow(bytes, begin, end, name, record)
        for (const [i, column] of filled.entries()) {
          const cell = cellOf(valueIn(row, i, column.name), name, record, column.name)
          if (column.type === 'text') {
            ;(column.values as (string | undefined)[])[record - from] = cell === undefined ? undefined : String(cell)
            continue
          }
          const value = numberOf(cell, column)
          if (value === undefined) throw refuse(name, record, `a number in "${column.name}", as before`, `${cell}`)
          column.values[record - from] = value
        }
      })
      return { name, rows: to - from, columns: filled }
    },
  }
}

const valueIn = (row: Row, place: number, key: string): unknown =>
  Array.isArray(row)
    ? row[place]
    : Object.hasOwn(row, key)
      ? (row as Readonly<Record<string, unknown>>)[key]
      : undefined

function parseRow(bytes: Uint8Array, from: number, to: number, at: string, record: number): Row {
  let text: string
  try {
    text = utf8.decode(bytes.subarray(from, to))
  } catch {
    throw refuse(at, record, 'text in UTF-8', 'bytes that are not')
  }
  let row: unknown
  try {
    row = JSON.parse(text)
  } catch (cause) {
    throw refuse(at, record, 'one JSON document per line', cause instanceof Error ? cause.message : String(cause))
  }
  if (typeof row === 'object' && row !== null) return row as Row
  throw refuse(at, record, 'an object or a list', text.slice(0, 40))
}

function cellOf(value: unknown, at: string, record: number, key: string): Cell {
  switch (typeof value) {
    case 'number':
    case 'boolean':
      return value
    case 'string':
      return isMissing(value) ? undefined : value
    case 'undefined':
      return undefined
    default:
      if (value === null) return undefined
      throw refuse(
        at,
        record,
        `a number, a text, true, false or null in "${key.slice(0, 80)}"`,
        Array.isArray(value) ? 'a list' : 'an object',
      )
  }
}

const showWidth = (width: number) => (width < 0 ? 'an object, as in the first row' : `a list of ${width}`)

const refuse = (at: string, record: number, expected: string, found: string) =>
  new DiaboloError('E_FORMAT', {
    at: `${at}, row ${record} (counted from 0)`,
    expected,
    found: found.slice(0, 120),
    hint: 'write one flat JSON object or list per line; for one large list: jq -c ".[]" file.json',
  })
