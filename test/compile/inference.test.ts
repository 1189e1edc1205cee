import { describe, expect, test } from 'vitest'
import type { AnyTensor } from '../../src/base/tensor.js'
import { autoencoderGraph, compileAutoencoder, compileDecoder, decoderGraph } from '../../src/compile/inference.js'
import { compileCovariance } from '../../src/compile/moments.js'
import { initialParameters } from '../../src/compile/network.js'
import { interpret, toArray64 } from '../../src/graph/interpret.js'
import type { Array64 } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import { decodeModel, metadataOf } from '../../src/onnx/model.js'
import { fromTensorProto } from '../../src/onnx/tensor-proto.js'
import type { Feeds } from '../../src/runtime/types.js'
import { Draw, toTensor } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { useNativeRuntime } from '../native.js'
import { sample, WIDTH } from './samples.js'

const runtime = useNativeRuntime()

const ROWS = 6
const STORED = { dtype: 'uint8', scale: 1 / 255 } as const
const { network } = sample({ activation: 'elu' })
const parameters = initialParameters(network, 3)
const bytes = new Draw('inference').whole('uint8', 256, ROWS, WIDTH)

async function run(model: Uint8Array, feeds: Feeds): Promise<Readonly<Record<string, AnyTensor>>> {
  const session = await runtime().open(model)
  const { fetched } = await session.run(feeds)
  await session.close()
  return fetched
}

const data = (tensor: AnyTensor | undefined) => toArray64(tensor as AnyTensor).data

describe('the whole model', () => {
  const graph = verify(autoencoderGraph(network, parameters, STORED))
  const [code, reconstruction, score] = interpret(graph, [bytes]) as [Array64, Array64, Array64]
  const model = compileAutoencoder(network, parameters, STORED, { metadata: { made: 'here' } })

  test('gives a code, a reconstruction and a score for each row', () => {
    expect(graph.outputs.map(({ name }) => name)).toEqual(['code', 'reconstruction', 'score', 'errors'])
    expect([code.shape, reconstruction.shape, score.shape]).toEqual([[ROWS, 5], [ROWS, WIDTH], [ROWS]])
    expect(graph.outputs.map(({ value }) => value.shape)).toEqual([
      ['batch', 5],
      ['batch', WIDTH],
      ['batch'],
      ['batch', WIDTH],
    ])
  })

  test('scores by the mean squared error of a row', () => {
    const scale = Math.fround(1 / 255)
    const byHand = Array.from({ length: ROWS }, (_, row) => {
      let sum = 0
      for (let i = row * WIDTH; i < (row + 1) * WIDTH; i++) {
        sum += ((reconstruction.data[i] as number) - (bytes.data[i] as number) * scale) ** 2
      }
      return sum / WIDTH
    })
    expect(relativeError(score.data, byHand)).toBeLessThan(1e-14)
  })

  test('runs in ONNX Runtime as it is defined, for any number of rows', async () => {
    const fetched = await run(model, { input: toTensor(bytes) })
    expect(relativeError(data(fetched.code), code.data)).toBeLessThan(1e-5)
    expect(relativeError(data(fetched.reconstruction), reconstruction.data)).toBeLessThan(1e-5)
    expect(relativeError(data(fetched.score), score.data)).toBeLessThan(1e-5)
    const one = await run(model, {
      input: toTensor({ ...bytes, shape: [1, WIDTH], data: bytes.data.subarray(0, WIDTH) }),
    })
    expect(relativeError(data(one.code), code.data.subarray(0, 5))).toBeLessThan(1e-5)
    expect(one.score?.shape).toEqual([1])
  })

  test('takes its parameters with every run, where it holds none', async () => {
    const fed = await run(compileAutoencoder(network, 'fed', STORED), { input: toTensor(bytes), ...parameters })
    const held = await run(model, { input: toTensor(bytes) })
    expect(relativeError(data(fed.reconstruction), data(held.reconstruction))).toBeLessThan(1e-6)
  })

  test('computes only what is asked for', async () => {
    const only = compileAutoencoder(network, parameters, STORED, { only: ['code'] })
    expect(Object.keys(await run(only, { input: toTensor(bytes) }))).toEqual(['code'])
    expect(decodeModel(only).graph?.node.length).toBeLessThan(decodeModel(model).graph?.node.length ?? 0)
    expect(decodeModel(only).graph?.initializer.map(({ name }) => name)).not.toContain('decoder.0.weight')
  })

  test('keeps its parameters by name, to the bit, and its metadata', () => {
    const decoded = decodeModel(model)
    const held = new Map(decoded.graph?.initializer.map((proto) => [proto.name, fromTensorProto(proto)]))
    for (const [name, tensor] of Object.entries(parameters)) expect(held.get(name), name).toEqual(tensor)
    expect(metadataOf(decoded)).toEqual({ made: 'here' })
  })

  test('is the same bytes however often it is compiled', () => {
    expect(compileAutoencoder(network, parameters, STORED, { metadata: { made: 'here' } })).toEqual(model)
  })
})

describe('the decoder alone', () => {
  test('makes of a code what the whole model makes of it', async () => {
    const [code, reconstruction] = interpret(autoencoderGraph(network, parameters, STORED), [bytes]) as [
      Array64,
      Array64,
    ]
    const [decoded] = interpret(verify(decoderGraph(network, parameters)), [code]) as [Array64]
    expect(relativeError(decoded.data, reconstruction.data)).toBe(0)
    const fetched = await run(compileDecoder(network, parameters), { code: toTensor(code) })
    expect(relativeError(data(fetched.reconstruction), reconstruction.data)).toBeLessThan(1e-5)
  })
})

describe('sums for a covariance', () => {
  test.each([
    ['bytes', bytes, STORED],
    ['floats', new Draw('floats').reals(ROWS, WIDTH), { dtype: 'float32', scale: 1 }],
  ] as const)('of some rows of %s', async (_, array, stored) => {
    const rows = [4, 0, 3]
    const mean = new Draw('mean').within(0, 1, WIDTH)
    const fetched = await run(compileCovariance(WIDTH, stored), {
      data: toTensor(array),
      rows: { dtype: 'int32', shape: [rows.length], data: Int32Array.from(rows) },
      mean: toTensor(mean),
    })
    const centred = rows.map((row) =>
      Array.from(mean.data, (m, i) => (array.data[row * WIDTH + i] as number) * stored.scale - m),
    )
    const sum = Array.from({ length: WIDTH }, (_, i) => centred.reduce((total, x) => total + (x[i] as number), 0))
    const products = Array.from({ length: WIDTH * WIDTH }, (_, k) => {
      const [i, j] = [Math.floor(k / WIDTH), k % WIDTH]
      return centred.reduce((total, x) => total + (x[i] as number) * (x[j] as number), 0)
    })
    expect(relativeError(data(fetched.sum), sum)).toBeLessThan(1e-5)
    expect(relativeError(data(fetched.products), products)).toBeLessThan(1e-5)
    expect([fetched.sum?.shape, fetched.products?.shape]).toEqual([[WIDTH], [WIDTH, WIDTH]])
  })
})
