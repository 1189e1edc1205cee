import type { Table } from '../table.js'

/** A table as CSV: a line of names, then one for each row; missing values are empty. RFC 4180, but for its line ends. */
export function formatCsv({ columns, rows }: Table): string {
  const lines = [columns.map(({ name }) => quoted(name)).join(',')]
  for (let row = 0; row < rows; row++) {
    lines.push(
      columns
        .map(({ values }) => {
          const value = values[row]
          return typeof value === 'number' && !Number.isNaN(value) ? String(value) : quoted(String(value || ''))
        })
        .join(','),
    )
  }
  return `${lines.join('\n')}\n`
}

const quoted = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
