import { type Dataset, slice, widthOf } from './dataset.js'
import { isStream, type RowStream, readRows } from './row-stream.js'

/** What a person should know of samples before training on them. Values are as stored. */
export interface DataDescription {
  readonly rows: number
  readonly shape: readonly number[]
  readonly dtype: string
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Columns that hold one value only: an autoencoder learns nothing from them. */
  readonly constantColumns: number
  /** Values that are not there, of all. */
  readonly missing: number
  /** Rows per class, where there are labels. */
  readonly classes?: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

/** Values that are read at a time. */
const VALUES = 2 ** 22
/** Standard deviations that the farthest value of a column may be away from its mean. */
const FAR = 30

/** Goes through samples once. */
export async function describeData(data: Dataset | RowStream): Promise<DataDescription> {
  const { rows, shape, dtype, labels, classes } = data
  const width = widthOf(data)
  const columns = new ColumnMoments(width)
  const step = Math.max(1, Math.floor(VALUES / width))
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(rows, from + step)
    columns.add(isStream(data) ? await readRows(data, from, to) : slice(data, from, to).values)
  }
  const { lowest, highest, means, present } = columns
  const [min, max] = [lowest.reduce((a, b) => Math.min(a, b)), highest.reduce((a, b) => Math.max(a, b))]
  const constantColumns = lowest.reduce((count, value, i) => count + +(value === highest[i]), 0)
  const there = present.reduce((a, b) => a + b, 0)
  return {
    rows,
    shape,
    dtype,
    min,
    max,
    mean: means.reduce((sum, mean, i) => sum + mean * (present[i] as number), 0) / there,
    constantColumns,
    missing: rows * width - there,
    ...(labels && { classes: countClasses(labels, classes) }),
    warnings: warn({ rows, width, min, max, constantColumns, dtype, far: columns.far() }),
  }
}

/** Extremes, mean and spread of every column, taken block by block. */
class ColumnMoments {
  readonly lowest: Float64Array
  readonly highest: Float64Array
  readonly means: Float64Array
  readonly squares: Float64Array
  readonly present: Float64Array

  constructor(width: number) {
    this.lowest = new Float64Array(width).fill(Number.POSITIVE_INFINITY)
    this.highest = new Float64Array(width).fill(Number.NEGATIVE_INFINITY)
    this.means = new Float64Array(width)
    this.squares = new Float64Array(width)
    this.present = new Float64Array(width)
  }

  add(values: Uint8Array | Float32Array): void {
    const width = this.means.length
    for (let i = 0, column = 0; i < values.length; i++, column = column + 1 === width ? 0 : column + 1) {
      const value = values[i] as number
      if (Number.isNaN(value)) continue
      if (value < (this.lowest[column] as number)) this.lowest[column] = value
      if (value > (this.highest[column] as number)) this.highest[column] = value
      // Welford (1962)
      const count = (this.present[column] as number) + 1
      const before = value - (this.means[column] as number)
      const mean = (this.means[column] as number) + before / count
      this.present[column] = count
      this.means[column] = mean
      this.squares[column] = (this.squares[column] as number) + before * (value - mean)
    }
  }

  /** Columns with a value far from all others. */
  far(): number {
    return this.means.reduce((count, mean, i) => {
      const deviation = Math.sqrt((this.squares[i] as number) / (this.present[i] as number))
      return (
        count +
        +(
          Math.max((this.highest[i] as number) - mean, mean - (this.lowest[i] as number)) > FAR * deviation &&
          deviation > 0
        )
      )
    }, 0)
  }
}

interface Facts {
  readonly rows: number
  readonly width: number
  readonly min: number
  readonly max: number
  readonly constantColumns: number
  readonly dtype: string
  readonly far: number
}

function warn({ rows, width, min, max, constantColumns, dtype, far }: Facts): string[] {
  const warnings: string[] = []
  if (constantColumns === width) warnings.push('every row is the same: there is nothing to learn')
  if (dtype === 'float32' && (min < 0 || max > 1)) {
    warnings.push(
      'values lie outside 0 to 1, which a sigmoid output cannot reach: train with --output linear, or scale them',
    )
  }
  if (dtype === 'float32' && far > 0) {
    warnings.push(
      `in ${far} columns a few values lie more than ${FAR} standard deviations away: they decide what is learned`,
    )
  }
  if (rows < width) warnings.push(`fewer rows (${rows}) than values per row (${width}): a wide code will memorise them`)
  return warnings
}

function countClasses(labels: ArrayLike<number>, names?: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i < labels.length; i++) {
    const label = names?.[labels[i] as number] ?? String(labels[i])
    counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  return Object.fromEntries(counts)
}
