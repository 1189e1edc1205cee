import { DiaboloError } from '../base/errors.js'
import { sameShape, showShape } from '../base/shape.js'
import { type RowStream, readRows, rowStream } from './row-stream.js'
import { type Column, emptyColumn, type Table, type TableStream } from './table.js'

/** A part of what is asked for: rows `from` … `to − 1` of one of the streams. */
interface Piece<S> {
  readonly stream: S
  readonly from: number
  readonly to: number
}

/** Which rows of which stream are rows `from` … `to − 1` of all of them, one after the other. */
function piecesOf<S extends { readonly rows: number }>(streams: readonly S[], from: number, to: number): Piece<S>[] {
  const pieces: Piece<S>[] = []
  let first = 0
  for (const stream of streams) {
    const piece = { stream, from: Math.max(from - first, 0), to: Math.min(to - first, stream.rows) }
    if (piece.from < piece.to) pieces.push(piece)
    first += stream.rows
  }
  return pieces
}

const nameOf = (streams: readonly { readonly name: string }[]) =>
  streams.length === 1 ? (streams[0]?.name as string) : `${streams[0]?.name} and ${streams.length - 1} more`

const rowsOf = (streams: readonly { readonly rows: number }[]) => streams.reduce((sum, { rows }) => sum + rows, 0)

const refuse = (at: string, expected: string, found: string) =>
  new DiaboloError('E_DATA', { at, expected, found, hint: 'read together only files that hold the same kind of rows' })

/**
 * Samples of several streams, one after the other. Labels are kept when all have them, and mean the same.
 *
 * @throws E_DATA when shapes or types differ
 */
export function concatRows(streams: readonly RowStream[]): RowStream {
  const [first, ...others] = streams as readonly [RowStream, ...RowStream[]]
  if (others.length === 0) return first
  for (const other of others) {
    if (sameShape(other.shape, first.shape) && other.dtype === first.dtype && other.scale === first.scale) continue
    const show = ({ dtype, shape }: RowStream) => `${dtype} ${showShape(shape)}`
    throw refuse(other.name, `samples ${show(first)}, as in ${first.name}`, show(other))
  }
  const labels = streams.flatMap((stream) => (stream.labels ? [stream.labels] : []))
  const sameClasses = others.every(({ classes }) => classes?.join('\n') === first.classes?.join('\n'))
  return rowStream({
    ...first,
    name: nameOf(streams),
    rows: rowsOf(streams),
    ...(labels.length === streams.length && sameClasses
      ? { labels: join(labels.map((list) => Int32Array.from(list))) }
      : { labels: undefined, classes: undefined }),
    async read(from, to) {
      const pieces = piecesOf(streams, from, to)
      return join(await Promise.all(pieces.map((piece) => readRows(piece.stream, piece.from, piece.to))))
    },
  } as Parameters<typeof rowStream>[0])
}

/** Values one after the other, in one array of their type. */
export function join<A extends Uint8Array | Float32Array | Int32Array>(parts: readonly A[]): A {
  const [first] = parts as readonly [A, ...A[]]
  if (parts.length === 1) return first
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const all = new (first.constructor as new (length: number) => A)(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/**
 * Rows of several tables, one after the other. Columns may come in another order.
 *
 * @throws E_DATA when columns have other names or types
 */
export function concatTables(streams: readonly TableStream[]): TableStream {
  const [first, ...others] = streams as readonly [TableStream, ...TableStream[]]
  if (others.length === 0) return first
  const columns = first.columns
  for (const { name, columns: own } of others) {
    const missing = columns.find((column) => !own.some((other) => other.name === column.name))
    const extra = own.find((other) => !columns.some((column) => column.name === other.name))
    if (missing) throw refuse(name, `a column "${missing.name}", as in ${first.name}`, 'none')
    if (extra) throw refuse(name, `the columns of ${first.name}`, `one more, "${extra.name}"`)
    for (const { name: title, type, was } of columns) {
      const other = own.find((column) => column.name === title)
      if (other?.type === type && other.was === was) continue
      throw refuse(name, `${was ?? type}s in "${title}", as in ${first.name}`, `${other?.was ?? other?.type}s`)
    }
  }
  const name = nameOf(streams)
  return {
    name,
    rows: rowsOf(streams),
    columns,
    async read(from, to) {
      const parts = piecesOf(streams, from, to).map((piece) => piece.stream.read(piece.from, piece.to))
      return joinTables(await Promise.all(parts), { name, columns })
    },
  }
}

/** The rows of tables with the same columns, one after the other. */
export function joinTables(parts: readonly Table[], { name, columns }: Pick<TableStream, 'name' | 'columns'>): Table {
  const rows = rowsOf(parts)
  const filled = columns.map((head): Column => {
    const whole = emptyColumn(head, rows)
    let at = 0
    for (const part of parts) {
      const values = part.columns.find((column) => column.name === head.name)?.values
      for (let row = 0; row < part.rows; row++) (whole.values as unknown[])[at + row] = values?.[row]
      at += part.rows
    }
    return whole
  })
  return { name, rows, columns: filled }
}
