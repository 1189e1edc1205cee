import { type Dataset, widthOf } from './dataset.js'

/** What a person should know of a data set before training on it. Values are as stored. */
export interface DataDescription {
  readonly rows: number
  readonly shape: readonly number[]
  readonly dtype: string
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Columns that hold one value only: an autoencoder learns nothing from them. */
  readonly constantColumns: number
  /** Rows per class, where there are labels. */
  readonly classes?: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

export function describeData(data: Dataset): DataDescription {
  const { rows, shape, dtype, values, labels } = data
  const width = widthOf(data)
  const lowest = new Float64Array(width).fill(Number.POSITIVE_INFINITY)
  const highest = new Float64Array(width).fill(Number.NEGATIVE_INFINITY)
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    const column = i % width
    if (value < (lowest[column] as number)) lowest[column] = value
    if (value > (highest[column] as number)) highest[column] = value
    sum += value
  }
  const min = lowest.reduce((a, b) => Math.min(a, b))
  const max = highest.reduce((a, b) => Math.max(a, b))
  const constantColumns = lowest.reduce((count, value, i) => count + +(value === highest[i]), 0)
  return {
    rows,
    shape,
    dtype,
    min,
    max,
    mean: sum / values.length,
    constantColumns,
    ...(labels && { classes: countClasses(labels) }),
    warnings: warn({ rows, width, min, max, constantColumns, dtype }),
  }
}

interface Facts {
  readonly rows: number
  readonly width: number
  readonly min: number
  readonly max: number
  readonly constantColumns: number
  readonly dtype: string
}

function warn({ rows, width, min, max, constantColumns, dtype }: Facts): string[] {
  const warnings: string[] = []
  if (constantColumns === width) warnings.push('every row is the same: there is nothing to learn')
  if (dtype === 'float32' && (min < 0 || max > 1)) {
    warnings.push(
      'values lie outside 0 to 1, which a sigmoid output cannot reach: train with --output linear, or scale them',
    )
  }
  if (rows < width) warnings.push(`fewer rows (${rows}) than values per row (${width}): a wide code will memorise them`)
  return warnings
}

function countClasses(labels: ArrayLike<number>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let i = 0; i < labels.length; i++) {
    const label = String(labels[i])
    counts[label] = (counts[label] ?? 0) + 1
  }
  return counts
}
