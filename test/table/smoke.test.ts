import '../../src/node.js'
import { expect, test } from 'vitest'
import { denoising, pca, sparse, stacked, vanilla } from '../../src/model/recipes.js'
import { areaUnderCurve, OPTIONS, people } from './people.js'

test('smoke', async () => {
  const train = people(2000)
  const held = people(1000, { seed: 2 })
  for (const recipe of [vanilla, denoising, sparse, stacked, pca]) {
    const t0 = performance.now()
    const model = await recipe().fit(train.data, { table: OPTIONS, seed: 1 })
    const scores = await model.score(held.data)
    console.log(
      model.spec.recipe,
      model.spec.input,
      model.codeWidth,
      areaUnderCurve(scores, held.anomalous),
      await model.evaluate(held.data),
      model.threshold,
      (performance.now() - t0) / 1000,
    )
    if (recipe === vanilla)
      console.log(
        (await model.reconstructTable(held.data)).columns.map((c) => [c.name, c.values.slice(0, 5)]),
        held.data.columns.map((c) => [c.name, c.values.slice(0, 5)]),
        JSON.stringify(model.spec.table).slice(0, 1500),
      )
  }
})
