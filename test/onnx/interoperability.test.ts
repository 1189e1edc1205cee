import { describe, expect, test } from 'vitest'
import { compileEpoch, scalarName } from '../../src/compile/epoch.js'
import { compileAutoencoder, compileDecoder } from '../../src/compile/inference.js'
import { lower } from '../../src/compile/lowering/index.js'
import { compileCovariance } from '../../src/compile/moments.js'
import { buildNetwork, initialParameters, networkOf } from '../../src/compile/network.js'
import type { DescendSpec } from '../../src/compile/spec.js'
import { encode } from '../../src/graph/encode.js'
import { numberOf, toArray64 } from '../../src/graph/interpret.js'
import { EXPORTS, exportModel } from '../../src/model/export.js'
import { exportFeeds } from '../../src/model/training-export.js'
import { RECIPES } from '../../src/recipes/index.js'
import { array, Draw, toTensor } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { sample, scalarsAt, startOf, WIDTH } from '../compile/samples.js'
import { useNativeRuntime } from '../native.js'
import { apply, casesOf, differentiate, NAMES, operator } from '../ops/application.js'
import { installed, type Job, MISSING, runInPython } from './python.js'

const runtime = useNativeRuntime()

async function expectSameInBoth(jobs: readonly Job[], tolerance = 1e-5): Promise<void> {
  const results = runInPython(jobs)
  for (const [i, { model, feeds }] of jobs.entries()) {
    const session = await runtime().open(model)
    const { fetched } = await session.run(Object.fromEntries(Object.entries(feeds).map(([k, v]) => [k, toTensor(v)])))
    await session.close()
    expect(Object.keys(results[i] ?? {}).sort()).toEqual(Object.keys(fetched).sort())
    for (const [name, tensor] of Object.entries(fetched)) {
      const there = results[i]?.[name]
      expect(there?.shape, name).toEqual(tensor.shape)
      const data = there?.data.map((value) => (typeof value === 'string' ? numberOf(value) : value)) ?? []
      expect(relativeError(toArray64(tensor).data, data), name).toBeLessThanOrEqual(tolerance)
    }
  }
}

/** Passes that no graph needs: operators are checked as they are, those that ONNX does not have by what stands for them. */
const FASTER = ['dropExpands', 'phaseConvolutions', 'flipConvTranspose', 'sinkScales', 'splitSoftplus'] as const

describe('the onnx package accepts, and ONNX Runtime for Python computes the same from', () => {
  const rows = 10
  const draw = new Draw('interoperability')
  const bytes = draw.whole('uint8', 256, rows, WIDTH)
  const stored = { dtype: 'uint8', scale: 1 / 255 } as const

  test('the epoch', async ({ skip }) => {
    if (!installed) skip(MISSING)
    const jobs = (['mse', 'crossEntropy'] as const).flatMap((loss) =>
      (['adam', 'sgd'] as const).map((optimizer): Job => {
        const each = sample({ loss, optimizer, activation: 'elu' })
        const steps = [1, 2, 3].map((t) => scalarsAt(each, t))
        const lists = Object.keys(steps[0] ?? {}).map((name) => {
          const list = steps.map((step) => step[name] as number)
          return [scalarName(name), array('float32', [steps.length], list)] as const
        })
        const feeds = {
          trips: array('int64', [], [steps.length]),
          data: bytes,
          order: draw.whole('int32', rows, steps.length, 4),
          ...Object.fromEntries(lists),
          ...startOf(each),
        }
        return { model: compileEpoch(each.network, each.phase, 4, stored), feeds }
      }),
    )
    await expectSameInBoth(jobs)
  })

  test('the autoencoder, its decoder, and the sums for a covariance', async ({ skip }) => {
    if (!installed) skip(MISSING)
    const { network } = sample({ activation: 'softplus' })
    const parameters = initialParameters(network, 1)
    await expectSameInBoth([
      {
        model: compileAutoencoder(network, parameters, stored, { metadata: { 'diabolo.spec': '{}' } }),
        feeds: { input: bytes },
      },
      { model: compileDecoder(network, parameters), feeds: { code: draw.reals(3, 5) } },
      {
        model: compileCovariance(WIDTH, stored),
        feeds: { data: bytes, rows: array('int32', [3], [4, 0, 7]), mean: draw.reals(WIDTH) },
      },
    ])
  })

  test('every part of a model that is exported', async ({ skip }) => {
    if (!installed) skip(MISSING)
    const { network } = sample({ activation: 'tanh' })
    const parameters = initialParameters(network, 1)
    const threshold = { value: 0.1, quantile: 0.99, dataset: 'none', rows: 1 }
    const versions = { diabolo: '0', engine: 'none' }
    const provenance = { dataset: 'none', rows: 12, seed: 1, steps: 0, versions, threads: 1 }
    const artifact = { network, parameters, stored, provenance, threshold }
    const feeds = Object.entries(exportFeeds(artifact, {})).map(([name, tensor]) => [name, toArray64(tensor)] as const)
    const fed = {
      trips: array('int64', [], [2]),
      step: array('int64', [], [1]),
      data: draw.whole('uint8', 256, 12, WIDTH),
      ...Object.fromEntries(feeds),
    }
    const jobs = EXPORTS.map((what): Job => {
      const model = exportModel(artifact, what)
      if (what === 'training') return { model, feeds: fed }
      return { model, feeds: what === 'decoder' ? { code: draw.reals(3, 5) } : { input: bytes } }
    })
    await expectSameInBoth(jobs)
  })

  test('a network that unpools by indices: its class maps, and steps of its training', async ({ skip }) => {
    if (!installed) skip(MISSING)
    const options = { filters: [3, 4], classes: 4, epochs: 1, batchSize: 5 }
    const spec = RECIPES.segnet.spec([7, 6, 1], options)
    const network = buildNetwork(spec)
    const parameters = initialParameters(network, 1)
    const [phase] = spec.phases as [DescendSpec]
    const pixels = network.pixels?.count ?? 0
    const each = { spec, network: networkOf(spec, phase), phase }
    const lists = Object.entries(scalarsAt(each, 1)).map(([name, value]) => [
      scalarName(name),
      array('float32', [1], [value]),
    ])
    const data = draw.whole('uint8', 256, rows, network.width)
    await expectSameInBoth([
      { model: compileAutoencoder(network, parameters, stored), feeds: { input: data } },
      {
        model: compileEpoch(each.network, phase, 5, stored),
        feeds: {
          trips: array('int64', [], [1]),
          data,
          classMaps: draw.whole('uint8', 4, rows, pixels),
          order: draw.whole('int32', rows, 1, 5),
          ...Object.fromEntries(lists),
          ...startOf(each),
        },
      },
    ])
  })

  test('every operator, and its gradient', async ({ skip }) => {
    if (!installed) skip(MISSING)
    const jobs = NAMES.flatMap((name) =>
      casesOf(name).map((each): Job => {
        const { graph, feeds } = operator(name).vjp
          ? differentiate(name, each)
          : { ...apply(name, each), feeds: each.inputs }
        const named = graph.inputs.flatMap(({ source }, i) =>
          source.kind === 'input' && feeds[i] ? [[source.name, feeds[i]] as const] : [],
        )
        return { model: encode(lower(graph, { without: FASTER }), name), feeds: Object.fromEntries(named) }
      }),
    )
    // the loss of a case is a sum of terms of both signs, which different versions may add up in another order
    await expectSameInBoth(jobs, 1e-4)
  })
})
