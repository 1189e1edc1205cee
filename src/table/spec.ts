import { z } from 'zod'

/** z = (x − shift) / scale. */
const affineSchema = z.strictObject({
  method: z.enum(['standard', 'minmax', 'robust']),
  shift: z.number(),
  scale: z.number().positive(),
})

/** Piecewise linear from `knots`, which rise, to `images`, which rise too; flat outside. */
const quantileSchema = z.strictObject({
  method: z.enum(['quantile', 'quantileNormal']),
  knots: z.array(z.number()).min(2),
  images: z.array(z.number()).min(2),
})

const scalingSchema = z.discriminatedUnion('method', [affineSchema, quantileSchema])

/** Text, or numbers that stand for kinds; one type in a column. */
const categoriesSchema = z.union([z.array(z.string().min(1)).min(1), z.array(z.number()).min(1)])

const numberSchema = z.strictObject({
  name: z.string(),
  type: z.literal('number'),
  scaling: scalingSchema,
  /** Of its squared error, so that what is as good as a constant has an error of 1. */
  weight: z.number().min(0),
  /** Stands for missing values; without it they stay missing. */
  fill: z.number().optional(),
})

const ordinalSchema = z.strictObject({
  name: z.string(),
  type: z.literal('ordinal'),
  /** In their order; a value that is not among them counts as missing. */
  categories: categoriesSchema,
  /** Of the place in that order, counted from 0. */
  scaling: affineSchema,
  weight: z.number().min(0),
  /** A place in that order. */
  fill: z.int().min(0).optional(),
})

const categorySchema = z.strictObject({
  name: z.string(),
  type: z.literal('category'),
  /** Each has a feature of its own; one more, the last, stands for all others, rare ones and ones never seen. */
  categories: categoriesSchema,
  /** How often each was met in training, among values that are not missing; the last is all others'. They sum to 1. */
  shares: z.array(z.number().min(0)).min(2),
  /** A place among the features. */
  fill: z.int().min(0).optional(),
})

export const columnSchema = z.discriminatedUnion('type', [numberSchema, ordinalSchema, categorySchema])

/** How the columns of a table become numbers, as it was found from the training rows. */
export const tableSchema = z.strictObject({
  columns: z.array(columnSchema).min(1),
  /** Columns that have one more feature each, after all others: 1 where their value is missing. They are not reconstructed. */
  indicators: z.array(z.string()).default([]),
  /** How categories are compared: by the logits of a softmax, or, for what is linear, as numbers. */
  categoryError: z.enum(['crossEntropy', 'squared']).default('crossEntropy'),
})

export type TableSpec = z.infer<typeof tableSchema>
export type ColumnSpec = TableSpec['columns'][number]
export type NumberSpec = z.infer<typeof numberSchema>
export type OrdinalSpec = z.infer<typeof ordinalSchema>
export type CategorySpec = z.infer<typeof categorySchema>
export type Scaling = z.infer<typeof scalingSchema>
export type ScalingName = Scaling['method']
export type Categories = CategorySpec['categories']

/** The features of a column: `from` … `to − 1`. */
export interface Place {
  readonly column: ColumnSpec
  readonly from: number
  readonly to: number
}

/** Where each column's features are. */
export function placesOf({ columns }: TableSpec): readonly Place[] {
  let to = 0
  return columns.map((column) => {
    const from = to
    to += column.type === 'category' ? column.categories.length + 1 : 1
    return { column, from, to }
  })
}

/** Features of a row, indicators and all. */
export const featuresOf = (table: TableSpec): number => (placesOf(table).at(-1)?.to ?? 0) + table.indicators.length

/** Whether a column's values are text where they come from. */
export const isTextual = (column: ColumnSpec): boolean =>
  column.type !== 'number' && typeof column.categories[0] === 'string'

/**
 * What is wrong with a table's description, if anything is.
 *
 * @param features  values of a sample of the model
 */
export function faultOf(table: TableSpec, features: number): string | undefined {
  const names = table.columns.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) return `column "${twice}" twice`
  const unknown = table.indicators.find((name) => !names.includes(name))
  if (unknown !== undefined) return `an indicator of "${unknown}", which is no column`
  if (featuresOf(table) !== features) return `${featuresOf(table)} features of the columns`
  for (const column of table.columns) {
    const { name } = column
    if (column.type === 'category' && column.shares.length !== column.categories.length + 1)
      return `${column.shares.length} shares of "${name}", which has ${column.categories.length} categories and the others`
    if (column.type !== 'number' && (column.fill ?? 0) > column.categories.length)
      return `place ${column.fill} to fill "${name}"`
    if (column.type === 'number' && !rises(column.scaling)) return `knots of "${name}" that do not rise`
  }
  return undefined
}

const rises = (scaling: Scaling): boolean =>
  !('knots' in scaling) ||
  (scaling.knots.length === scaling.images.length &&
    [scaling.knots, scaling.images].every((list) => list.every((x, i) => i === 0 || x > (list[i - 1] as number))))
