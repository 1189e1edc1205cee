import type { Section } from '../report/page.js'
import type { ColumnSpec } from '../table/spec.js'
import type { Summary } from './training-run.js'

/** The columns of a table, those that are reconstructed worst first. */
export function columnSections({ spec, test }: Summary): readonly Section[] {
  const { columns } = test
  if (!spec.table || !columns) return []
  const rows = spec.table.columns
    .map((column) => [column.name, describeColumn(column), columns[column.name] ?? null] as const)
    .sort(([, , a], [, , b]) => (b ?? 0) - (a ?? 0))
  return [
    {
      heading: 'Columns',
      text: 'A number has its squared error, a category the cross-entropy of its probabilities, both as parts of what is left when only the column’s own mean or shares are known: that would be 1.',
      table: {
        caption: 'On the test rows, where there is a value.',
        columns: [{ label: 'Column' }, { label: 'As' }, { label: 'Error', unit: 'of a constant guess’s' }],
        rows,
      },
    },
  ]
}

function describeColumn(column: ColumnSpec): string {
  switch (column.type) {
    case 'number':
      return `number, ${column.scaling.method}`
    case 'ordinal':
      return `${column.categories.length} categories in order`
    case 'category':
      return `${column.categories.length} categories, and all others`
  }
}
