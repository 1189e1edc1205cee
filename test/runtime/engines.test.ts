import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/base/tensor.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { encode } from '../../src/graph/encode.js'
import type { Value } from '../../src/graph/types.js'
import { cast, loop, matmul, mul, reduceSum, tanh } from '../../src/ops/index.js'
import { connect } from '../../src/runtime/client.js'
import type { HostSetup } from '../../src/runtime/host.js'
import { openNodeRuntime } from '../../src/runtime/ort-node.js'
import type { Runtime } from '../../src/runtime/types.js'
import { loadWeb } from '../../src/runtime/web-setup.js'
import { bodyOf } from '../ops/cases/loop.js'
import { channelTo, openInProcess } from './in-process.js'

const matrix = { dtype: 'float32', shape: [2, 2] } as const
const floats = (...values: number[]): Tensor => ({ ...matrix, data: Float32Array.from(values) })

function doubling(): Uint8Array {
  const builder = new GraphBuilder()
  const x = builder.input('x', matrix)
  return encode(builder.build({ twice: mul(x, 2), sum: reduceSum(x) }), 'doubling')
}

/** So many products of a matrix with itself. */
function busy(size: number): Uint8Array {
  const square = { dtype: 'float32', shape: [size, size] } as const
  const body = bodyOf([square], [], ({ carried: [x] }) => ({ carried: [tanh(matmul(x as Value, x as Value))] }))
  const builder = new GraphBuilder()
  const trips = builder.input('trips', { dtype: 'int64', shape: [] })
  const [y] = loop({ trips, carried: [builder.input('x', square)], captured: [], body })
  return encode(builder.build({ y: reduceSum(y as Value) }), 'busy')
}

describe.each([
  ['onnxruntime-node', 'cpu', () => openNodeRuntime({ threads: 1 })],
  ['onnxruntime-web', 'wasm', () => openInProcess(loadWeb)],
] as const)('%s', (engine, device, start) => {
  let opened: Runtime | undefined
  const runtime = () => opened ?? never()
  beforeAll(async () => {
    opened = await start()
  })
  afterAll(() => opened?.close())

  test('says what it is', () => {
    expect(runtime().info).toEqual({
      engine,
      device,
      loops: true,
      threads: 1,
      version: expect.stringMatching(/^1\.\d+\.\d+/),
    })
  })

  test('sweeps over rows, a part at a time, with what is the same for every part', async () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'uint8', shape: ['batch', 3] })
    const w = builder.input('w', { dtype: 'float32', shape: [3, 2] })
    const y = matmul(cast(x, 'float32'), w)
    const session = await runtime().open(encode(builder.build({ y, sum: reduceSum(y, { axes: [1] }) }), 'sweep'))
    const data = Uint8Array.from({ length: 603 }, (_, i) => (i * 7) % 11)
    const feeds = {
      w: { dtype: 'float32', shape: [3, 2], data: Float32Array.of(1, -2, 3, 0.5, -1, 4) },
    } as const
    const rows = { x: { dtype: 'uint8', shape: [201, 3], data } } as const
    const whole = (await session.run({ ...rows, ...feeds })).fetched
    // from 201 runs in dozens of messages to one
    const sweeps = [1, 4, 20, 300].map((rowsPerRun) => session.sweep(rows, { rowsPerRun, feeds }))
    for (const outputs of await Promise.all(sweeps)) expect(outputs).toEqual(whole)
    expect(data[1]).toBe(7)
    await session.close()
  })

  test.each<Tensor>([
    floats(1, -2.5, Number.NaN, Number.POSITIVE_INFINITY),
    { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 128, 255) },
    { dtype: 'int32', shape: [1, 2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
    { dtype: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
    { dtype: 'bool', shape: [], data: Uint8Array.of(1) },
    { dtype: 'float32', shape: [0, 3], data: new Float32Array() },
  ])('keeps a tensor of $dtype $shape as it is', async (tensor) => {
    const resident = await runtime().put(tensor)
    expect(resident).toMatchObject({ dtype: tensor.dtype, shape: tensor.shape })
    const { dtype, shape, data } = await runtime().get(resident)
    expect({ dtype, shape: [...shape], data }).toEqual(tensor)
  })

  test('runs a graph again and again, with what it gave before', async () => {
    const session = await runtime().open(doubling())
    let x = await runtime().put(floats(1, 2, 3, 4))
    for (let i = 0; i < 3; i++) {
      const { kept } = await session.run({ x }, ['twice'])
      runtime().release([x])
      x = kept.twice ?? never()
    }
    const { fetched } = await session.run({ x })
    expect(fetched.twice?.data).toEqual(Float32Array.of(16, 32, 48, 64))
    expect(fetched.sum?.data).toEqual(Float32Array.of(80))
    await session.close()
  })

  test.each([
    ['bytes that are no model', async () => runtime().open(Uint8Array.of(1, 2, 3))],
    [
      'a feed of another shape',
      async () =>
        (await runtime().open(doubling())).run({ x: { dtype: 'float32', shape: [3], data: new Float32Array(3) } }),
    ],
    [
      'a feed of another type',
      async () =>
        (await runtime().open(doubling())).run({ x: { dtype: 'int32', shape: [2, 2], data: new Int32Array(4) } }),
    ],
    ['a feed too few', async () => (await runtime().open(doubling())).run({})],
  ])('refuses %s', async (_, attempt) => {
    await expect(attempt()).rejects.toThrow(expect.objectContaining({ code: 'E_RUNTIME' }))
    const session = await runtime().open(doubling())
    expect((await session.run({ x: floats(1, 1, 1, 1) })).fetched.sum?.data).toEqual(Float32Array.of(4))
  })

  test('finds eigenvectors', async () => {
    const { values, vectors } = await runtime().eigen({
      dtype: 'float32',
      shape: [2, 2],
      data: Float32Array.of(2, 1, 1, 2),
    })
    expect(Array.from(values.data)).toEqual([3, 1])
    for (const x of vectors.data) expect(Math.abs(x)).toBeCloseTo(Math.SQRT1_2, 6)
  })
})

describe('a device that is not here', () => {
  const absent = process.platform === 'darwin' ? 'dml' : 'coreml'
  test(`${absent} is refused, with what there is and what it needs`, async () => {
    await expect(openNodeRuntime({ device: absent })).rejects.toMatchObject({
      code: 'E_DEVICE',
      at: `device "${absent}"`,
      found: expect.stringContaining('a build of onnxruntime-node that has cpu'),
      hint: expect.stringContaining('leave it out to run on the processor'),
    })
  })

  test('a device whose driver is missing is refused in the words of the runtime', async () => {
    const lost = async () => ({
      ort: { InferenceSession: { create: () => Promise.reject(new Error('no adapter\n')) }, Tensor: class {} },
      info: { engine: 'stand-in', version: '0', device: 'webgpu', loops: false },
      options: {},
      onDevice: true,
    })
    const opening = connect(channelTo(lost as unknown as () => Promise<HostSetup>), { threads: 1, device: 'webgpu' })
    await expect(opening).rejects.toMatchObject({ code: 'E_DEVICE', found: 'no adapter' })
  })

  test('browsers have no CUDA', async () => {
    const opening = connect(channelTo(loadWeb), { threads: 1, device: 'cuda' })
    await expect(opening).rejects.toMatchObject({ code: 'E_DEVICE', found: expect.stringContaining('a browser') })
  })
})

describe('the native runtime', () => {
  test('computes on a thread of its own: the caller goes on meanwhile', async () => {
    const runtime = await openNodeRuntime({ threads: 1 })
    const session = await runtime.open(busy(256))
    const x: Tensor = { dtype: 'float32', shape: [256, 256], data: new Float32Array(256 * 256).fill(1e-3) }
    let beats = 0
    const heart = setInterval(() => beats++, 5)
    const before = performance.now()
    await session.run({ trips: { dtype: 'int64', shape: [], data: BigInt64Array.of(800n) }, x })
    const took = performance.now() - before
    clearInterval(heart)
    await runtime.close()
    expect(took).toBeGreaterThan(30)
    // about one beat in 5 ms; were the caller's thread busy, there would be none
    expect(beats).toBeGreaterThan(2)
  })

  test('closes in the middle of a run', async () => {
    const runtime = await openNodeRuntime({ threads: 1 })
    const session = await runtime.open(busy(64))
    const x: Tensor = { dtype: 'float32', shape: [64, 64], data: new Float32Array(64 * 64) }
    const running = session.run({ trips: { dtype: 'int64', shape: [], data: BigInt64Array.of(2000n) }, x })
    const rejected = expect(running).rejects.toThrow(expect.objectContaining({ code: 'E_RUNTIME' }))
    await runtime.close()
    await rejected
    await expect(runtime.put(x)).rejects.toThrow(expect.objectContaining({ code: 'E_RUNTIME' }))
  })

  test('gives the same bytes for the same run', async () => {
    const results = []
    for (let i = 0; i < 2; i++) {
      const runtime = await openNodeRuntime({ threads: 2 })
      const session = await runtime.open(busy(64))
      const data = Float32Array.from({ length: 64 * 64 }, (_, k) => Math.sin(k))
      const x: Tensor = { dtype: 'float32', shape: [64, 64], data }
      const { fetched } = await session.run({ trips: { dtype: 'int64', shape: [], data: BigInt64Array.of(20n) }, x })
      results.push(fetched.y)
      await runtime.close()
    }
    expect(results[0]).toEqual(results[1])
  })
})

function never(): never {
  throw new Error('not there')
}
