import type { GraphBuilder } from '../graph/builder.js'
import type { Value } from '../graph/types.js'
import {
  add,
  argMax,
  cast,
  concat,
  equal,
  gather,
  greater,
  isNotNumber,
  min,
  mul,
  reduceSum,
  reshape,
  slice,
  sub,
  where,
} from '../ops/index.js'
import { OTHER } from './features.js'
import { emitScale, emitUnscale } from './scaling.js'
import { type ColumnSpec, isTextual, placesOf, type TableSpec } from './spec.js'

/** Raw values of each column by name, [batch, 1]: float64, NaN where one is missing; or text, empty where one is missing. */
export type RawColumns = ReadonlyMap<string, Value>

/** An input for each column. */
export const columnInputs = (
  builder: GraphBuilder,
  { columns }: TableSpec,
  inputName: (column: string) => string,
): RawColumns =>
  new Map(
    columns.map((column) => {
      const dtype = isTextual(column) ? 'string' : 'float64'
      return [column.name, builder.input(inputName(column.name), { dtype, shape: ['batch', 1] })]
    }),
  )

/**
 * The rows of a table as a model sees them; numbers are scaled in float64.
 *
 * @returns float32 [batch, features], NaN where a value is missing
 */
export function emitFeatures(spec: TableSpec, raw: RawColumns): Value {
  const of = (name: string) => raw.get(name) as Value
  const features = spec.columns.map((column) =>
    cast(FEATURES[column.type](column as never, of(column.name)), 'float32'),
  )
  const indicators = spec.indicators.map((name) => cast(emitMissing(of(name)), 'float32'))
  const all = [...features, ...indicators]
  return all.length === 1 ? (all[0] as Value) : concat(all, 1)
}

type Emit<C> = (column: C, raw: Value) => Value

const FEATURES: { readonly [K in ColumnSpec['type']]: Emit<Extract<ColumnSpec, { type: K }>> } = {
  number: ({ scaling, fill }, raw) => emitScale(scaling, fill === undefined ? raw : where(isNotNumber(raw), fill, raw)),
  // Σ place · [raw is the category of that place], or the fill where it is none of them
  ordinal: ({ scaling, categories, fill = Number.NaN }, raw) => {
    const matches = cast(equal(raw, listOf(raw.builder, categories)), 'float64')
    const places = listOf(raw.builder, [...categories.keys()])
    const known = cast(overFeatures(matches), 'bool')
    return emitScale(scaling, where(known, overFeatures(mul(matches, places)), fill))
  },
  // one-hot, all others last: 1 − Σ of the rest; or the fill's one-hot, or NaN throughout
  category: ({ categories, fill }, raw) => {
    const { builder } = raw
    const own = cast(equal(raw, listOf(builder, categories)), 'float32')
    const oneHot = concat([own, sub(1, overFeatures(own))], 1)
    const data = new Float32Array(categories.length + 1).fill(fill === undefined ? Number.NaN : 0)
    if (fill !== undefined) data[fill] = 1
    return where(emitMissing(raw), builder.constant({ dtype: 'float32', shape: [1, data.length], data }), oneHot)
  },
}

const overFeatures = (x: Value) => reduceSum(x, { axes: [1], keepdims: true })

const emitMissing = (raw: Value): Value =>
  raw.dtype === 'string' ? equal(raw, listOf(raw.builder, [''])) : isNotNumber(raw)

/** A constant [1, values], of text or float64. */
function listOf(builder: GraphBuilder, values: readonly (string | number)[]): Value {
  const shape = [1, values.length]
  return typeof values[0] === 'string'
    ? builder.constant({ dtype: 'string', shape, data: values as readonly string[] })
    : builder.constant({ dtype: 'float64', shape, data: Float64Array.from(values as readonly number[]) })
}

/**
 * Features as values of the columns.
 *
 * @param features  float32 [batch, features]
 * @returns         by name, [batch, 1], float64 or text
 */
export const emitRaw = (spec: TableSpec, features: Value): ReadonlyMap<string, Value> =>
  new Map(
    placesOf(spec).map(({ column, from, to }) => [
      column.name,
      RAW[column.type](column as never, slice(features, { axis: 1, from, to })),
    ]),
  )

const RAW: typeof FEATURES = {
  number: ({ scaling }, features) => emitUnscale(scaling, cast(features, 'float64')),
  ordinal: ({ scaling, categories }, features) => {
    const z = emitUnscale(scaling, cast(features, 'float64'))
    // what is not a number is not above 0: there is a place whatever comes in
    const place = where(greater(z, 0), min(z, categories.length - 1), 0)
    return pick(categories, cast(add(place, 0.5), 'int64'))
  },
  category: ({ categories }, features) => {
    const others = typeof categories[0] === 'string' ? OTHER : Number.NaN
    return pick([...categories, others], reshape(argMax(features), ['batch', 1]))
  },
}

const pick = (values: readonly (string | number)[], places: Value): Value =>
  gather(reshape(listOf(places.builder, values), [values.length]), places)
