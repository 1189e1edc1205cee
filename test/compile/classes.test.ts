import { describe, expect, test } from 'vitest'
import { compileEpoch, epochGraph, LABELS, nextName, type StoredAs, scalarName } from '../../src/compile/epoch.js'
import { autoencoderGraph, compileAutoencoder, compileClasses } from '../../src/compile/inference.js'
import { buildNetwork, initialParameters, networkOf } from '../../src/compile/network.js'
import { type DescendSpec, parseSpec, type Spec } from '../../src/compile/spec.js'
import { stateOf } from '../../src/compile/step.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { directional } from '../../src/graph/check-gradient.js'
import { interpret, toArray64 } from '../../src/graph/interpret.js'
import type { Array64 } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import { emitClassLoss } from '../../src/nn/losses.js'
import { grad } from '../../src/ops/index.js'
import { array, Draw, toTensor } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { feedsOf, useNativeRuntime } from '../native.js'

const native = useNativeRuntime()

const [BATCH, WIDTH, CLASSES] = [5, 6, 3] as const
/** 1 / BATCH, as a graph holds it. */
const EACH = Math.fround(1 / BATCH)
const draw = new Draw('classes')
const x = draw.within(0, 1, BATCH, WIDTH)
const labels = array('int32', [BATCH], [2, 0, 1, 1, 2])

const dense = (units: number, activation = 'tanh') => ({ type: 'dense', units, activation })

function specOf(change: object = {}): Spec {
  const phase = {
    kind: 'descend',
    epochs: 1,
    batchSize: BATCH,
    optimizer: { name: 'adam', learningRate: 0.01 },
    loss: { type: 'classes' },
  }
  return parseSpec({
    format: 'diabolo/1',
    recipe: 'sample',
    preset: 'default',
    input: [WIDTH],
    encoder: [dense(5), dense(4)],
    decoder: [dense(5), dense(WIDTH, 'linear')],
    output: 'sigmoid',
    head: { classes: CLASSES },
    phases: [{ ...phase, ...change }],
  })
}

const phaseOf = ({ phases: [phase] }: Spec) => phase as DescendSpec

describe('the loss of classes', () => {
  const logits = draw.within(-3, 3, BATCH, CLASSES)

  function emitted() {
    const builder = new GraphBuilder()
    const z = builder.input('z', { dtype: 'float32', shape: [BATCH, CLASSES] })
    const y = builder.input('y', { dtype: 'int32', shape: [BATCH] })
    const loss = emitClassLoss(z, y)
    return { loss, z, gradient: grad(loss, [z])[0] as typeof z, build: () => builder.build({ loss }) }
  }

  test('is the mean of −ln of the probability of the right class', () => {
    const [loss] = interpret(emitted().build(), [logits, labels])
    const byHand = Array.from({ length: BATCH }, (_, row) => {
      const z = logits.data.subarray(row * CLASSES, (row + 1) * CLASSES)
      return Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - (z[labels.data[row] as number] as number)
    })
    const mean = byHand.reduce((sum, value) => sum + value, 0) * EACH
    expect(Math.abs((loss?.data[0] as number) / mean - 1)).toBeLessThan(1e-14)
  })

  test('has the gradient softmax(z) − one-hot, per sample', () => {
    const { loss, z, gradient } = emitted()
    const { analytic, numeric } = directional({ loss, x: z, gradient }, [logits, labels])
    expect(relativeError([analytic], [numeric])).toBeLessThan(1e-9)
    const [, slope] = interpret(loss.builder.build({ loss, gradient }), [logits, labels]) as [Array64, Array64]
    const byHand = Array.from({ length: BATCH * CLASSES }, (_, k) => {
      const [row, i] = [Math.floor(k / CLASSES), k % CLASSES]
      const own = logits.data.subarray(row * CLASSES, (row + 1) * CLASSES)
      const sum = own.reduce((total, value) => total + Math.exp(value), 0)
      return (Math.exp(own[i] as number) / sum - (labels.data[row] === i ? 1 : 0)) * EACH
    })
    expect(relativeError(slope.data, byHand)).toBeLessThan(1e-14)
  })

  test('stays finite where logits are far apart', () => {
    const far = array('float32', [1, 3], [1e4, -1e4, 0])
    const builder = new GraphBuilder()
    const z = builder.input('z', { dtype: 'float32', shape: [1, 3] })
    const y = builder.input('y', { dtype: 'int32', shape: [1] })
    const [loss] = interpret(builder.build({ loss: emitClassLoss(z, y) }), [far, array('int32', [1], [1])])
    expect(loss?.data[0]).toBe(2e4)
  })
})

describe('the part of a network that learns classes', () => {
  const names = (change: object) =>
    networkOf(specOf(change), phaseOf(specOf(change))).parameters.map(({ name }) => name)
  const layer = (name: string) => [`${name}.weight`, `${name}.bias`]

  test('is its encoder and its head', () => {
    expect(names({})).toEqual([...layer('encoder.0'), ...layer('encoder.1'), ...layer('head')])
    expect(names({ layers: { from: 1, to: 2 } })).toEqual([...layer('encoder.1'), ...layer('head')])
    expect(names({ layers: { from: 2, to: 2 } })).toEqual(layer('head'))
  })

  test('leaves the head out where samples are reconstructed', () => {
    const sides = (change: object) =>
      new Set(names({ loss: { type: 'mse' }, ...change }).map((name) => name.split('.')[0]))
    expect([...sides({})]).toEqual(['encoder', 'decoder'])
    expect([...sides({ layers: { from: 0, to: 1 } })]).toEqual(['encoder', 'decoder'])
  })

  test.each([{}, { layers: { from: 1, to: 2 } }, { layers: { from: 2, to: 2 } }])(
    'has right gradients of every parameter: %j',
    (change) => {
      const spec = specOf(change)
      const network = networkOf(spec, phaseOf(spec))
      const builder = new GraphBuilder()
      const input = builder.input('x', { dtype: 'float32', shape: [BATCH, network.width] })
      const y = builder.input('y', { dtype: 'int32', shape: [BATCH] })
      const values = Object.fromEntries(
        network.parameters.map(({ name, shape }) => [name, builder.input(name, { dtype: 'float32', shape })]),
      )
      const loss = emitClassLoss(network.classify?.(network.encode(input, values), values) as never, y)
      const slopes = grad(loss, Object.values(values))
      const feeds = [
        draw.within(0, 1, BATCH, network.width),
        labels,
        ...network.parameters.map(({ shape }) => draw.within(-0.7, 0.7, ...shape)),
      ]
      network.parameters.forEach(({ name }, i) => {
        const claim = { loss, x: values[name] as never, gradient: slopes[i] as never }
        const { analytic, numeric } = directional(claim, feeds)
        expect(Math.abs(numeric), name).toBeGreaterThan(1e-4)
        expect(relativeError([analytic], [numeric]), name).toBeLessThan(1e-7)
      })
    },
  )

  test.each([
    ['no head', { head: undefined }, {}],
    ['layers that end before the code', {}, { layers: { from: 0, to: 1 } }],
    ['layers the wrong way round', {}, { layers: { from: 2, to: 1 } }],
  ])('is refused with %s', (_, spec, phase) => {
    const wrong = { ...specOf(), ...spec, phases: [{ ...phaseOf(specOf()), ...phase }] }
    expect(() => parseSpec(wrong)).toThrow(expect.objectContaining({ code: 'E_SPEC' }))
  })
})

describe('steps that learn classes', () => {
  const STORED: StoredAs = { dtype: 'float32', scale: 1 }

  test.each([{}, { corruption: { type: 'masking', part: 0.3 } }])(
    'are the same in ONNX Runtime as by definition: %j',
    async (change) => {
      const spec = specOf(change)
      const [phase, network] = [phaseOf(spec), networkOf(spec, phaseOf(spec))]
      const rows = 2 * BATCH
      const graph = verify(epochGraph(network, phase, BATCH, STORED))
      const start = initialParameters(network, 3)
      const scalars = { [scalarName('stepSize')]: 0.1, [scalarName('epsilon')]: 1e-8 }
      const order = [3, 1, 8, 9, 0, 2, 4, 5, 7, 6]
      const feeds: Record<string, Array64> = {
        trips: array('int64', [], [2]),
        data: draw.within(0, 1, rows, WIDTH),
        [LABELS]: draw.whole('int32', CLASSES, rows),
        order: array('int32', [2, BATCH], order),
        bank: draw.whole('float32', 2, 4, WIDTH),
        'noise/first': draw.whole('int32', 4, 2, BATCH),
        'noise/second': draw.whole('int32', 4, 2, BATCH),
        ...Object.fromEntries(Object.entries(scalars).map(([name, v]) => [name, array('float32', [2], [v, v])])),
        ...Object.fromEntries(
          stateOf(network, phase).map(({ name, shape }) => [
            name,
            start[name]
              ? toArray64(start[name])
              : array('float32', shape, new Float32Array(shape.reduce((n, d) => n * d, 1))),
          ]),
        ),
      }
      const arrays = graph.inputs.map(({ source }) => feeds[source.kind === 'input' ? source.name : ''] as Array64)
      const byDefinition = interpret(graph, arrays)
      const session = await native().open(compileEpoch(network, phase, BATCH, STORED))
      const { fetched } = await session.run(feedsOf(graph, arrays))
      await session.close()
      graph.outputs.forEach(({ name }, i) => {
        const expected = byDefinition[i] as Array64
        expect(relativeError(toArray64(fetched[name] as never).data, expected.data), name).toBeLessThan(2e-5)
      })
      const head = byDefinition[graph.outputs.findIndex(({ name }) => name === nextName('head.weight'))]
      expect(head?.data).not.toEqual(feeds['head.weight']?.data)
    },
  )
})

describe("a model's file", () => {
  const network = buildNetwork(specOf())
  const parameters = initialParameters(network, 3)
  const STORED = { dtype: 'float32', scale: 1 } as const

  test('gives the probability of each class, and the most probable one', async () => {
    const graph = verify(autoencoderGraph(network, parameters, STORED))
    expect(graph.outputs.map(({ name }) => name)).toEqual([
      ...['code', 'reconstruction', 'score', 'errors', 'probabilities', 'label'],
    ])
    const results = interpret(graph, [x])
    const [probabilities, label] = results.slice(4) as [Array64, Array64]
    expect([probabilities.shape, label.shape, label.dtype]).toEqual([[BATCH, CLASSES], [BATCH], 'int64'])
    for (let row = 0; row < BATCH; row++) {
      const own = probabilities.data.subarray(row * CLASSES, (row + 1) * CLASSES)
      expect(own.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 14)
      expect(label.data[row]).toBe(own.indexOf(Math.max(...own)))
    }
    const session = await native().open(compileAutoencoder(network, parameters, STORED))
    const { fetched } = await session.run({ input: toTensor(x) })
    await session.close()
    expect(relativeError(toArray64(fetched.probabilities as never).data, probabilities.data)).toBeLessThan(1e-5)
    expect(toArray64(fetched.label as never).data).toEqual(label.data)
  })

  test('has neither without a head, and tells so', () => {
    const plain = buildNetwork({ ...specOf(), head: undefined, phases: [] })
    const graph = autoencoderGraph(plain, parameters, STORED)
    expect(graph.outputs.map(({ name }) => name)).toEqual(['code', 'reconstruction', 'score', 'errors'])
    expect(() => compileClasses(plain, parameters, STORED)).toThrow(expect.objectContaining({ code: 'E_SPEC' }))
  })
})
