import { DiaboloError } from '../base/errors.js'
import type { Column, ColumnHead, TableStream } from '../data/table.js'

/** Rows that are read at a time. */
const ROWS_AT_ONCE = 65_536

/** Values that quantiles are taken from, at most: they are those of rows at equal distances. */
const MOST_SAMPLED = 100_000

/** Different values of a column of categories that are counted, at most. */
const MOST_DIFFERENT = 100_000

/** What is known of a column's numbers; NaN, which stands for a missing value, is left out. */
export interface NumberStatistics {
  readonly present: number
  readonly mean: number
  /** Divided by the number of values. */
  readonly variance: number
  readonly min: number
  readonly max: number
  /** In rising order: all values, or those of rows at equal distances. */
  readonly sorted: Float64Array
}

/** How often each value of a column was met, the commonest first, of equally common ones the smaller; and in how many rows there was one. */
export interface CategoryStatistics {
  readonly present: number
  readonly counts: readonly (readonly [category: string | number, rows: number])[]
}

/** Counts one column, part by part. */
interface Tally {
  add(column: Column, firstRow: number): void
}

/**
 * Goes through a table once.
 *
 * @param numbers     columns whose moments and quantiles are wanted
 * @param categories  columns whose values are to be counted
 * @throws E_VALUE when a number is infinite; E_DATA when a column of categories has more than 100,000 of them
 */
export async function statisticsOf(
  stream: TableStream,
  numbers: readonly ColumnHead[],
  categories: readonly ColumnHead[],
) {
  const every = Math.ceil(stream.rows / MOST_SAMPLED)
  const moments = new Map(numbers.map(({ name }) => [name, new Moments(stream.name, every)]))
  const counts = new Map(categories.map(({ name }) => [name, new Counts(stream.name)]))
  for (let from = 0; from < stream.rows; from += ROWS_AT_ONCE) {
    const part = await stream.read(from, Math.min(from + ROWS_AT_ONCE, stream.rows))
    for (const column of part.columns) {
      const tallies: readonly (Tally | undefined)[] = [moments.get(column.name), counts.get(column.name)]
      for (const tally of tallies) tally?.add(column, from)
    }
  }
  return {
    numbers: new Map(Array.from(moments, ([name, tally]) => [name, tally.statistics()])),
    categories: new Map(Array.from(counts, ([name, tally]) => [name, tally.statistics()])),
  }
}

/** Mean and variance by Welford's updates: no difference of large sums. */
class Moments implements Tally {
  readonly #table: string
  readonly #every: number
  readonly #sample: number[] = []
  #count = 0
  #mean = 0
  #squares = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  constructor(table: string, every: number) {
    this.#table = table
    this.#every = every
  }

  add({ name, values }: Column, firstRow: number): void {
    for (let i = 0; i < values.length; i++) {
      const x = values[i] as number
      if (Number.isNaN(x)) continue
      if (!Number.isFinite(x)) throw infinite(this.#table, name, firstRow + i, x)
      this.#count++
      const step = x - this.#mean
      this.#mean += step / this.#count
      this.#squares += step * (x - this.#mean)
      this.#min = Math.min(this.#min, x)
      this.#max = Math.max(this.#max, x)
      if ((firstRow + i) % this.#every === 0) this.#sample.push(x)
    }
  }

  statistics(): NumberStatistics {
    return {
      present: this.#count,
      mean: this.#mean,
      variance: this.#squares / Math.max(1, this.#count),
      min: this.#min,
      max: this.#max,
      sorted: Float64Array.from(this.#sample.length > 0 ? this.#sample : [this.#min]).sort(),
    }
  }
}

class Counts implements Tally {
  readonly #table: string
  readonly #counts = new Map<string | number, number>()
  #present = 0

  constructor(table: string) {
    this.#table = table
  }

  add({ name, values }: Column): void {
    for (const value of values) {
      if (isMissing(value)) continue
      this.#present++
      this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
    }
    if (this.#counts.size > MOST_DIFFERENT) throw identifier(this.#table, name, `more than ${MOST_DIFFERENT}`)
  }

  statistics(): CategoryStatistics {
    const order = (a: string | number, b: string | number) => (a < b ? -1 : 1)
    const counts = [...this.#counts].sort(([a, many], [b, most]) => most - many || order(a, b))
    return { present: this.#present, counts }
  }
}

/** Empty text is missing too: text has no other way to say so in a graph. */
export const isMissing = (value: string | number | undefined): value is undefined =>
  value === undefined || value === '' || Number.isNaN(value)

export const identifier = (table: string, column: string, different: string) =>
  new DiaboloError('E_DATA', {
    at: `column "${column}" of ${table}`,
    expected: 'categories that come again',
    found: `${different} different values`,
    hint: `it looks like an identifier or free text: leave it out (exclude: ['${column}'], --exclude ${column})`,
  })

export const infinite = (table: string, column: string, row: number, value: number) =>
  new DiaboloError('E_VALUE', {
    at: `column "${column}" of ${table}, row ${row} (counted from 0)`,
    expected: 'a number within the range of float32 once it is scaled, or nothing',
    found: `${value}`,
    hint: 'mark what is not known as missing: NaN, or an empty cell',
  })
