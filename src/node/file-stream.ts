import { openRows, openTable, type ReadOptions } from '../data/read.js'
import type { RowStream } from '../data/row-stream.js'
import type { TableStream } from '../data/table.js'
import { fileSource } from './file-source.js'
import { decodeWithSharp } from './sharp-image.js'

/**
 * The samples of a file of any format, of which only what is needed is read; a packed one is held in memory.
 * It must stay as it is while it is used.
 *
 * @throws E_MISSING when there is no such file; E_FORMAT, E_TRUNCATED, E_DATA, E_UNSAFE as the file is
 */
export const fileStream = async (path: string, options?: ReadOptions): Promise<RowStream> =>
  openRows(await fileSource(path), { decodeImage: decodeWithSharp, ...options })

/**
 * The table of a CSV, TSV, JSONL or Parquet file, of which only what is needed is read; a packed one is held in memory.
 * It must stay as it is while it is used.
 *
 * @throws E_MISSING when there is no such file; E_FORMAT, E_TRUNCATED, E_DATA, E_UNSAFE as the file is
 */
export const tableStream = async (path: string, options?: ReadOptions): Promise<TableStream> =>
  openTable(await fileSource(path), options)
