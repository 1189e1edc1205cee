import { describe, expect, test } from 'vitest'
import { buildNetwork, initialParameters } from '../../src/compile/network.js'
import type { DescendSpec } from '../../src/compile/spec.js'
import { slice } from '../../src/data/dataset.js'
import { digits } from '../../src/data/digits/index.js'
import { RECIPES } from '../../src/recipes/index.js'
import type { Resident, Runtime } from '../../src/runtime/types.js'
import { after } from '../../src/train/feed.js'
import { openFeed } from '../../src/train/open-feed.js'
import { runPhases } from '../../src/train/run-phases.js'
import { Stepper } from '../../src/train/stepper.js'
import { useNativeRuntime } from '../native.js'

const native = useNativeRuntime()
const data = digits({ rows: 250 })

/** The same runtime as a device on which loops are slow; counts the tensors that are still held. */
function withoutLoops(runtime: Runtime) {
  const held = new Set<number>()
  const hold = (resident: Resident) => {
    held.add(resident.id)
    return resident
  }
  const graphs: string[] = []
  const stepwise: Runtime = {
    ...runtime,
    info: { ...runtime.info, loops: false },
    put: async (tensor) => hold(await runtime.put(tensor)),
    release: (residents) => {
      for (const { id } of residents) held.delete(id)
      runtime.release(residents)
    },
    open: async (model) => {
      graphs.push(new TextDecoder('latin1').decode(model).includes('Loop') ? 'loop' : 'step')
      const session = await runtime.open(model)
      return {
        ...session,
        run: async (feeds, keep) => {
          const result = await session.run(feeds, keep)
          Object.values(result.kept).map(hold)
          return result
        },
      }
    },
  }
  return { stepwise, held, graphs }
}

const SPECS = {
  'a dense network': RECIPES.vanilla.spec([28, 28, 1], { hidden: 16, epochs: 2, batchSize: 60 }),
  'noise from a bank': RECIPES.denoising.spec([28, 28, 1], { hidden: 16, epochs: 2, batchSize: 60 }),
  'a penalty and what it reports': RECIPES.sparse.spec([28, 28, 1], { hidden: 16, epochs: 2, batchSize: 60 }),
  'momentum, and phases on inner layers': RECIPES.stacked.spec([28, 28, 1], {
    units: [16, 5],
    epochs: 1,
    pretrainEpochs: 1,
    batchSize: 60,
    optimizer: 'sgd',
    momentum: 0.9,
  }),
  convolutions: RECIPES.convolutional.spec([28, 28, 1], { epochs: 1, batchSize: 25 }),
}

test('a step that went wrong can be taken back', async () => {
  const spec = RECIPES.vanilla.spec([28, 28, 1], { hidden: 16, batchSize: 20 })
  const [network, phase] = [buildNetwork(spec), spec.phases[0] as DescendSpec]
  const { stepwise: runtime } = withoutLoops(native())
  const feed = openFeed(runtime, data, {})
  const stepper = await Stepper.open({ runtime, network, feed, seed: 1 }, phase, initialParameters(network, 1))
  const { value: portion } = await feed.portions({ batch: 20 }).next()
  if (!portion) throw new Error('there are samples')
  const { rows } = await stepper.advance(portion, 1)
  const before = await stepper.parameters()
  await stepper.advance(after(portion, rows), 1)
  expect(await stepper.parameters()).not.toEqual(before)
  stepper.retreat(1)
  expect(await stepper.parameters()).toEqual(before)
  await stepper.close()
})

describe('steps taken run by run are those of the loop', () => {
  test.each(Object.entries(SPECS))('%s', async (_, spec) => {
    const samples = spec.recipe === 'convolutional' ? slice(data, 0, 60) : data
    const network = buildNetwork(spec)
    const { stepwise, held, graphs } = withoutLoops(native())
    const options = { seed: 3, validation: slice(data, 0, 50) }
    const [loop, steps] = [
      await runPhases(native(), network, samples, options),
      await runPhases(stepwise, network, samples, options),
    ]
    for (const [name, { data }] of Object.entries(loop.parameters)) {
      const other = steps.parameters[name]?.data ?? []
      expect(Math.max(...data.map((x, i) => Math.abs(x - (other[i] ?? Number.NaN)))), name).toBeLessThan(1e-6)
    }
    const told = ({ history }: typeof loop) =>
      history.map(({ loss, validationMse, activity, step }) => ({ loss, validationMse, mean: activity?.mean, step }))
    const close = (x: number | undefined) => (x === undefined ? undefined : expect.closeTo(x, 6))
    expect(told(steps)).toEqual(
      told(loop).map((record) => ({
        step: record.step,
        loss: close(record.loss),
        validationMse: close(record.validationMse),
        mean: close(record.mean),
      })),
    )
    expect(graphs).not.toContain('loop')
    await new Promise(setImmediate)
    expect(held.size, 'tensors still held').toBe(0)
  })
})
