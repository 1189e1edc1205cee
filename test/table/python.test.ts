import '../../src/node.js'
import { describe, expect, test } from 'vitest'
import { columnInput } from '../../src/compile/inference.js'
import { type Column, sliceTable, type Table, table } from '../../src/data/table.js'
import type { Autoencoder } from '../../src/model/autoencoder.js'
import { denoising, pca, vanilla } from '../../src/model/recipes.js'
import { isTextual } from '../../src/table/spec.js'
import { array, text } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { useNativeRuntime } from '../native.js'
import { installed, type Job, MISSING, runInPython } from '../onnx/python.js'
import { OPTIONS, people } from './people.js'

const runtime = useNativeRuntime()
const { data: train } = people(800)
const held = sliceTable(people(200, { seed: 2 }).data, 0, 200)

/** A model's file, fed with the raw columns of a table. */
function jobOf(model: Autoencoder, data: Table): Job {
  const parameters = Object.keys(model.parameters).map((name) => ({ name }))
  const feeds = (model.spec.table?.columns ?? []).map((column) => {
    const values = data.columns.find(({ name }) => name === column.name)?.values ?? []
    const shape = [data.rows, 1]
    const fed = isTextual(column)
      ? text(
          shape,
          Array.from(values as string[], (value) => value ?? ''),
        )
      : array('float64', shape, values as Float64Array)
    return [columnInput(column.name, parameters), fed] as const
  })
  return { model: model.toBytes(), feeds: Object.fromEntries(feeds) }
}

async function expectSameInPython(model: Autoencoder, data: Table): Promise<void> {
  const [outputs = {}] = runInPython([jobOf(model, data)])
  const numbers = (name: string) => (outputs[name]?.data ?? []) as readonly number[]
  expect(relativeError(numbers('score'), await model.score(data))).toBeLessThanOrEqual(1e-5)
  expect(relativeError(numbers('errors'), (await model.errors(data)).data)).toBeLessThanOrEqual(1e-5)
  expect(relativeError(numbers('code'), (await model.encode(data)).data)).toBeLessThanOrEqual(1e-5)
  const { columns } = await model.reconstructTable(data)
  for (const { name, type, values } of columns) {
    const there = outputs[`reconstruction/${name}`]?.data ?? []
    if (type === 'text') expect(there).toEqual(values)
    else expect(relativeError(there as number[], values as Float64Array), name).toBeLessThanOrEqual(1e-5)
  }
}

describe('ONNX Runtime for Python, fed the raw columns, gives the same', () => {
  test.for([
    ['vanilla', vanilla({ epochs: 20 }), OPTIONS],
    [
      'denoising, quantiles, indicators',
      denoising({ epochs: 5 }),
      { ...OPTIONS, scaling: 'quantileNormal', indicators: true } as const,
    ],
    ['pca, medians', pca(), { ...OPTIONS, scaling: 'robust', missing: 'median' } as const],
  ] as const)('%s', async ([, recipe, options], { skip }) => {
    if (!installed) skip(MISSING)
    const model = await recipe.fit(train, { table: options, seed: 1, runtime: runtime() })
    await expectSameInPython(model, held)
    await model.close()
  })

  test('whatever columns are called', async ({ skip }) => {
    const names = ['code', 'score', 'encoder.0.weight', 'reconstruction/x', 'column/code', 'Add.3', 'größe, "mm"']
    const columns = names.map(
      (name, i): Column => ({
        name,
        type: 'number',
        values: Float64Array.from({ length: 200 }, (_, row) => Math.sin(row * (i + 1))),
      }),
    )
    const data = table(columns)
    const model = await vanilla({ epochs: 1 }).fit(data, { runtime: runtime() })
    const { fetched } = await runIn(model, data)
    expect(fetched.score?.data).toEqual(await model.score(data))
    if (!installed) skip(MISSING)
    await expectSameInPython(model, data)
  })
})

async function runIn(model: Autoencoder, data: Table) {
  const { model: bytes, feeds } = jobOf(model, data)
  const session = await runtime().open(bytes)
  const tensors = Object.entries(feeds).map(([name, fed]) => [
    name,
    { dtype: 'float64', shape: fed.shape, data: fed.data },
  ])
  const result = await session.run(Object.fromEntries(tensors))
  await session.close()
  return result
}
