import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { nearest } from '../base/nearest.js'
import type { ColumnHead } from '../data/table.js'

const SCALINGS = ['standard', 'minmax', 'robust', 'quantile', 'quantileNormal'] as const

/** How the columns of a table are to become numbers. */
export const tableOptionsSchema = z.strictObject({
  columns: z
    .array(z.string())
    .readonly()
    .optional()
    .describe('columns to use, by name or pattern (income_*); all by default'),
  exclude: z.array(z.string()).readonly().default([]).describe('columns to leave out, by name or pattern'),
  categorical: z
    .array(z.string())
    .readonly()
    .default([])
    .describe('columns of numbers that stand for kinds, by name or pattern; text always does'),
  ordinal: z
    .record(z.string(), z.union([z.array(z.string()), z.array(z.number())]).readonly())
    .default({})
    .describe('columns whose values have an order, and that order'),
  scaling: z
    .enum(SCALINGS)
    .default('standard')
    .describe(
      'what numbers are scaled to: mean 0 and deviation 1, 0 to 1, median 0 and quartiles like a normal’s, or their ranks, uniform or normal',
    ),
  missing: z
    .enum(['mask', 'mean', 'median', 'mostFrequent'])
    .default('mask')
    .describe('missing values: left out of the loss, or replaced (categories by the most frequent one)'),
  indicators: z.boolean().default(false).describe('tell the network which values are missing'),
  maxCategories: z.int().min(1).default(64).describe('categories of a column that have a feature of their own'),
  rare: z
    .number()
    .min(0)
    .lt(1)
    .default(0.002)
    .describe('share of the rows below which a category is one of all others'),
})

export type TableOptions = z.input<typeof tableOptionsSchema>
export type ParsedTableOptions = z.output<typeof tableOptionsSchema>

/**
 * @throws E_OPTION naming the first option that is unknown or out of range
 */
export function parseTableOptions(options: TableOptions): ParsedTableOptions {
  const parsed = tableOptionsSchema.safeParse(options)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new DiaboloError('E_OPTION', {
    at: ['table', ...(issue?.path ?? [])].join('.'),
    expected: `one of ${Object.keys(tableOptionsSchema.shape).join(', ')}, each of its own kind`,
    found: issue?.message ?? 'something else',
    hint: 'for example { exclude: ["id"], categorical: ["zip"], scaling: "robust" }',
  })
}

/** A column that is used, and as what. */
export interface Chosen {
  readonly head: ColumnHead
  readonly as: 'number' | 'ordinal' | 'category'
}

/**
 * Which columns of a table are used: numbers first, then what has an order, then categories.
 *
 * @throws E_UNKNOWN when a name or pattern matches no column; E_DATA when no column is left
 */
export function chooseColumns(
  heads: readonly ColumnHead[],
  { columns, exclude, categorical, ordinal }: ParsedTableOptions,
  at: string,
): readonly Chosen[] {
  const names = heads.map(({ name }) => name)
  const wanted = columns && matching(columns, names, `columns of ${at}`)
  const left = matching(exclude, names, `exclude, of ${at}`)
  const kinds = matching(categorical, names, `categorical, of ${at}`)
  const ordered = matching(Object.keys(ordinal), names, `ordinal, of ${at}`)
  const used = heads.filter(({ name }) => (wanted?.has(name) ?? true) && !left.has(name))
  if (used.length === 0) {
    throw new DiaboloError('E_DATA', {
      at,
      expected: 'at least one column to use',
      found: 'none that is left',
      hint: 'check "columns" and "exclude"',
    })
  }
  const chosen = used.map((head): Chosen => {
    const { name, type } = head
    return { head, as: ordered.has(name) ? 'ordinal' : type === 'text' || kinds.has(name) ? 'category' : 'number' }
  })
  return (['number', 'ordinal', 'category'] as const).flatMap((kind) => chosen.filter(({ as }) => as === kind))
}

function matching(patterns: readonly string[], names: readonly string[], at: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const pattern of patterns) {
    const matches = names.filter((name) => matchesPattern(name, pattern))
    if (matches.length === 0) throw unmatched(pattern, names, at)
    for (const name of matches) found.add(name)
  }
  return found
}

/** Whether a name is this one, or fits a pattern in which * stands for any text: by its parts, in turn, each as early as it comes. */
function matchesPattern(name: string, pattern: string): boolean {
  if (name === pattern) return true
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined || !name.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}

function unmatched(pattern: string, names: readonly string[], at: string): DiaboloError {
  const meant = nearest(pattern, names)
  return new DiaboloError('E_UNKNOWN', {
    at,
    expected: `columns among ${names.slice(0, 20).join(', ')}${names.length > 20 ? `, … (${names.length} in all)` : ''}`,
    found: `none that is or fits "${pattern}"`,
    hint: meant ? `did you mean "${meant}"?` : '"diabolo data info FILE" lists the columns',
  })
}
