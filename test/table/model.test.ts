import '../../src/node.js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { columnInput } from '../../src/compile/inference.js'
import { pickTable, sliceTable, streamTable, type Table, table } from '../../src/data/table.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { convolutional, denoising, pca, sparse, stacked, vanilla } from '../../src/model/recipes.js'
import { isTextual, type TableSpec } from '../../src/table/spec.js'
import { useNativeRuntime } from '../native.js'
import { areaUnderCurve, OPTIONS, people } from './people.js'

const runtime = useNativeRuntime()

const { data: train } = people(1500)
const held = people(600, { seed: 2 })
let model: Autoencoder

beforeAll(async () => {
  model = await vanilla().fit(train, { table: OPTIONS, seed: 1 })
})
afterAll(() => model.close())

/** What the columns of a table are fed as. */
function feedsOf(data: Table, { columns }: TableSpec) {
  const named = new Map(data.columns.map((column) => [column.name, column]))
  return Object.fromEntries(
    columns.map((column) => {
      const values = named.get(column.name)?.values ?? []
      const shape = [data.rows, 1]
      return [
        columnInput(column.name, []),
        isTextual(column)
          ? ({ dtype: 'string', shape, data: Array.from(values as string[], (text) => text ?? '') } as const)
          : ({ dtype: 'float64', shape, data: Float64Array.from(values as Float64Array) } as const),
      ]
    }),
  )
}

describe('a table of mixed types with a tenth of its cells missing', () => {
  test('trains, and finds rows whose columns do not fit each other', async () => {
    expect(areaUnderCurve(await model.score(held.data), held.anomalous)).toBeGreaterThan(0.9)
    // a constant guess of every column has an error of about 1
    expect((await model.evaluate(held.data)).mse).toBeLessThan(0.2)
  })

  test('columns are found by name: their order, and others beside them, change nothing', async () => {
    const scores = await model.score(held.data)
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...held.data.columns.keys()], { minLength: 8 }), async (order) => {
        const columns = order.map((i) => held.data.columns[i] as (typeof held.data.columns)[number])
        const shuffled = table([...columns, { name: 'more', type: 'text', values: new Array(600).fill('x') }])
        expect(await model.score(shuffled)).toEqual(scores)
      }),
      { seed: 1, numRuns: 10 },
    )
  })

  test('a column that is not there is named, and what it may be called now', async () => {
    const renamed = held.data.columns.map((column) =>
      column.name === 'income' ? { ...column, name: 'incomes' } : column,
    )
    await expect(model.score(table(renamed))).rejects.toMatchObject({
      code: 'E_DATA',
      found: 'no "income"',
      hint: expect.stringContaining('"incomes"'),
    })
  })

  test('model.onnx takes the raw columns: the same bits', async () => {
    const session = await runtime().open(model.toBytes())
    const data = sliceTable(held.data, 0, 500)
    const { fetched } = await session.run(feedsOf(data, model.spec.table as TableSpec))
    await session.close()
    expect(fetched.score?.data).toEqual(await model.score(data))
    expect(fetched.code?.data).toEqual((await model.encode(data)).data)
    expect(fetched.errors?.data).toEqual((await model.errors(data)).data)
    expect(fetched.reconstruction?.data).toEqual((await model.reconstruct(data)).data)
    const { columns } = await model.reconstructTable(data)
    for (const { name, values } of columns) expect(fetched[`reconstruction/${name}`]?.data, name).toEqual(values)
    const threshold = Math.fround(model.threshold?.value ?? Number.NaN)
    expect(Array.from(fetched.anomaly?.data as Uint8Array)).toEqual(
      Array.from(fetched.score?.data as Float32Array, (score) => +(score > threshold)),
    )
  })

  test('loads with nothing else', async () => {
    const loaded = Autoencoder.fromBytes(model.toBytes(), { runtime: runtime() })
    expect(loaded.spec).toEqual(model.spec)
    expect(loaded.threshold).toEqual(model.threshold)
    expect(loaded.columns).toEqual(['age', 'income', 'height', 'weight', 'size', 'job', 'zip'])
    expect(await loaded.score(held.data)).toEqual(await model.score(held.data))
  })

  test('99 of 100 rows of the training data are not above the threshold', async () => {
    const scores = await model.score(train)
    const above = scores.filter((score) => score > (model.threshold?.value ?? 0)).length
    expect(above).toBe(15)
  })

  test('a score is the mean of the errors of the columns that are there', async () => {
    const [scores, errors] = [await model.score(held.data), (await model.errors(held.data)).data]
    const byName = new Map(held.data.columns.map(({ name, values }) => [name, values]))
    for (let row = 0; row < 50; row++) {
      const there = model.columns.filter((name) => {
        const value = byName.get(name)?.[row]
        return value !== undefined && !Number.isNaN(value)
      })
      const own = errors.subarray(row * 7, (row + 1) * 7)
      expect(scores[row]).toBeCloseTo(own.reduce((sum, e) => sum + e, 0) / there.length, 5)
      model.columns.forEach((name, i) => {
        if (!there.includes(name)) expect(own[i]).toBe(0)
      })
    }
  })

  test('blames the column that does not fit', async () => {
    const usual = pickTable(held.data, Int32Array.from(held.anomalous.flatMap((odd, row) => (odd ? [] : [row]))))
    const tampered = usual.columns.map((column) =>
      column.name === 'height'
        ? { ...column, values: Float64Array.from(column.values as Float64Array, (x) => x + 60) }
        : column,
    )
    const { data } = await model.errors(table(tampered as typeof usual.columns))
    const sums = model.columns.map((_, i) => data.reduce((sum, e, k) => sum + (k % 7 === i ? e : 0), 0))
    expect(model.columns[sums.indexOf(Math.max(...sums))]).toBe('height')
  })
})

describe('every recipe of dense layers', () => {
  test.each([
    ['denoising', denoising({ corruption: 'gaussian', noise: 0.5, epochs: 20 })],
    ['sparse', sparse({ epochs: 20 })],
    ['stacked', stacked({ epochs: 20, noise: 0.1 })],
    ['pca', pca({ latent: 3 })],
  ])('%s learns more than a constant', async (name, recipe) => {
    const fitted = await recipe.fit(train, { table: OPTIONS, seed: 1, runtime: runtime() })
    expect(fitted.spec.table?.categoryError).toBe(name === 'pca' ? 'squared' : 'crossEntropy')
    expect((await fitted.evaluate(held.data)).mse).toBeLessThan(0.45)
    const session = await runtime().open(fitted.toBytes())
    const data = sliceTable(held.data, 0, 500)
    const { fetched } = await session.run(feedsOf(data, fitted.spec.table as TableSpec))
    await session.close()
    expect(fetched.score?.data).toEqual(await fitted.score(data))
    await fitted.close()
  })

  test('convolutions refuse', async () => {
    await expect(convolutional().fit(train, { table: OPTIONS })).rejects.toMatchObject({
      code: 'E_SHAPE',
      expected: expect.stringContaining('images'),
    })
  })

  test('a stream of rows teaches the same as a table in memory', async () => {
    const options = { table: OPTIONS, seed: 1, epochs: 3, runtime: runtime() }
    const [whole, streamed] = [await vanilla().fit(train, options), await vanilla().fit(streamTable(train), options)]
    expect(streamed.spec.table).toEqual(whole.spec.table)
    expect(streamed.parameters).toEqual(whole.parameters)
  })
})

describe('what does not go together is refused', () => {
  test('an option that the columns decide', async () => {
    await expect(vanilla({ loss: 'mse' }).fit(train, { table: OPTIONS })).rejects.toMatchObject({
      code: 'E_OPTION',
      at: 'option "loss" of recipe "vanilla"',
    })
  })

  test('an identifier among the columns', async () => {
    await expect(vanilla().fit(train)).rejects.toMatchObject({ code: 'E_DATA', at: 'column "id" of people' })
  })
})
