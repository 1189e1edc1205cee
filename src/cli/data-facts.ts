import type { DataDescription } from '../data/describe.js'
import type { TableDescription } from '../data/describe-table.js'
import { table } from './output.js'

/** What is known of samples, for people. */
export function sampleFacts(part: string, description: DataDescription): string {
  const { rows, shape, dtype, min, max, mean, constantColumns, missing, classes } = description
  const lines = [
    ['part', part],
    ['rows', String(rows)],
    ['sample', `${dtype} [${shape.join(', ')}]`],
    ['values', `${min} to ${max}, mean ${mean.toPrecision(4)}`],
    ['constant columns', String(constantColumns)],
    ...(missing > 0 ? [['missing', String(missing)]] : []),
    ...(classes ? [['classes', counted(Object.entries(classes))]] : []),
  ]
  return table(lines)
}

/** Columns that are shown; the document of --json has all of them. */
const MOST_SHOWN = 200

/** What is known of a table, for people: one line per column. */
export function tableFacts({ rows, columns, missing }: TableDescription): string {
  const cells = rows * columns.length
  const head = table([
    ['rows', String(rows)],
    ['columns', String(columns.length)],
    ['missing cells', `${missing} (${((100 * missing) / cells).toFixed(1)}%)`],
  ])
  const lines = columns
    .slice(0, MOST_SHOWN)
    .map(({ name, type, was, different, missing: gaps, numbers, common }) => [
      name,
      was ?? type,
      gaps === 0 ? '-' : String(gaps),
      different === null ? '> 10000' : String(different),
      numbers ? `${show(numbers.min, was)} to ${show(numbers.max, was)}` : counted(common.slice(0, 4)),
      numbers && was !== 'date' ? `${numbers.mean.toPrecision(4)} ± ${numbers.deviation.toPrecision(3)}` : '',
    ])
  const rest = columns.length > MOST_SHOWN ? `\n… and ${columns.length - MOST_SHOWN} more columns` : ''
  return `${head}\n\n${table([['column', 'type', 'missing', 'different', 'values', 'mean'], ...lines])}${rest}`
}

const show = (value: number, was?: string) =>
  was === 'date' ? new Date(value * 1000).toISOString().replace('.000Z', 'Z') : String(Number(value.toPrecision(6)))

const counted = (counts: readonly (readonly [string, number])[]) =>
  counts.map(([value, count]) => `${value}: ${count}`).join('  ')
