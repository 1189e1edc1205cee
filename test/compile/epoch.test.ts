import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { permutation, rng } from '../../src/base/random.js'
import type { Tensor } from '../../src/base/tensor.js'
import { compileEpoch, epochGraph, nextName, type StoredAs, scalarName } from '../../src/compile/epoch.js'
import { buildNetwork } from '../../src/compile/network.js'
import { stateOf } from '../../src/compile/step.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64, Graph } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import type { Feeds, Runtime } from '../../src/runtime/types.js'
import { loadWeb } from '../../src/runtime/web-setup.js'
import { array, Draw, toTensor } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { useNativeRuntime } from '../native.js'
import { openInProcess } from '../runtime/in-process.js'
import { type Sample, type SampleOptions, sample, scalarsAt, startOf, WIDTH } from './samples.js'

const native = useNativeRuntime()

const ROWS = 14
const BYTES: StoredAs = { dtype: 'uint8', scale: 1 / 255 }
const FLOATS: StoredAs = { dtype: 'float32', scale: 1 }
const draw = new Draw('epoch')
const bytes = draw.whole('uint8', 256, ROWS, WIDTH)
const floats = draw.within(0, 1, ROWS, WIDTH)

type State = Readonly<Record<string, Array64>>

interface Run {
  readonly losses: Float64Array
  readonly state: State
}

/** By name, what a run of an epoch graph is fed. */
function feedsOf(
  each: Sample,
  state: State,
  data: Array64,
  order: readonly number[],
  batch: number,
  firstStep = 1,
): State {
  const steps = order.length / batch
  const numbers = Array.from({ length: steps }, (_, i) => scalarsAt(each, firstStep + i))
  const lists = Object.keys(numbers[0] ?? {}).map((name) => {
    const list = numbers.map((step) => step[name] as number)
    return [scalarName(name), array('float32', [steps], list)] as const
  })
  return {
    trips: array('int64', [], [steps]),
    data,
    order: array('int32', [steps, batch], order),
    ...Object.fromEntries(lists),
    ...state,
  }
}

const nameOf = ({ source }: Graph['inputs'][number]) => (source.kind === 'input' ? source.name : '')

/** In float64, by the definition of every operator. */
function runByDefinition(graph: Graph, feeds: State, names: readonly string[]): Run {
  const results = interpret(
    graph,
    graph.inputs.map((input) => feeds[nameOf(input)] as Array64),
  )
  const byName = new Map(graph.outputs.map(({ name }, i) => [name, results[i] as Array64]))
  const state = names.map((name) => [name, byName.get(nextName(name)) as Array64] as const)
  return { losses: byName.get('losses')?.data ?? new Float64Array(), state: Object.fromEntries(state) }
}

async function runOn(runtime: Runtime, model: Uint8Array, feeds: State, names: readonly string[]): Promise<Run> {
  const session = await runtime.open(model)
  const tensors: Feeds = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)]))
  const { fetched } = await session.run(tensors)
  await session.close()
  const read = ({ dtype, shape, data }: Tensor): Array64 => array(dtype, shape, Array.from(data as Float32Array))
  const state = names.map((name) => [name, read(fetched[nextName(name)] as Tensor)] as const)
  return { losses: Float64Array.from(fetched.losses?.data as Float32Array), state: Object.fromEntries(state) }
}

function setUp(options: SampleOptions) {
  const each = sample(options)
  const names = stateOf(each.network, each.phase).map(({ name }) => name)
  return {
    each,
    names,
    start: startOf(each),
    order: (rows: number) => Array.from(permutation(ROWS, rng(1))).slice(0, rows),
  }
}

function expectSame(actual: Run, expected: Run, tolerance: number) {
  expect(relativeError(actual.losses, expected.losses), 'losses').toBeLessThanOrEqual(tolerance)
  for (const [name, { shape, data }] of Object.entries(expected.state)) {
    expect(actual.state[name]?.shape, name).toEqual(shape)
    expect(relativeError(actual.state[name]?.data ?? [], data), name).toBeLessThanOrEqual(tolerance)
  }
}

const SAMPLES: readonly SampleOptions[] = [
  { loss: 'mse', activation: 'sigmoid', optimizer: 'adam' },
  { loss: 'mse', activation: 'tanh', optimizer: 'sgd' },
  { loss: 'crossEntropy', activation: 'elu', optimizer: 'adam' },
  { loss: 'crossEntropy', activation: 'relu', optimizer: 'sgd' },
]

describe.each(SAMPLES)('$loss, $activation, $optimizer', (options) => {
  const { each, names, start, order } = setUp(options)
  const { network, phase } = each

  test.each([
    ['bytes', BYTES, bytes],
    ['floats', FLOATS, floats],
  ] as const)('five steps in ONNX Runtime are five steps by definition, on %s', async (_, stored, data) => {
    const feeds = feedsOf(each, start, data, [...order(14), ...order(6)], 4)
    const expected = runByDefinition(verify(epochGraph(network, phase, 4, stored)), feeds, names)
    expect(expected.losses).toHaveLength(5)
    expectSame(await runOn(native(), compileEpoch(network, phase, 4, stored), feeds, names), expected, 2e-5)
  })

  test('a tail of fewer rows goes on from where the whole batches ended', async () => {
    const run = async (batch: number, state: State, rows: readonly number[], step: number) =>
      runOn(native(), compileEpoch(network, phase, batch, BYTES), feedsOf(each, state, bytes, rows, batch, step), names)
    const whole = await run(4, start, order(12), 1)
    const tail = await run(2, whole.state, order(14).slice(12), 4)

    const define = (batch: number, state: State, rows: readonly number[], step: number) =>
      runByDefinition(epochGraph(network, phase, batch, BYTES), feedsOf(each, state, bytes, rows, batch, step), names)
    const expected = define(4, start, order(12), 1)
    expectSame(whole, expected, 2e-5)
    expectSame(tail, define(2, expected.state, order(14).slice(12), 4), 2e-5)
  })
})

describe('the loop', () => {
  const { each, names, start, order } = setUp({})
  const { network, phase } = each
  const model = compileEpoch(network, phase, 2, BYTES)
  const feeds = feedsOf(each, start, bytes, order(10), 2)

  test('gives the same bytes in one run of five steps as in runs of three and two', async () => {
    const whole = await runOn(native(), model, feeds, names)
    const first = await runOn(native(), model, feedsOf(each, start, bytes, order(6), 2), names)
    const second = await runOn(native(), model, feedsOf(each, first.state, bytes, order(10).slice(6), 2, 4), names)
    expect([...first.losses, ...second.losses]).toEqual([...whole.losses])
    expect(second.state).toEqual(whole.state)
  })

  test('takes as many steps as it is told, though the order goes on', async () => {
    const three = await runOn(native(), model, { ...feeds, trips: array('int64', [], [3]) }, names)
    const whole = await runOn(native(), model, feeds, names)
    expect([...three.losses]).toEqual([...whole.losses.subarray(0, 3)])
    const none = await runOn(native(), model, { ...feeds, trips: array('int64', [], [0]) }, names)
    expect(none.losses).toHaveLength(0)
    expect(none.state).toEqual(start)
  })

  test('is trained on the rows that it is told, and on no others', async () => {
    const others = {
      ...bytes,
      data: bytes.data.map((x, i) => (order(10).includes(Math.floor(i / WIDTH)) ? x : 255 - x)),
    }
    expect(await runOn(native(), model, { ...feeds, data: others }, names)).toEqual(
      await runOn(native(), model, feeds, names),
    )
  })

  test('learns two rows by heart', async () => {
    const rows = Array.from({ length: 1000 }, () => [3, 8]).flat()
    const { losses } = await runOn(native(), model, feedsOf(each, start, bytes, rows, 2), names)
    expect(losses.at(-1)).toBeLessThan(0.01 * (losses[0] as number))
  })

  test('names what goes in and what comes out', () => {
    const graph = epochGraph(network, phase, 2, BYTES)
    expect(graph.inputs.map(nameOf)).toEqual(['trips', 'data', 'order', 'scalar/stepSize', 'scalar/epsilon', ...names])
    expect(graph.outputs.map(({ name }) => name)).toEqual([...names.map((name) => `${name}.next`), 'losses'])
    expect(names.slice(0, 2)).toEqual(['encoder.0.weight', 'encoder.0.bias'])
    expect(names).toContain('adam.v/decoder.1.bias')
    expect(graph.nodes.map(({ op }) => op.name)).toEqual(['Loop'])
  })

  test('is the same bytes however often it is compiled', () => {
    expect(compileEpoch(network, phase, 2, BYTES)).toEqual(model)
  })

  test('holds no parameters: it is no larger for larger layers', () => {
    const spec = {
      ...each.spec,
      input: [784],
      decoder: each.spec.decoder.map((layer, i) => (i ? { ...layer, units: 784 } : layer)),
    }
    const wide = compileEpoch(buildNetwork(spec), phase, 2, BYTES)
    expect(wide.length).toBeLessThan(1.05 * model.length)
    expect(model.length).toBeLessThan(16_384)
  })
})

describe('the same bytes as WebAssembly', () => {
  let web: Runtime | undefined
  beforeAll(async () => {
    web = await openInProcess(loadWeb)
  })
  afterAll(() => web?.close())

  test.each(SAMPLES)('$loss, $activation, $optimizer', async (options) => {
    if (!web) throw new Error('no WebAssembly runtime')
    const { each, names, start, order } = setUp(options)
    const model = compileEpoch(each.network, each.phase, 4, BYTES)
    const feeds = feedsOf(each, start, bytes, [...order(14), ...order(6)], 4)
    const expected = await runOn(native(), model, feeds, names)
    expectSame(await runOn(web, model, feeds, names), expected, 1e-4)
    expect(web.info).toMatchObject({ engine: 'onnxruntime-web', device: 'wasm', threads: 1 })
  })
})
