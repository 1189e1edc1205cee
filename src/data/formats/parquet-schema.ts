import type { FileMetaData, SchemaElement } from 'hyparquet'
import { DiaboloError } from '../../base/errors.js'
import type { ColumnHead } from '../table.js'
import { requireNames } from './column-names.js'

/** A column as the file stores it, and as the table has it. */
export interface ParquetColumn {
  readonly head: ColumnHead
  readonly element: SchemaElement
  readonly optional: boolean
}

/** The values of one column in one group of rows: where its pages lie in the file. */
export interface ParquetChunk {
  readonly from: number
  readonly to: number
  readonly codec: string
}

export interface RowGroup {
  /** Number of its first row. */
  readonly first: number
  readonly rows: number
  readonly chunks: readonly ParquetChunk[]
}

/** A group is decoded page by page, but a page may hold all of its rows. */
const MOST_GROUP_ROWS = 2 ** 24

/** What a file says of itself, held against its length. */
export interface ParquetPlan {
  readonly rows: number
  readonly columns: readonly ParquetColumn[]
  readonly groups: readonly RowGroup[]
}

/**
 * @param end  where the pages end and the metadata begins
 * @throws E_FORMAT for columns that are not flat or of a type that a table does not have, and for sizes, counts and places that
 * do not fit together; E_UNSAFE for groups too large; E_DATA when there is no row
 */
export function planOf({ schema, num_rows, row_groups }: FileMetaData, end: number, at: string): ParquetPlan {
  const refuse = (
    expected: string,
    found: string,
    hint = 'write the file again, or copy or download it again',
  ): never => {
    throw new DiaboloError('E_FORMAT', { at, expected, found: found.slice(0, 120), hint })
  }
  const [root, ...leaves] = schema
  if (leaves.some(({ name }) => name === undefined)) refuse('columns with names', 'one without')
  const nested = leaves.find((leaf) => leaf.num_children || leaf.repetition_type === 'REPEATED')
  if (nested)
    refuse(
      'columns of single values',
      `"${nested.name}", which is nested`,
      'leave it out, or make columns of its parts',
    )
  if (root?.num_children !== leaves.length) refuse(`${leaves.length} columns`, `${root?.num_children ?? 'none'}`)
  requireNames(
    leaves.map(({ name }) => name),
    at,
  )
  const columns = leaves.map((written): ParquetColumn => {
    const element = annotated(written)
    const head =
      headOf(element) ??
      refuse(
        'numbers, texts, dates, true or false',
        `"${element.name}" of type ${element.converted_type ?? element.logical_type?.type ?? element.type ?? 'unknown'}`,
        'leave the column out',
      )
    return { head, element, optional: element.repetition_type === 'OPTIONAL' }
  })
  if (num_rows === 0n || columns.length === 0) {
    throw new DiaboloError('E_DATA', {
      at,
      expected: 'at least one row and one column',
      found: 'none',
      hint: 'check the file',
    })
  }
  let first = 0
  const groups = row_groups.map((group, number): RowGroup => {
    const where = `row group ${number}`
    const rows = Number(group.num_rows)
    if (!(rows >= 0)) refuse(`a number of rows in ${where}`, `${rows}`)
    if (rows > MOST_GROUP_ROWS) {
      throw new DiaboloError('E_UNSAFE', {
        at: `${at}, ${where}`,
        expected: `at most ${MOST_GROUP_ROWS} rows`,
        found: `${rows}`,
        hint: 'write it with smaller groups: row_group_size=1000000',
      })
    }
    if (group.columns.length !== columns.length)
      refuse(`${columns.length} columns in ${where}`, `${group.columns.length}`)
    const chunks = group.columns.map(({ meta_data: chunk, file_path }, i): ParquetChunk => {
      const title = `"${columns[i]?.head.name}" in ${where}`
      if (!chunk || file_path) return refuse(`${title} in this file`, 'it is encrypted or in another file')
      const path = chunk.path_in_schema
      if (path.length !== 1 || path[0] !== columns[i]?.head.name || chunk.type !== columns[i]?.element.type)
        refuse(title, `"${path.join('.')}" of type ${chunk.type ?? 'unknown'}`)
      if (Number(chunk.num_values) !== rows) refuse(`${rows} values of ${title}`, `${chunk.num_values ?? 'none'}`)
      const data = Number(chunk.data_page_offset)
      const dictionary = Number(chunk.dictionary_page_offset ?? 0)
      if (dictionary !== 0 && !(dictionary >= 4 && dictionary < data)) {
        refuse(`a dictionary of ${title} between byte 4 and its values`, `${dictionary}`)
      }
      const from = dictionary || data
      const size = Number(chunk.total_compressed_size)
      if (!(from >= 4 && size >= 0 && from + size <= end))
        refuse(`pages of ${title} within bytes 4 to ${end}`, `${from} to ${from + size}`)
      return { from, to: from + size, codec: chunk.codec }
    })
    first += rows
    return { first: first - rows, rows, chunks }
  })
  if (BigInt(first) !== num_rows) refuse(`${num_rows ?? 'no'} rows in all groups`, `${first}`)
  return { rows: first, columns, groups: groups.filter(({ rows }) => rows > 0) }
}

/** The older of the two ways to say what a value means, by which it is decoded. */
function annotated(element: SchemaElement): SchemaElement {
  const logical = element.logical_type
  if (element.converted_type !== undefined || !logical) return element
  if (logical.type === 'DATE') return { ...element, converted_type: 'DATE' }
  return logical.type === 'DECIMAL' ? { ...element, converted_type: 'DECIMAL', scale: logical.scale } : element
}

function headOf({
  name,
  type,
  type_length,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): ColumnHead | undefined {
  const date = converted === 'DATE' || converted?.startsWith('TIMESTAMP') || logical?.type === 'TIMESTAMP'
  switch (type) {
    case 'BOOLEAN':
      return { name, type: 'number', was: 'boolean' }
    case 'INT96':
      return { name, type: 'number', was: 'date' }
    case 'INT32':
    case 'INT64':
    case 'FLOAT':
    case 'DOUBLE':
      return date ? { name, type: 'number', was: 'date' } : { name, type: 'number' }
    case 'BYTE_ARRAY':
      if (converted === 'DECIMAL') return { name, type: 'number' }
      return ['UTF8', 'ENUM', 'JSON', undefined].includes(converted) &&
        !['GEOMETRY', 'GEOGRAPHY', 'VARIANT'].includes(logical?.type ?? '')
        ? { name, type: 'text' }
        : undefined
    case 'FIXED_LEN_BYTE_ARRAY':
      if (!(type_length !== undefined && type_length > 0 && type_length <= 2 ** 20)) return undefined
      if (converted === 'DECIMAL' || (logical?.type === 'FLOAT16' && type_length === 2)) return { name, type: 'number' }
      return logical?.type === 'UUID' && type_length === 16 ? { name, type: 'text' } : undefined
    default:
      return undefined
  }
}
