import { DiaboloError } from '../base/errors.js'
import { permutation, rng } from '../base/random.js'
import { pickRows, pickTableRows } from './pick-rows.js'
import type { RowStream } from './row-stream.js'
import { rowsOfLabel, type SplitRows, sides, splitByGroup, splitByTime } from './split-rows.js'
import { type Column, columnOf, type TableStream } from './table.js'

/** How rows are set aside for testing, and which are trained on. */
export interface SplitOptions {
  /** Of the rows, between 0 and 1. */
  readonly part: number
  readonly seed: number
  /** A column whose groups stay whole. */
  readonly by?: string | undefined
  /** A column of times: the latest rows are tested on. */
  readonly time?: string | undefined
  /** A column that is a label and is no part of the samples. */
  readonly label?: string | undefined
  /** Rows with another label are tested on, not trained on. */
  readonly normal?: string | undefined
}

/** Whether rows are chosen by what is in them, and not by chance alone. */
export const isChosen = ({ by, time, label, normal }: Partial<SplitOptions>): boolean =>
  (by ?? time ?? label ?? normal) !== undefined

/**
 * A table in two parts; a column of labels is left out of both.
 *
 * @throws E_OPTION when it is to be split in two ways, or there is a label to train on but no column of labels; E_UNKNOWN when a
 * column does not exist; E_DATA, E_VALUE when its values do not do
 */
export async function splitTableStream(table: TableStream, options: SplitOptions) {
  const { part, seed, by, time, label, normal } = options
  if (by !== undefined && time !== undefined) throw refuse('--split-by and --split-time', 'one of them', 'both')
  if (normal !== undefined && label === undefined)
    throw refuse('--normal-label', 'the column it stands in: --label', 'none')
  if (table.rows < 2) throw tooFew(table)
  const [groups, times, labels] = await readColumns(table, [by, time, label])
  if (times && times.type !== 'number') throw refuse(`--split-time ${time}`, 'a column of numbers or ISO dates', 'text')
  const split = groups
    ? splitByGroup(groups.values, part, seed)
    : times
      ? splitByTime(times.values, part)
      : atRandom(table.rows, part, seed)
  const train = labels && normal !== undefined ? rowsOfLabel(labels.values, normal, split.train) : split.train
  const features = label === undefined ? table : withoutColumn(table, label)
  return { train: pickTableRows(features, train), test: pickTableRows(features, split.test) }
}

/**
 * Samples in two parts, of which only those with one label are trained on. The label is a class's name, or its number.
 *
 * @throws E_OPTION when the samples have no labels; E_DATA when none has this one
 */
export function splitRowStream(stream: RowStream, { part, seed, by, time, normal }: SplitOptions) {
  const { name, rows, labels, classes } = stream
  if ((by ?? time) !== undefined)
    throw refuse('--split-by and --split-time', 'a table with columns', `"${name}", which has none`)
  if (rows < 2) throw tooFew(stream)
  const split = atRandom(rows, part, seed)
  if (normal === undefined) return { train: pickRows(stream, split.train), test: pickRows(stream, split.test) }
  if (!labels) throw refuse('--normal-label', 'samples with labels', `"${name}", which has none`)
  const named = classes?.indexOf(normal) ?? -1
  const train = rowsOfLabel(labels, named >= 0 ? named : normal, split.train)
  return { train: pickRows(stream, train), test: pickRows(stream, split.test) }
}

function atRandom(rows: number, part: number, seed: number): SplitRows {
  const order = permutation(rows, rng(seed, 'split'))
  const tested = new Uint8Array(rows)
  for (const row of order.subarray(0, Math.min(rows - 1, Math.max(1, Math.round(part * rows))))) tested[row] = 1
  return sides(rows, (row) => tested[row] === 1)
}

/** Cells that are read at a time. */
const CELLS = 2 ** 20

/** Some columns of all rows, the table gone through once. */
async function readColumns(
  table: TableStream,
  names: readonly (string | undefined)[],
): Promise<(Column | undefined)[]> {
  const heads = names.map((name) => (name === undefined ? undefined : columnOf(table, name)))
  const values = heads.map((): unknown[] => [])
  if (heads.every((head) => head === undefined)) return heads as undefined[]
  const step = Math.max(1, Math.floor(CELLS / table.columns.length))
  for (let from = 0; from < table.rows; from += step) {
    const block = await table.read(from, Math.min(table.rows, from + step))
    for (const [i, head] of heads.entries()) {
      if (head) for (const value of columnOf(block, head.name).values) values[i]?.push(value)
    }
  }
  return heads.map((head, i) => {
    if (!head) return undefined
    return head.type === 'number'
      ? { ...head, type: 'number', values: Float64Array.from(values[i] as number[]) }
      : { ...head, type: 'text', values: values[i] as (string | undefined)[] }
  })
}

function withoutColumn(table: TableStream, name: string): TableStream {
  const others = <C extends { readonly name: string }>(columns: readonly C[]) =>
    columns.filter((column) => column.name !== name)
  return {
    ...table,
    columns: others(table.columns),
    async read(from, to) {
      const part = await table.read(from, to)
      return { ...part, columns: others(part.columns) }
    },
  }
}

const refuse = (at: string, expected: string, found: string) =>
  new DiaboloError('E_OPTION', { at, expected, found, hint: '"diabolo data info" lists columns and labels' })

const tooFew = ({ name, rows }: { readonly name: string; readonly rows: number }) =>
  new DiaboloError('E_DATA', {
    at: name,
    expected: 'at least 2 rows, one to train on and one to test on',
    found: `${rows}`,
    hint: 'give more rows',
  })
