import { ColumnSummarizer, type ColumnSummary } from './column-summary.js'
import type { TableStream } from './table.js'

/** What a person should know of a table before training on it. */
export interface TableDescription {
  readonly rows: number
  readonly columns: readonly ColumnSummary[]
  /** Missing cells, of all. */
  readonly missing: number
  readonly warnings: readonly string[]
}

/** Cells that are read at a time. */
const CELLS = 2 ** 20
/** Rows from which on it means something that all values differ. */
const FEW = 20
/** Distances between the quartiles that the farthest value may be away from the median; of a normal distribution it is about 4. */
const FAR = 30

/** Goes through a table once. */
export async function describeTable(table: TableStream): Promise<TableDescription> {
  const { rows } = table
  const summarizers = table.columns.map((head) => new ColumnSummarizer(head))
  const step = Math.max(1, Math.floor(CELLS / table.columns.length))
  for (let from = 0; from < rows; from += step) {
    const block = await table.read(from, Math.min(rows, from + step))
    for (const [i, column] of block.columns.entries()) summarizers[i]?.add(column)
  }
  const columns = summarizers.map((each) => each.summary())
  const missing = columns.reduce((sum, column) => sum + column.missing, 0)
  return { rows, columns, missing, warnings: warn(rows, columns) }
}

function warn(rows: number, columns: readonly ColumnSummary[]): string[] {
  const warnings: string[] = []
  /** @returns whether it was said of a column */
  const say = (wanted: (column: ColumnSummary) => boolean, text: string) => {
    const found = columns.filter(wanted)
    if (found.length > 0) warnings.push(`${list(found.map(({ name }) => name))}: ${text}`)
    return (column: ColumnSummary) => found.includes(column)
  }
  const empty = say(({ present }) => present === 0, 'no value at all; leave it out')
  const constant = say(
    ({ different, present }) => different === 1 && present > 0,
    'one value only: there is nothing to learn from it',
  )
  say(({ present }) => present > 0 && present < rows / 2, 'mostly missing')
  const key = say(
    (column) => isKey(column, rows),
    'every row has another value, as a key has: it cannot be learned, only memorised; leave it out',
  )
  for (const names of twinsIn(columns)) {
    say(({ name }) => names.includes(name), 'the same values row by row: what is in one gives the other away; keep one')
  }
  const infinite = say(({ numbers }) => (numbers?.infinite ?? 0) > 0, 'infinite values, which cannot be trained on')
  // a column that is to be left out needs no scale
  const stays = (column: ColumnSummary) => ![empty, constant, key, infinite].some((said) => said(column))
  const far = say(
    (column) => stays(column) && isFar(column),
    'a few values lie far from all others: scale it by quantiles or robustly, or they decide what is learned',
  )
  say(
    (column) => stays(column) && !far(column) && isOutside(column),
    'values outside 0 to 1, which a sigmoid output cannot reach: scale them, or train with --output linear',
  )
  const width = columns.length
  if (rows < Math.max(FEW, width)) {
    warnings.push(`few rows (${rows}) for ${width} columns: a wide code will memorise them`)
  }
  return warnings
}

const isOutside = ({ numbers }: ColumnSummary) => numbers !== undefined && (numbers.min < 0 || numbers.max > 1)

/** Texts or whole numbers, all of them different. */
const isKey = ({ type, was, different, present, numbers }: ColumnSummary, rows: number) =>
  rows >= FEW &&
  present === rows &&
  (different === rows || different === null) &&
  was === undefined &&
  (type === 'text' || (numbers?.whole === true && numbers.max - numbers.min === rows - 1))

function isFar({ numbers, was }: ColumnSummary): boolean {
  if (!numbers || was) return false
  const { min, max, quartiles } = numbers
  const [lower, median, upper] = quartiles
  return upper > lower && Math.max(max - median, median - min) > FAR * (upper - lower)
}

function twinsIn(columns: readonly ColumnSummary[]): string[][] {
  const groups = new Map<string, string[]>()
  for (const { name, fingerprint, different } of columns) {
    // columns of one value are named already
    if (different !== null && different < 2) continue
    groups.set(fingerprint, [...(groups.get(fingerprint) ?? []), name])
  }
  return [...groups.values()].filter((names) => names.length > 1)
}

const list = (names: readonly string[]) =>
  names.length === 0
    ? ''
    : `${names
        .slice(0, 8)
        .map((name) => `"${name}"`)
        .join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`
