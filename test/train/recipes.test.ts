import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/base/tensor.js'
import { dataset } from '../../src/data/dataset.js'
import { estimator } from '../../src/model/estimator.js'
import { RECIPES, type Recipe, type RecipeName } from '../../src/recipes/index.js'
import type { Runtime } from '../../src/runtime/types.js'
import { relativeError } from '../closeness.js'
import golden from '../golden/recipes.json' with { type: 'json' }
import { useNativeRuntime } from '../native.js'
import { samples } from './streams.js'

type Case = (typeof golden.cases)[number]

const runtime = useNativeRuntime()

/** The same runtime, which notes the loss of every step that is taken on it. */
function listening(inner: Runtime, losses: number[]): Runtime {
  return {
    info: inner.info,
    async open(model) {
      const session = await inner.open(model)
      return {
        async run(feeds, keep) {
          const result = await session.run(feeds, keep)
          losses.push(...((result.fetched.losses as Tensor<'float32'> | undefined)?.data ?? []))
          return result
        },
        sweep: session.sweep,
        close: () => session.close(),
      }
    },
    put: (tensor) => inner.put(tensor),
    get: (resident) => inner.get(resident),
    release: (residents) => inner.release(residents),
    eigen: (matrix) => inner.eigen(matrix),
    close: () => inner.close(),
  }
}

/** Fits as anyone would, from the seed and the recipe's options alone. */
async function learn({ recipe, input, options }: Case) {
  const losses: number[] = []
  const data = dataset(samples(golden.rows, input), { shape: input })
  const family = RECIPES[recipe as RecipeName] as unknown as Recipe
  const model = await estimator(family)(options).fit(data, {
    seed: golden.seed,
    runtime: listening(runtime(), losses),
  })
  return { losses, model }
}

const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0))

describe('every step of a fit is that of PyTorch', () => {
  test.each(golden.cases.map((each) => [`${each.recipe}: ${each.note}`, each] as const))('%s', async (_, each) => {
    const { losses, model } = await learn(each)
    const phases = Object.entries(each.phases) as [string, number[]][]
    expect(losses).toHaveLength(phases.reduce((sum, [, steps]) => sum + steps.length, 0))
    let done = 0
    for (const [name, steps] of phases) {
      steps.forEach((expected, step) => {
        expect(relativeError([losses[done + step] as number], [expected]), `${name}, step ${step}`).toBeLessThan(1e-5)
      })
      done += steps.length
      expect(steps.at(-1), `${name} learns`).toBeLessThan(steps[0] as number)
    }
    expect(Object.keys(model.parameters).sort()).toEqual(Object.keys(each.norms))
    for (const [name, expected] of Object.entries(each.norms)) {
      expect(relativeError([norm(model.parameters[name]?.data ?? [])], [expected as number]), name).toBeLessThan(1e-4)
    }
  })
})

test('the recorded fits cover every recipe that takes steps, every noise and every way to grow', () => {
  const seen = (pick: (options: Case['options'], each: Case) => unknown) =>
    [...new Set(golden.cases.map((each) => pick(each.options, each)))].filter((value) => value !== undefined).sort()
  // the members of an ensemble are dense layers, and held to float64 in test/nn/member-layers; segnet has a file of its own
  expect(seen((_, { recipe }) => recipe)).toEqual(
    Object.keys(RECIPES)
      .filter((name) => !['pca', 'ensemble', 'segnet'].includes(name))
      .sort(),
  )
  expect(seen(({ corruption }) => corruption)).toEqual(['gaussian', 'masking', 'mix', 'saltAndPepper'])
  expect(seen(({ upsampling }) => upsampling)).toEqual(['bilinear', 'nearest', 'transposed'])
  expect(seen(({ tied }) => tied)).toEqual([false, true])
})
