import { DiaboloError } from '../base/errors.js'
import { type RowStream, rowStream } from './row-stream.js'
import type { TableStream } from './table.js'

/**
 * A table of numbers as samples: float32 rows [columns].
 *
 * @throws E_DATA when a column is text; when rows are read, E_VALUE where a value is missing
 */
export function numericRows(table: TableStream): RowStream {
  const { name, rows, columns, read } = table
  const text = columns.filter(({ type }) => type === 'text').map((column) => `"${column.name}"`)
  if (text.length > 0) {
    throw new DiaboloError('E_DATA', {
      at: name,
      expected: 'columns of numbers',
      found: `${text.length} of text: ${text.slice(0, 5).join(', ')}${text.length > 5 ? ', …' : ''}`,
      hint: 'leave them out, or encode them as numbers; "diabolo data info" tells what each column holds',
    })
  }
  return rowStream({
    name,
    rows,
    shape: [columns.length],
    dtype: 'float32',
    async read(from, to) {
      const part = await read(from, to)
      const width = columns.length
      const values = new Float32Array((to - from) * width)
      for (const [i, column] of part.columns.entries()) {
        for (let row = 0; row < to - from; row++) {
          const value = column.values[row] as number
          if (Number.isNaN(value)) throw missing(name, from + row, column.name)
          values[row * width + i] = value
        }
      }
      return values
    },
  })
}

const missing = (name: string, row: number, column: string) =>
  new DiaboloError('E_VALUE', {
    at: `${name}, row ${row} (counted from 0), column "${column}"`,
    expected: 'a number',
    found: 'none: the value is missing',
    hint: 'leave out the row or the column, or fill in missing values',
  })
