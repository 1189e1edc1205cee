import { DiaboloError } from '../base/errors.js'
import { streamTable, type Table, type TableStream } from '../data/table.js'
import { chooseColumns, type ParsedTableOptions, parseTableOptions, type TableOptions } from './options.js'
import { normalQuantile, quantile } from './quantiles.js'
import { scale } from './scaling.js'
import type { Categories, CategorySpec, ColumnSpec, NumberSpec, OrdinalSpec, Scaling, TableSpec } from './spec.js'
import { type CategoryStatistics, identifier, type NumberStatistics, statisticsOf } from './statistics.js'

/** Pieces of a quantile scaling. */
const PIECES = 128

/** The part of a normal distribution beyond its quartiles' distance: Φ⁻¹(3/4) − Φ⁻¹(1/4). */
const NORMAL_QUARTILES = 2 * normalQuantile(0.75)

/**
 * Finds out from training rows how the columns of a table become numbers.
 *
 * @throws E_OPTION, E_UNKNOWN as the options are; E_DATA when a column holds nothing, or an identifier; E_VALUE when a
 * number is infinite
 */
export async function fitTable(data: Table | TableStream, options: TableOptions = {}): Promise<TableSpec> {
  const given = parseTableOptions(options)
  const stream = 'read' in data ? data : streamTable(data)
  const chosen = chooseColumns(stream.columns, given, stream.name)
  const numeric = chosen.filter(({ as }) => as === 'number').map(({ head }) => head)
  const counted = chosen.filter(({ as }) => as !== 'number' || given.missing === 'mostFrequent').map(({ head }) => head)
  const { numbers, categories } = await statisticsOf(stream, numeric, counted)
  const incomplete: string[] = []
  const columns = chosen.map(({ head: { name }, as }): ColumnSpec => {
    const [values, counts] = [numbers.get(name), categories.get(name)]
    const present = values?.present ?? counts?.present ?? 0
    if (present === 0) throw empty(stream.name, name)
    if (present < stream.rows) incomplete.push(name)
    if (as === 'number') return numberColumn(name, values as NumberStatistics, counts, given)
    if (as === 'category') return categoryColumn(stream.name, name, counts as CategoryStatistics, given)
    return ordinalColumn(stream.name, name, counts as CategoryStatistics, given)
  })
  return { columns, indicators: given.indicators ? incomplete : [], categoryError: 'crossEntropy' }
}

function numberColumn(
  name: string,
  values: NumberStatistics,
  counts: CategoryStatistics | undefined,
  { scaling: method, missing }: ParsedTableOptions,
): NumberSpec {
  const scaling = SCALINGS[method](values)
  const fills = {
    mask: undefined,
    mean: values.mean,
    median: quantile(values.sorted, 0.5),
    mostFrequent: counts?.counts[0]?.[0] as number | undefined,
  }
  const fill = fills[missing]
  return { name, type: 'number', scaling, weight: weightOf(scaling, values), ...(fill !== undefined && { fill }) }
}

const SCALINGS: { readonly [M in Scaling['method']]: (values: NumberStatistics) => Scaling } = {
  standard: (values) => ({
    method: 'standard',
    shift: values.mean,
    scale: orOne(Math.sqrt(values.variance), sizeOf(values)),
  }),
  minmax: (values) => ({ method: 'minmax', shift: values.min, scale: orOne(values.max - values.min, sizeOf(values)) }),
  robust: (values) => {
    const [first, middle, third] = [0.25, 0.5, 0.75].map((part) => quantile(values.sorted, part)) as [
      number,
      number,
      number,
    ]
    const between = (third - first) / NORMAL_QUARTILES
    // where half of the values are one and the same, quartiles say nothing of their range
    const scale = between > leastStep(sizeOf(values)) ? between : orOne(Math.sqrt(values.variance), sizeOf(values))
    return { method: 'robust', shift: middle, scale }
  },
  quantile: (values) => ranks('quantile', values, (part) => part),
  quantileNormal: (values) => {
    // the ends are where half a row would be, but between the first knot and the second
    const end = Math.min(Math.max(0.5 / values.sorted.length, 1e-4), 0.25 / PIECES)
    return ranks('quantileNormal', values, (part) => normalQuantile(Math.min(Math.max(part, end), 1 - end)))
  },
}

/** Scaled values at equal distances of rank; equal values stand in the middle of their ranks. */
function ranks(
  method: 'quantile' | 'quantileNormal',
  values: NumberStatistics,
  imageOf: (part: number) => number,
): Scaling {
  const knots: { readonly at: number; readonly first: number; last: number }[] = []
  for (let i = 0; i <= PIECES; i++) {
    const [part, at] = [i / PIECES, quantile(values.sorted, i / PIECES)]
    const before = knots.at(-1)
    if (before && at - before.at <= leastStep(sizeOf(values))) before.last = part
    else knots.push({ at, first: part, last: part })
  }
  if (knots.length < 2) return SCALINGS.standard(values)
  const images = knots.map(({ first, last }) => imageOf((first + last) / 2))
  return { method, knots: knots.map(({ at }) => at), images }
}

/** Of a feature's squared error: what makes the error of a constant, its variance, 1; where outliers count, they keep counting. */
function weightOf(scaling: Scaling, { sorted, variance }: NumberStatistics): number {
  if (scaling.method === 'standard' || scaling.method === 'robust') return 1
  if (scaling.method === 'minmax') return 1 / orOne(variance / scaling.scale ** 2)
  const features = sorted.map((x) => scale(scaling, x))
  const mean = features.reduce((sum, z) => sum + z, 0) / features.length
  return 1 / orOne(features.reduce((sum, z) => sum + (z - mean) ** 2, 0) / features.length)
}

/** A constant column has no scale of its own; one that is constant but for rounding has none either. */
const orOne = (scale: number, size = 0): number => (scale > leastStep(size) ? scale : 1)

/** What two different numbers of a column are apart, at least; less is rounding, and divided by would overflow. */
const leastStep = (size: number): number => Math.max(1e-100, 1e-12 * size)

const sizeOf = ({ min, max }: NumberStatistics): number => Math.max(Math.abs(min), Math.abs(max))

function categoryColumn(
  table: string,
  name: string,
  { present, counts }: CategoryStatistics,
  { missing, maxCategories, rare }: ParsedTableOptions,
): CategorySpec {
  const common = counts.filter(([, rows]) => rows >= Math.max(2, rare * present)).slice(0, maxCategories)
  if (common.length === 0) throw identifier(table, name, `${counts.length}`)
  const shares = common.map(([, rows]) => rows / present)
  const others = common.reduce((left, [, rows]) => left - rows, present) / present
  const fill = missing === 'mask' ? {} : { fill: 0 }
  return { name, type: 'category', categories: categoriesOf(common), shares: [...shares, others], ...fill }
}

function ordinalColumn(
  table: string,
  name: string,
  { counts }: CategoryStatistics,
  { missing, ordinal }: ParsedTableOptions,
): OrdinalSpec {
  const categories = [...(ordinal[name] ?? [])] as Categories
  const places = counts.flatMap(([value, rows]) => {
    const place = (categories as readonly (string | number)[]).indexOf(value)
    return place < 0 ? [] : [[place, rows] as const]
  })
  const [mode] = places
  if (!mode) throw unordered(table, name, counts)
  const present = places.reduce((sum, [, rows]) => sum + rows, 0)
  const mean = places.reduce((sum, [place, rows]) => sum + place * rows, 0) / present
  const variance = places.reduce((sum, [place, rows]) => sum + rows * (place - mean) ** 2, 0) / present
  const fills = { mask: undefined, mean: Math.round(mean), median: medianOf(places, present), mostFrequent: mode[0] }
  const fill = fills[missing]
  return {
    name,
    type: 'ordinal',
    categories,
    scaling: { method: 'standard', shift: mean, scale: orOne(Math.sqrt(variance)) },
    weight: 1,
    ...(fill !== undefined && { fill }),
  }
}

function medianOf(places: readonly (readonly [place: number, rows: number])[], present: number): number {
  let below = 0
  for (const [place, rows] of places.toSorted(([a], [b]) => a - b)) {
    below += rows
    if (2 * below >= present) return place
  }
  return 0
}

const categoriesOf = (counts: CategoryStatistics['counts']) => counts.map(([category]) => category) as Categories

const empty = (table: string, column: string) =>
  new DiaboloError('E_DATA', {
    at: `column "${column}" of ${table}`,
    expected: 'at least one value in the training rows',
    found: 'none',
    hint: `leave it out (exclude: ['${column}'], --exclude ${column})`,
  })

const unordered = (table: string, column: string, counts: CategoryStatistics['counts']) =>
  new DiaboloError('E_DATA', {
    at: `column "${column}" of ${table}`,
    expected: 'values that are in the order that was given',
    found: `${counts
      .slice(0, 5)
      .map(([value]) => JSON.stringify(value))
      .join(', ')}`,
    hint: 'give all values from the first to the last, spelled as they are in the data',
  })
