import type { ColumnHead } from '../table.js'

/** What is written in one cell of a file without types; `undefined` where a value is missing. */
export type Cell = number | boolean | string | undefined

const MISSING = new Set(['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'NAN', 'null', 'NULL', 'None', '?'])
const WORDS: ReadonlyMap<string, Cell> = new Map<string, Cell>([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['inf', '+inf', 'Inf', 'Infinity', '+Infinity'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-inf', '-Inf', '-Infinity'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
])

export const isMissing = (text: string): boolean => MISSING.has(text)

/** What a word other than a decimal number stands for. */
export const readWord = (text: string): Cell => (isMissing(text) ? undefined : WORDS.has(text) ? WORDS.get(text) : text)

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/

/** Seconds since 1970 of an ISO 8601 date, with or without a time of day, in UTC unless it says otherwise. */
export function parseDate(text: string): number | undefined {
  const found = DATE.exec(text)
  if (!found) return undefined
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const millis = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(millis)
  // what overflows, such as 30 February, comes back as another day
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || date.getUTCFullYear() !== year) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const [, , , , , , , fraction, zone] = found
  const [sign, hours, minutes] =
    zone && zone !== 'Z' ? [zone[0] === '-' ? -1 : 1, zone.slice(1, 3), zone.slice(-2)] : [0, 0, 0]
  return millis / 1000 + Number(fraction ?? 0) - sign * (Number(hours) * 3600 + Number(minutes) * 60)
}

/** Finds out, cell by cell, what a column holds. */
export class ColumnGuess {
  #present = false
  #number = true
  #boolean = true
  #date = true

  /** That it is text will not change any more. */
  get isText(): boolean {
    return !this.#number && !this.#boolean && !this.#date
  }

  observe(cell: Cell): void {
    if (cell === undefined) return
    this.#present = true
    if (typeof cell !== 'number') this.#number = false
    if (typeof cell !== 'boolean') this.#boolean = false
    if (this.#date && (typeof cell !== 'string' || parseDate(cell) === undefined)) this.#date = false
  }

  /** Numbers, where nothing else was there; a column without any value is one of missing numbers. */
  head(name: string): ColumnHead {
    if (!this.#present || this.#number) return { name, type: 'number' }
    if (this.#boolean) return { name, type: 'number', was: 'boolean' }
    return this.#date ? { name, type: 'number', was: 'date' } : { name, type: 'text' }
  }
}

/** The number that a cell of a column of numbers stands for; `undefined` when it is none. */
export function numberOf(cell: Cell, { was }: ColumnHead): number | undefined {
  if (cell === undefined) return Number.NaN
  if (typeof cell === 'string') return was === 'date' ? parseDate(cell) : undefined
  if (typeof cell === 'boolean') return was === 'boolean' ? Number(cell) : undefined
  return was === undefined ? cell : undefined
}
