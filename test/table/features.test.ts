import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Column, pickTable, type Table, table } from '../../src/data/table.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { columnInputs, emitFeatures, emitRaw } from '../../src/table/emit.js'
import { fromFeatures, toFeatures } from '../../src/table/features.js'
import { fitTable } from '../../src/table/fit.js'
import type { TableOptions } from '../../src/table/options.js'
import { normalQuantile } from '../../src/table/quantiles.js'
import { scale, unscale } from '../../src/table/scaling.js'
import { isTextual, placesOf, type ScalingName, type TableSpec } from '../../src/table/spec.js'
import { array, text } from '../arrays.js'
import { runGraph, useNativeRuntime } from '../native.js'
import { OPTIONS, people } from './people.js'

const runtime = useNativeRuntime()
const SCALINGS = ['standard', 'minmax', 'robust', 'quantile', 'quantileNormal'] as const

const numbers = (values: readonly number[], name = 'x'): Column => ({
  name,
  type: 'number',
  values: Float64Array.from(values),
})
const texts = (values: readonly (string | undefined)[], name = 'x'): Column => ({ name, type: 'text', values })

async function scalingOf(values: readonly number[], scaling: ScalingName) {
  const { columns } = await fitTable(table([numbers(values)]), { scaling })
  const [column] = columns
  if (column?.type !== 'number') throw new Error('a column of numbers')
  return column
}

describe.each(SCALINGS)('%s scaling', (method) => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 60 })

  test('is undone by its inverse, within the range of the training values', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.double({ min: 0, max: 1, noNaN: true }), async (list, part) => {
        const { scaling } = await scalingOf(list, method)
        const [low, high] = 'knots' in scaling ? [scaling.knots[0] ?? 0, scaling.knots.at(-1) ?? 0] : [-1e6, 1e6]
        const x = low + part * (high - low)
        const range = Math.max(Math.abs(low), Math.abs(high), 1)
        expect(Math.abs(unscale(scaling, scale(scaling, x)) - x) / range).toBeLessThan(1e-9)
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  test('never falls', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.double({ noNaN: true, min: -2e6, max: 2e6 }), async (list, x) => {
        const { scaling } = await scalingOf(list, method)
        expect(scale(scaling, x + 1)).toBeGreaterThanOrEqual(scale(scaling, x))
      }),
      { seed: 2, numRuns: 100 },
    )
  })

  test('a missing value stays missing, and a constant column is 0 or in the middle', async () => {
    const { scaling, weight } = await scalingOf([5, 5, Number.NaN, 5], method)
    expect(scale(scaling, Number.NaN)).toBeNaN()
    expect(scale(scaling, 5)).toBe(0)
    expect(weight).toBe(1)
  })

  test('a constant guess has an error of 1', async () => {
    const list = Array.from({ length: 501 }, (_, i) => normalQuantile((i + 0.5) / 501))
    const { scaling, weight } = await scalingOf(list, method)
    const scaled = list.map((x) => scale(scaling, x))
    const mean = scaled.reduce((sum, z) => sum + z, 0) / scaled.length
    const variance = scaled.reduce((sum, z) => sum + (z - mean) ** 2, 0) / scaled.length
    expect(weight * variance).toBeGreaterThan(0.97)
    expect(weight * variance).toBeLessThan(1.03)
  })
})

test('Φ⁻¹ is that of the tables', () => {
  for (const [p, z] of [
    [0.5, 0],
    [0.75, 0.6744897501960817],
    [0.975, 1.959963984540054],
    [0.999, 3.090232306167813],
    [1e-4, -3.719016485455709],
  ] as const)
    expect(normalQuantile(p)).toBeCloseTo(z, 7)
})

/** What a graph is fed for the columns of a table. */
function arraysOf(data: Table, { columns }: TableSpec) {
  return columns.map((column) => {
    const values = data.columns.find(({ name }) => name === column.name)?.values ?? []
    const shape = [data.rows, 1]
    return isTextual(column)
      ? text(
          shape,
          Array.from(values as readonly (string | undefined)[], (value) => value ?? ''),
        )
      : array('float64', shape, values as Float64Array)
  })
}

describe('host and graph make the same features, to the bit, and the same values of them', () => {
  const { data } = people(300)
  const cases: readonly TableOptions[] = [
    ...SCALINGS.map((scaling) => ({ ...OPTIONS, scaling })),
    ...(['mean', 'median', 'mostFrequent'] as const).map((missing) => ({ ...OPTIONS, missing })),
    { ...OPTIONS, indicators: true, maxCategories: 2 },
    { ...OPTIONS, scaling: 'quantile', missing: 'median', indicators: true },
  ]
  test.each(cases.map((options) => [JSON.stringify(options), options] as const))('%s', async (_, options) => {
    const spec = await fitTable(data, options)
    // categories that were never seen, and numbers beyond those of training
    const other = people(200, { seed: 3 }).data.columns.map((column) =>
      column.name === 'job' && column.type === 'text'
        ? { ...column, values: column.values.map((job, i) => (i % 7 === 0 ? 'astronaut' : job)) }
        : column,
    )
    const unseen = table(other as Column[])
    const values = toFeatures(spec, unseen).values as Float32Array

    const builder = new GraphBuilder()
    const features = emitFeatures(
      spec,
      columnInputs(builder, spec, (name) => name),
    )
    const raw = emitRaw(spec, features)
    const graph = builder.build({
      features,
      ...Object.fromEntries(Array.from(raw, ([name, value]) => [`raw/${name}`, value])),
    })
    const [found, ...again] = await runGraph(runtime(), graph, arraysOf(unseen, spec))
    expect(Float32Array.from(found?.data ?? [])).toEqual(values)

    const { columns } = fromFeatures(spec, values, 'again')
    placesOf(spec).forEach(({ column, from }, i) => {
      const own = columns[i]?.values ?? []
      const expected = isTextual(column) ? text([own.length, 1], own as string[]).data : (own as Float64Array)
      // what is missing has no value to be read back
      const known = (list: ArrayLike<number> = []) =>
        Array.from(list).filter((_, row) => !Number.isNaN(values[row * (values.length / 200) + from]))
      expect(known(expected).length).toBeGreaterThan(150)
      expect(known(again[i]?.data)).toEqual(known(expected))
    })
  })
})

describe('categories', () => {
  test('rare ones, and those never seen, are all others', async () => {
    const spec = await fitTable(table([texts(['a', 'a', 'a', 'b', 'b', 'c', undefined])]))
    expect(spec.columns[0]).toMatchObject({ categories: ['a', 'b'], shares: [0.5, 2 / 6, 1 / 6] })
    const { values } = toFeatures(spec, table([texts(['a', 'b', 'c', 'z', undefined, ''])]))
    const nothing = Number.NaN
    expect(Array.from(values)).toEqual([
      1,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      1,
      0,
      0,
      1,
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
    ])
    expect(fromFeatures(spec, Float32Array.of(0, 0, 1), 'x').columns[0]?.values).toEqual(['other'])
  })

  test('in an order are their places, scaled; others are missing', async () => {
    const spec = await fitTable(table([texts(['S', 'L', 'M', 'M'])]), { ordinal: { x: ['S', 'M', 'L'] } })
    const { values } = toFeatures(spec, table([texts(['S', 'M', 'L', 'XL'])]))
    expect(Array.from(values.subarray(0, 3), (z) => z * Math.SQRT1_2)).toEqual(
      [-1, 0, 1].map((z) => expect.closeTo(z, 6)),
    )
    expect(values[3]).toBeNaN()
  })

  test('of numbers may come as text, and the other way round', async () => {
    const spec = await fitTable(table([numbers([8000, 8001, 8000, 8001])]), { categorical: ['x'] })
    expect(toFeatures(spec, table([texts(['8001', '8000'])])).values).toEqual(
      toFeatures(spec, table([numbers([8001, 8000])])).values,
    )
    expect(() => toFeatures(spec, table([texts(['8001', 'none'])]))).toThrow(
      expect.objectContaining({ code: 'E_VALUE', at: expect.stringContaining('row 1') }),
    )
  })
})

describe('missing values', () => {
  const x = numbers([1, 2, 3, 10, Number.NaN])
  test.each([
    ['mean', 4],
    ['median', 2.5],
    ['mostFrequent', 1],
  ] as const)('are replaced by the %s', async (missing, value) => {
    const spec = await fitTable(table([x]), { missing })
    const [filled, same] = [table([numbers([Number.NaN])]), table([numbers([value])])]
    expect(toFeatures(spec, filled).values).toEqual(toFeatures(spec, same).values)
  })

  test('have an indicator each, if wanted, where there were any in training', async () => {
    const spec = await fitTable(table([x, numbers([1, 2, 3, 4, 5], 'y')]), { indicators: true })
    expect(spec.indicators).toEqual(['x'])
    const { values } = toFeatures(spec, table([numbers([Number.NaN, 1]), numbers([1, 1], 'y')]))
    expect([values[2], values[5]]).toEqual([1, 0])
  })
})

describe('what is fitted', () => {
  test('does not depend on the order of the rows, and comes from nothing else', async () => {
    const { data } = people(200)
    const spec = await fitTable(data, { ...OPTIONS, scaling: 'quantile' })
    const backwards = pickTable(
      data,
      Int32Array.from({ length: 200 }, (_, row) => 199 - row),
    )
    expect(await fitTable(backwards, { ...OPTIONS, scaling: 'quantile' })).toEqual({
      ...spec,
      columns: spec.columns.map((column) =>
        column.type === 'number' ? { ...column, weight: expect.closeTo(column.weight, 9) } : column,
      ),
    })
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec)
  })

  test.each([
    ['a column without a value', [numbers([Number.NaN, Number.NaN])], {}, 'E_DATA'],
    ['an identifier', [texts(['a', 'b', 'c'])], {}, 'E_DATA'],
    ['an infinite number', [numbers([1, Number.POSITIVE_INFINITY])], {}, 'E_VALUE'],
    ['a column that is not there', [numbers([1, 2])], { columns: ['y'] }, 'E_UNKNOWN'],
    ['a pattern that fits nothing', [numbers([1, 2])], { exclude: ['y*'] }, 'E_UNKNOWN'],
    ['nothing left', [numbers([1, 2])], { exclude: ['*'] }, 'E_DATA'],
    ['an order without the values', [texts(['a', 'a'])], { ordinal: { x: ['b'] } }, 'E_DATA'],
    ['an option out of range', [numbers([1, 2])], { rare: 2 }, 'E_OPTION'],
  ] as const)('refuses %s', async (_, columns, options, code) => {
    await expect(fitTable(table(columns), options)).rejects.toMatchObject({ code })
  })

  test('uses the columns that are named, or fit a pattern', async () => {
    const data = table(['income_a', 'income_b', 'age', 'zip_income'].map((name) => numbers([1, 2], name)))
    const used = async (options: TableOptions) => (await fitTable(data, options)).columns.map(({ name }) => name)
    expect(await used({ columns: ['income_*', 'age'] })).toEqual(['income_a', 'income_b', 'age'])
    expect(await used({ columns: ['*income*'], exclude: ['*_b'] })).toEqual(['income_a', 'zip_income'])
    expect(await used({ exclude: ['a*e'] })).toEqual(['income_a', 'income_b', 'zip_income'])
  })
})
