import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/base/tensor.js'
import { buildNetwork, type Parameters } from '../../src/compile/network.js'
import { descendSchema, parseSpec } from '../../src/compile/spec.js'
import { dataset } from '../../src/data/dataset.js'
import { after } from '../../src/train/feed.js'
import { openFeed } from '../../src/train/open-feed.js'
import { Stepper } from '../../src/train/stepper.js'
import { relativeError } from '../closeness.js'
import golden from '../golden/trajectory.json' with { type: 'json' }
import { useNativeRuntime } from '../native.js'
import { samples, stream } from './streams.js'

const { rows, width, hidden, batch, steps } = golden.shape

function weight(number: number, inputs: number, outputs: number): Tensor<'float32'> {
  const limit = Math.sqrt(6 / (inputs + outputs))
  const values = Float32Array.from(stream(number, inputs * outputs), (h) => limit * (2 * (h / 2 ** 32) - 1))
  return { dtype: 'float32', shape: [inputs, outputs], data: values }
}

const zeros = (length: number): Tensor<'float32'> => ({
  dtype: 'float32',
  shape: [length],
  data: new Float32Array(length),
})

const START: Parameters = {
  'encoder.0.weight': weight(3, width, hidden),
  'encoder.0.bias': zeros(hidden),
  'decoder.0.weight': weight(4, hidden, width),
  'decoder.0.bias': zeros(width),
}
const DATA = dataset(samples(rows, [width]), { shape: [width] })

const runtime = useNativeRuntime()

function phaseOf({ loss, optimizer, schedule }: (typeof golden.cases)[number]) {
  const epochs = (steps * batch) / rows
  return descendSchema.parse({ kind: 'descend', epochs, batchSize: batch, optimizer, schedule, loss: { type: loss } })
}

function networkOf({ activation }: (typeof golden.cases)[number], phase: ReturnType<typeof phaseOf>) {
  const dense = (units: number, name: string) => ({ type: 'dense', units, activation: name })
  const spec = {
    encoder: [dense(hidden, activation)],
    decoder: [dense(width, 'linear')],
    output: 'sigmoid',
    phases: [phase],
  }
  return buildNetwork(parseSpec({ format: 'diabolo/1', recipe: 'golden', preset: 'default', input: [width], ...spec }))
}

/** Trains as `fit` does, and keeps the loss of every step. */
async function train(each: (typeof golden.cases)[number]) {
  const phase = phaseOf(each)
  const feed = openFeed(runtime(), DATA, {})
  const context = { runtime: runtime(), network: networkOf(each, phase), feed, seed: 0 }
  const stepper = await Stepper.open(context, phase, START)
  const losses: number[] = []
  while (stepper.step < stepper.totalSteps) {
    for await (const portion of feed.portions({ batch })) {
      for (let done = 0; done < rows; ) {
        const advance = await stepper.advance(after(portion, done), 1)
        losses.push(...advance.losses)
        done += advance.rows
      }
    }
  }
  const parameters = await stepper.parameters()
  await stepper.close()
  await feed.close()
  return { losses, parameters }
}

const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0))

describe(`a hundred steps of ${width}–${hidden}–${width} are those of PyTorch`, () => {
  const cases = golden.cases.map((each) => {
    const { activation, loss, optimizer, schedule } = each
    return [`${activation}, ${loss}, ${optimizer.name}, ${schedule.name}, warm-up ${schedule.warmup}`, each] as const
  })

  test.each(cases)('%s', async (_, each) => {
    const { losses, parameters } = await train(each)
    expect(losses).toHaveLength(steps)
    each.losses.forEach((expected, step) => {
      expect(relativeError([losses[step] as number], [expected]), `step ${step}`).toBeLessThan(1e-5)
    })
    for (const [name, expected] of Object.entries(each.norms)) {
      expect(relativeError([norm(parameters[name]?.data as Float32Array)], [expected]), name).toBeLessThan(1e-5)
    }
  })
})

test('the recorded steps cover every choice, and each of them learned something', () => {
  const seen = (pick: (each: (typeof golden.cases)[number]) => string) => [...new Set(golden.cases.map(pick))].sort()
  expect(seen(({ activation }) => activation)).toEqual(['elu', 'relu', 'sigmoid', 'tanh'])
  expect(seen(({ loss, optimizer }) => `${loss} ${optimizer.name}`)).toEqual([
    'crossEntropy adam',
    'crossEntropy sgd',
    'mse adam',
    'mse sgd',
  ])
  expect(seen(({ schedule }) => schedule.name)).toEqual(['constant', 'cosine', 'step'])
  for (const { losses } of golden.cases) expect(losses.at(-1)).toBeLessThan(0.96 * (losses[0] ?? 0))
})
