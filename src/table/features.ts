import { DiaboloError } from '../base/errors.js'
import { nearest } from '../base/nearest.js'
import type { Dataset } from '../data/dataset.js'
import { type RowStream, rowStream } from '../data/row-stream.js'
import { type Column, type ColumnHead, type Table, type TableStream, table } from '../data/table.js'
import { scale, unscale } from './scaling.js'
import { type Categories, type ColumnSpec, featuresOf, isTextual, placesOf, type TableSpec } from './spec.js'
import { infinite, isMissing } from './statistics.js'

/** One value of a column as features, of which the first is `at`. */
type Write = (value: string | number | undefined, features: Float32Array, at: number) => void

/**
 * The rows of a table as a model sees them: float32 [rows, features], NaN where a value is missing. Columns are found by
 * name, whatever their order; others are left alone. The same as `emitFeatures`, to the bit.
 *
 * @throws E_DATA naming the columns that are not there; E_VALUE naming the cell that is not a number where one is needed
 */
export function toFeatures(spec: TableSpec, data: Table, firstRow = 0): Dataset {
  requireColumns(spec, data)
  const width = featuresOf(spec)
  const values = new Float32Array(data.rows * width)
  const byName = new Map(data.columns.map((column) => [column.name, column]))
  for (const { column, from, to } of placesOf(spec)) {
    const cells = cellsOf(column, byName.get(column.name) as Column, data.name, firstRow)
    const write = WRITERS[column.type](column as never)
    const indicator = spec.indicators.indexOf(column.name)
    for (let row = 0; row < data.rows; row++) {
      const value = cells[row]
      write(value, values, row * width + from)
      if (to - from === 1 && Math.abs(values[row * width + from] as number) === Number.POSITIVE_INFINITY)
        throw infinite(data.name, column.name, firstRow + row, Number(value))
      if (indicator >= 0 && isMissing(value)) values[(row + 1) * width - spec.indicators.length + indicator] = 1
    }
  }
  return { name: data.name, rows: data.rows, shape: [width], dtype: 'float32', scale: 1, missing: true, values }
}

/**
 * The same for a table that is read when it is needed.
 *
 * @throws E_DATA naming the columns that are not there
 */
export function streamFeatures(spec: TableSpec, data: TableStream): RowStream {
  requireColumns(spec, data)
  const { name, rows } = data
  return rowStream({
    name,
    rows,
    shape: [featuresOf(spec)],
    dtype: 'float32',
    missing: true,
    read: async (from, to) => toFeatures(spec, await data.read(from, to), from).values,
  })
}

/** Features as values of the columns: numbers in their own units, of categories the likeliest; what stands for all others is "other", or NaN among numbers. */
export function fromFeatures(spec: TableSpec, features: Float32Array, name: string): Table {
  const width = featuresOf(spec)
  const rows = features.length / width
  const columns = placesOf(spec).map(({ column, from, to }): Column => {
    const values = Array.from({ length: rows }, (_, row) => {
      return readBack(column, features.subarray(row * width + from, row * width + to))
    })
    return isTextual(column)
      ? { name: column.name, type: 'text', values: values as string[] }
      : { name: column.name, type: 'number', values: Float64Array.from(values as number[]) }
  })
  return table(columns, name)
}

/** Stands for all categories that have no feature of their own. */
export const OTHER = 'other'

function readBack(column: ColumnSpec, features: Float32Array): string | number {
  const [first = 0] = features
  switch (column.type) {
    case 'number':
      return unscale(column.scaling, first)
    case 'ordinal': {
      const last = column.categories.length - 1
      const z = unscale(column.scaling, first)
      const place = z > 0 ? Math.min(z, last) : 0
      return column.categories[Math.trunc(place + 0.5)] as string | number
    }
    case 'category': {
      const largest = features.reduce((most, value) => Math.max(most, value))
      return column.categories[features.indexOf(largest)] ?? (isTextual(column) ? OTHER : Number.NaN)
    }
  }
}

const WRITERS: { readonly [K in ColumnSpec['type']]: (column: Extract<ColumnSpec, { type: K }>) => Write } = {
  number:
    ({ scaling, fill = Number.NaN }) =>
    (value, features, at) => {
      features[at] = scale(scaling, isMissing(value) ? fill : (value as number))
    },
  ordinal: ({ scaling, categories, fill = Number.NaN }) => {
    const placeOf = numbered(categories)
    return (value, features, at) => {
      features[at] = scale(scaling, placeOf.get(value) ?? fill)
    }
  },
  category: ({ categories, fill }) => {
    const placeOf = numbered(categories)
    return (value, features, at) => {
      const place = isMissing(value) ? fill : (placeOf.get(value) ?? categories.length)
      if (place === undefined) features.fill(Number.NaN, at, at + categories.length + 1)
      else features[at + place] = 1
    }
  },
}

const numbered = (categories: Categories) =>
  new Map<string | number | undefined, number>([...categories].map((category, place) => [category, place]))

type Cells = ArrayLike<string | number | undefined>

/** A column's values as its description wants them, text or numbers; a file may have been read as the other. */
function cellsOf(spec: ColumnSpec, column: Column, at: string, firstRow: number): Cells {
  const { name, values } = column
  if (isTextual(spec) === (column.type === 'text')) return values
  if (column.type === 'number') return Array.from(column.values, (x) => (Number.isNaN(x) ? undefined : String(x)))
  return column.values.map((text, row) => {
    if (isMissing(text)) return Number.NaN
    const number = Number(text)
    if (!Number.isNaN(number)) return number
    throw new DiaboloError('E_VALUE', {
      at: `column "${name}" of ${at}, row ${firstRow + row} (counted from 0)`,
      expected: 'a number, as in training',
      found: JSON.stringify(text.slice(0, 40)),
      hint: 'correct the cell, or leave it empty where the value is not known',
    })
  })
}

/**
 * @throws E_DATA naming the columns that the model needs and a table does not have
 */
export function requireColumns(
  spec: TableSpec,
  { name, columns }: { readonly name: string; readonly columns: readonly ColumnHead[] },
): void {
  const names = new Set(columns.map((column) => column.name))
  const absent = spec.columns.map((column) => column.name).filter((wanted) => !names.has(wanted))
  if (absent.length === 0) return
  const needed = new Set(spec.columns.map((column) => column.name))
  const spare = [...names].filter((known) => !needed.has(known))
  const [first = ''] = absent
  const meant = nearest(first, spare)
  throw new DiaboloError('E_DATA', {
    at: `columns of ${name}`,
    expected: `${spec.columns.length} columns that the model was made for`,
    found: `no ${absent
      .slice(0, 10)
      .map((each) => `"${each}"`)
      .join(', ')}${absent.length > 10 ? `, … (${absent.length} in all)` : ''}`,
    hint: meant
      ? `is "${meant}" the new name of "${first}"? give columns the names that they had`
      : 'give columns the names that they had when the model was trained',
  })
}
