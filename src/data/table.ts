import { DiaboloError } from '../base/errors.js'
import { nearest } from '../base/nearest.js'

interface Named {
  readonly name: string
  /** What its cells were before they became numbers: true and false are 1 and 0, a date is seconds since 1970 (UTC). */
  readonly was?: 'boolean' | 'date'
}

export interface NumberColumn extends Named {
  readonly type: 'number'
  /** NaN where a value is missing. */
  readonly values: Float64Array
}

export interface TextColumn extends Named {
  readonly type: 'text'
  /** `undefined` where a value is missing. */
  readonly values: readonly (string | undefined)[]
}

export type Column = NumberColumn | TextColumn
export type ColumnType = Column['type']

/** What is known of a column before its values are read. */
export interface ColumnHead extends Named {
  readonly type: ColumnType
}

/** Columns of equal length, each of one type; no two have the same name. */
export interface Table {
  readonly name: string
  readonly rows: number
  readonly columns: readonly Column[]
}

/** A table whose rows are read when they are needed. The type of a column was found out over all of them. */
export interface TableStream {
  readonly name: string
  readonly rows: number
  readonly columns: readonly ColumnHead[]
  /**
   * Rows `from` … `to − 1`, always the same for the same rows.
   *
   * @param from  from 0 to `rows` − 1
   * @param to    larger than `from`, `rows` at most
   */
  read(from: number, to: number): Promise<Table>
}

/** The columns of an agreed kind, to be filled row by row. */
export const emptyColumn = (head: ColumnHead, rows: number): Column =>
  head.type === 'number'
    ? { ...head, type: 'number', values: new Float64Array(rows).fill(Number.NaN) }
    : { ...head, type: 'text', values: new Array<string | undefined>(rows).fill(undefined) }

/**
 * A table from columns that the caller has.
 *
 * @throws E_DATA when there is no column or no row, when lengths differ, or when two columns have the same name
 */
export function table(columns: readonly Column[], name = 'table'): Table {
  const [first] = columns
  const rows = first?.values.length ?? 0
  const refuse = (expected: string, found: string, hint: string) =>
    new DiaboloError('E_DATA', { at: `table "${name}"`, expected, found, hint })
  if (rows === 0) throw refuse('at least one column and one row', 'none', 'give at least one row')
  const names = new Set<string>()
  for (const column of columns) {
    if (names.has(column.name))
      throw refuse('columns of different names', `"${column.name}" twice`, 'rename one of them')
    names.add(column.name)
    if (column.values.length === rows) continue
    const found = `${column.values.length} in "${column.name}" and ${rows} in "${first?.name}"`
    throw refuse(
      'as many values in every column',
      found,
      'mark missing values with NaN, or undefined in columns of text',
    )
  }
  return { name, rows, columns }
}

/** A table in memory as a stream, which shares its memory. */
export const streamTable = (table: Table): TableStream => ({
  name: table.name,
  rows: table.rows,
  columns: table.columns.map(({ values, ...head }) => head),
  read: async (from, to) => sliceTable(table, from, to),
})

/** Rows `from` … `to − 1`; numbers share memory with the original. */
export const sliceTable = ({ name, rows, columns }: Table, from: number, to: number): Table => ({
  name,
  rows: Math.max(0, Math.min(to, rows) - from),
  columns: columns.map((column) =>
    column.type === 'number'
      ? { ...column, values: column.values.subarray(from, to) }
      : { ...column, values: column.values.slice(from, to) },
  ),
})

/** The rows at these indices, copied. */
export const pickTable = ({ name, columns }: Table, indices: Int32Array): Table => ({
  name,
  rows: indices.length,
  columns: columns.map((column) =>
    column.type === 'number'
      ? { ...column, values: Float64Array.from(indices, (row) => column.values[row] as number) }
      : { ...column, values: Array.from(indices, (row) => column.values[row]) },
  ),
})

/**
 * The column of a name.
 *
 * @throws E_UNKNOWN, with the nearest name, when there is none
 */
export function columnOf<C extends Named>(
  { name: at, columns }: { name: string; columns: readonly C[] },
  name: string,
): C {
  const found = columns.find((column) => column.name === name)
  if (found) return found
  const names = columns.map((column) => column.name)
  const meant = nearest(name, names)
  throw new DiaboloError('E_UNKNOWN', {
    at: `column of ${at}`,
    expected: `one of ${names.slice(0, 20).join(', ')}${names.length > 20 ? `, … (${names.length} in all)` : ''}`,
    found: `"${name}"`,
    hint: meant ? `did you mean "${meant}"?` : '"diabolo data info FILE" lists the columns',
  })
}
