import type { Columns } from '../nn/columns.js'
import { type CategorySpec, placesOf, type TableSpec } from '../table/spec.js'

/** How the columns of a table are compared: so that the error of what says the same of every row is 1 in each of them. */
export const columnsOf = (table: TableSpec): Columns =>
  placesOf(table).map(({ column, from, to }) =>
    column.type === 'category'
      ? { from, to, kind: KINDS[table.categoryError], weight: 1 / (BASE[table.categoryError](column) || 1) }
      : { from, to, kind: 'number', weight: column.weight },
  )

const KINDS = { crossEntropy: 'softmax', squared: 'oneHot' } as const

type BaseError = (column: CategorySpec) => number

/** What is left of a column when only the shares of its categories are known: −Σ p ln p in nats, or 1 − Σ p². */
const BASE: { readonly [E in TableSpec['categoryError']]: BaseError } = {
  crossEntropy: ({ shares }) => shares.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0),
  squared: ({ shares }) => shares.reduce((sum, p) => sum - p * p, 1),
}
