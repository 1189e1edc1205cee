import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/base/tensor.js'
import { autoencoderGraph, compileAutoencoder, compileDecoder, measureGraph } from '../../src/compile/inference.js'
import { buildNetwork, initialParameters } from '../../src/compile/network.js'
import { parseSpec, type Spec } from '../../src/compile/spec.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { directional } from '../../src/graph/check-gradient.js'
import { interpret, toArray64 } from '../../src/graph/interpret.js'
import type { Value } from '../../src/graph/types.js'
import { emitPixelLoss } from '../../src/nn/pixels.js'
import { grad } from '../../src/ops/index.js'
import { Draw } from '../arrays.js'
import { relativeError } from '../closeness.js'

const [BATCH, HEIGHT, WIDTH, CLASSES] = [3, 7, 5, 4] as const
const PIXELS = HEIGHT * WIDTH
const draw = new Draw('pixels')
const stored = { dtype: 'uint8', scale: 1 / 255 } as const

const conv = (filters: number, activation = 'tanh', kernel = 3) => ({ type: 'conv2d', filters, kernel, activation })
const pool = { type: 'maxPool2d', size: 2 }

/** Two poolings of odd sizes: 7 × 5 → 4 × 3 → 2 × 2. */
const BASE = {
  format: 'diabolo/1',
  recipe: 'sample',
  preset: 'default',
  input: [HEIGHT, WIDTH, 2],
  encoder: [conv(3), pool, conv(4), pool],
  decoder: [
    { type: 'maxUnpool2d', pool: 3, size: [4, 3] },
    conv(3),
    { type: 'maxUnpool2d', pool: 1, size: [7, 5] },
    conv(CLASSES, 'linear', 1),
  ],
  output: 'linear',
  pixels: { classes: CLASSES },
  phases: [{ kind: 'descend', epochs: 1, batchSize: BATCH, optimizer: { name: 'adam' }, loss: { type: 'pixels' } }],
}

const specOf = (change: object = {}): Spec => parseSpec({ ...BASE, ...change })
const classMaps = draw.whole('uint8', CLASSES, BATCH, PIXELS)

describe('the loss of pixels', () => {
  const logits = draw.within(-3, 3, HEIGHT, WIDTH, BATCH, CLASSES)

  test('is the mean of −ln softmax(z)[class], in plain loops', () => {
    const builder = new GraphBuilder()
    const z = builder.input('z', { dtype: 'float32', shape: [HEIGHT, WIDTH, BATCH, CLASSES] })
    const maps = builder.input('maps', { dtype: 'uint8', shape: [BATCH, PIXELS] })
    const [loss] = interpret(builder.build({ loss: emitPixelLoss(z, maps) }), [logits, classMaps])
    let sum = 0
    for (let n = 0; n < BATCH; n++) {
      for (let p = 0; p < PIXELS; p++) {
        const run = logits.data.subarray((p * BATCH + n) * CLASSES, (p * BATCH + n + 1) * CLASSES)
        const total = run.reduce((all, value) => all + Math.exp(value), 0)
        sum -= (run[classMaps.data[n * PIXELS + p] as number] as number) - Math.log(total)
      }
    }
    expect(relativeError(loss?.data ?? [], [sum / (BATCH * PIXELS)])).toBeLessThan(1e-6)
  })
})

describe('a network that unpools', () => {
  const network = buildNetwork(specOf())
  const parameters = initialParameters(network, 5)
  const x = draw.within(0, 1, BATCH, network.width)

  test('has gradients that are those of central differences, through its indices', () => {
    const builder = new GraphBuilder()
    const input = builder.input('x', { dtype: 'float32', shape: [BATCH, network.width] })
    const maps = builder.input('maps', { dtype: 'uint8', shape: [BATCH, PIXELS] })
    const names = network.parameters.map(({ name }) => name)
    const values = network.parameters.map(({ name, shape }) => builder.input(name, { dtype: 'float32', shape }))
    const { code, decode } = network.forward(
      input,
      Object.fromEntries(names.map((name, i) => [name, values[i] as Value])),
    )
    const loss = emitPixelLoss(decode(code).ofPixels as Value, maps)
    const feeds = [x, classMaps, ...network.parameters.map(({ name }) => toArray64(parameters[name] as Tensor))]
    grad(loss, values).forEach((gradient, i) => {
      const { analytic, numeric } = directional({ loss, x: values[i] as Value, gradient }, feeds)
      expect(relativeError([analytic], [numeric]), names[i]).toBeLessThan(1e-6)
      expect(Math.abs(analytic), names[i]).toBeGreaterThan(0)
    })
  })

  test('gives a code, probabilities of each class at each pixel, and the most probable ones', () => {
    const graph = autoencoderGraph(network, parameters, stored)
    expect(graph.outputs.map(({ name, value }) => [name, value.dtype, ...value.shape])).toEqual([
      ['code', 'float32', 'batch', 16],
      ['reconstruction', 'float32', 'batch', PIXELS * CLASSES],
      ['classMap', 'int64', 'batch', PIXELS],
    ])
    const bytes = draw.whole('uint8', 256, BATCH, network.width)
    const [, probabilities, told] = interpret(graph, [bytes])
    for (let i = 0; i < BATCH * PIXELS; i++) {
      const run = probabilities?.data.subarray(i * CLASSES, (i + 1) * CLASSES) ?? new Float64Array()
      expect(run.reduce((sum, p) => sum + p)).toBeCloseTo(1, 9)
      expect(told?.data[i]).toBe(run.indexOf(Math.max(...run)))
    }
  })

  test('is measured against class maps', () => {
    const maps = { dtype: 'uint8', scale: 1 } as const
    const graph = measureGraph(network, parameters, { input: stored, target: maps })
    const bytes = draw.whole('uint8', 256, BATCH, network.width)
    const [error, crossEntropy] = interpret(graph, [bytes, classMaps])
    const [, probabilities] = interpret(autoencoderGraph(network, parameters, stored), [bytes])
    const [squares, nats] = [new Float64Array(BATCH), new Float64Array(BATCH)]
    probabilities?.data.forEach((p, i) => {
      const [row, k] = [Math.floor(i / (PIXELS * CLASSES)), i % CLASSES]
      const isSo = classMaps.data[Math.floor(i / CLASSES)] === k
      squares[row] = (squares[row] as number) + (p - +isSo) ** 2 / (PIXELS * CLASSES)
      if (isSo) nats[row] = (nats[row] as number) - Math.log(p) / PIXELS
    })
    expect(relativeError(error?.data ?? [], squares)).toBeLessThan(1e-6)
    expect(relativeError(crossEntropy?.data ?? [], nats)).toBeLessThan(1e-6)
  })

  test('has no score, and its decoder does not go without the sample', () => {
    expect(() => compileAutoencoder(network, parameters, stored, { only: ['score'] })).toThrow(
      expect.objectContaining({ code: 'E_SPEC', hint: expect.stringContaining('segment') }),
    )
    expect(() => compileDecoder(network, parameters)).toThrow(
      expect.objectContaining({ code: 'E_SPEC', at: 'layer "maxUnpool2d"' }),
    )
  })
})

describe('what does not fit is refused', () => {
  const unpool = (pool: number, size: readonly number[]) => ({ type: 'maxUnpool2d', pool, size })
  const phase = BASE.phases[0]

  test.each<[string, object, RegExp]>([
    ['a pooling that is a convolution', { decoder: [unpool(2, [4, 3]), ...BASE.decoder.slice(1)] }, /decoder\.0/],
    ['a pooling that is not there', { decoder: [unpool(9, [4, 3]), ...BASE.decoder.slice(1)] }, /decoder\.0/],
    ['a pooling of another size', { decoder: [unpool(1, [7, 5]), ...BASE.decoder.slice(1)] }, /decoder\.0/],
    ['another size than was pooled', { decoder: [unpool(3, [4, 4]), ...BASE.decoder.slice(1)] }, /decoder\.0/],
    ['other maps than were pooled', { decoder: [BASE.decoder[0], conv(2), ...BASE.decoder.slice(2)] }, /decoder\.2/],
    ['the loss of samples', { phases: [{ ...phase, loss: { type: 'mse' } }] }, /phases\.0$/],
    ['pixels that have no classes', { pixels: undefined }, /phases\.0\.loss/],
    ['a phase of some layers', { phases: [{ ...phase, layers: { from: 0, to: 1 } }] }, /phases\.0\.layers/],
    [
      'images that are moved',
      { phases: [{ ...phase, augmentation: { type: 'affine', rotation: 0.1 } }] },
      /phases\.0\.augmentation/,
    ],
    ['an output that is squashed', { output: 'sigmoid' }, /output/],
    ['a score', { score: 'standardized' }, /score/],
    ['rows of numbers', { input: [70] }, /input/],
  ])('%s', (_, change, at) => {
    expect(() => buildNetwork(specOf(change))).toThrow(
      expect.objectContaining({ code: 'E_SPEC', at: expect.stringMatching(at), hint: expect.any(String) }),
    )
  })

  test('too few classes for what the decoder gives', () => {
    expect(() => buildNetwork(specOf({ pixels: { classes: 5 } }))).toThrow(expect.objectContaining({ code: 'E_SHAPE' }))
  })
})

test('samples may be compared with what a decoder that unpools makes of them', () => {
  const spec = specOf({
    pixels: undefined,
    decoder: [...BASE.decoder.slice(0, 3), conv(2, 'linear')],
    phases: [{ ...BASE.phases[0], loss: { type: 'mse' } }],
  })
  const network = buildNetwork(spec)
  const graph = autoencoderGraph(network, initialParameters(network, 1), stored)
  const bytes = draw.whole('uint8', 256, BATCH, network.width)
  const [, reconstruction, score] = interpret(graph, [bytes])
  const wanted = Array.from({ length: BATCH }, (_, row) => {
    let sum = 0
    for (let i = row * network.width; i < (row + 1) * network.width; i++)
      sum += ((reconstruction?.data[i] as number) - (bytes.data[i] as number) / 255) ** 2 / network.width
    return sum
  })
  expect(relativeError(score?.data ?? [], wanted)).toBeLessThan(1e-6)
})
