import { describe, expect, test, vi } from 'vitest'
import { DiaboloError } from '../../src/base/errors.js'
import type { Tensor } from '../../src/base/tensor.js'
import { connect } from '../../src/runtime/client.js'
import { floats } from '../../src/runtime/floats.js'
import type { HostSetup } from '../../src/runtime/host.js'
import { memoryOf } from '../../src/runtime/protocol.js'
import { channelTo } from './in-process.js'

const vector = (...values: number[]): Tensor<'float32'> => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
})

/** A stand-in for ONNX Runtime: every model gives back its feeds, and the first byte says how long it takes. */
function standIn(log: string[] = []) {
  class FakeTensor {
    constructor(
      readonly type: string,
      readonly data: unknown,
      readonly dims: readonly number[],
    ) {}
  }
  const create = async (model: Uint8Array) => {
    if (model.length === 0) throw new Error('No graph was found in the protobuf.')
    return {
      async run(feeds: Record<string, FakeTensor>) {
        log.push(`start ${model[0]}`)
        await new Promise((resolve) => setTimeout(resolve, model[0]))
        log.push(`end ${model[0]}`)
        if ('fail' in feeds) throw 'a string, not an error'
        return feeds
      },
      async release() {
        log.push(`release ${model[0]}`)
      },
    }
  }
  const setup = {
    ort: { InferenceSession: { create }, Tensor: FakeTensor },
    info: { engine: 'stand-in', version: '0', device: 'cpu', loops: true },
    options: {},
    onDevice: false,
    writesInto: false,
  }
  return async () => setup as unknown as HostSetup
}

async function open(log?: string[]) {
  const channel = channelTo(standIn(log))
  return { channel, runtime: await connect(channel, { threads: 3 }) }
}

const refusal = (found: string) => expect.objectContaining({ code: 'E_RUNTIME', at: 'ONNX Runtime', found })

describe('answers', () => {
  test('tell what the runtime is', async () => {
    const { runtime } = await open()
    expect(runtime.info).toEqual({ engine: 'stand-in', version: '0', device: 'cpu', loops: true, threads: 3 })
  })

  test('reach those who asked, and runs happen in the order of the calls', async () => {
    const log: string[] = []
    const { runtime } = await open(log)
    const [slow, quick] = await Promise.all([runtime.open(Uint8Array.of(30)), runtime.open(Uint8Array.of(1))])
    const done: string[] = []
    const results = await Promise.all([
      slow.run({ x: vector(1) }).finally(() => done.push('slow')),
      quick.run({ x: vector(2) }).finally(() => done.push('quick')),
    ])
    expect(done).toEqual(['slow', 'quick'])
    expect(log).toEqual(['start 30', 'end 30', 'start 1', 'end 1'])
    expect(results.map((result) => floats(result, 'x')[0])).toEqual([1, 2])
  })

  test('hold what is asked for, and leave the rest where it is', async () => {
    const { runtime } = await open()
    const session = await runtime.open(Uint8Array.of(1))
    const { kept, fetched } = await session.run({ x: vector(1, 2), y: vector(3) }, ['y', 'nothing'])
    expect(Object.keys(fetched)).toEqual(['x'])
    expect(kept).toEqual({ y: { id: expect.any(Number), dtype: 'float32', shape: [1] } })
    expect(await runtime.get(kept.y ?? never())).toEqual(vector(3))
  })
})

describe('residents', () => {
  test('are copies, fed and brought back by handle', async () => {
    const { channel, runtime } = await open()
    const tensor = vector(1, 2, 3)
    const resident = await runtime.put(tensor)
    tensor.data[0] = 99
    expect(await runtime.get(resident)).toEqual(vector(1, 2, 3))
    const session = await runtime.open(Uint8Array.of(1))
    const { fetched } = await session.run({ x: resident })
    expect(fetched.x).toEqual(vector(1, 2, 3))
    // only the handle went across
    expect(JSON.stringify(channel.requests.at(-1))).toContain(`"x":{"id":${resident.id}`)
  })

  test('carry the numbers of a view and no others; what was given stays its owner’s', async () => {
    const { channel, runtime } = await open()
    const all = Float32Array.from({ length: 1000 }, (_, i) => i)
    const view: Tensor = { dtype: 'float32', shape: [2], data: all.subarray(5, 7) }
    const session = await runtime.open(Uint8Array.of(1))
    await Promise.all([session.run({ x: view }), runtime.put(view)])
    const sent = channel.requests.flatMap((request) =>
      request.call === 'put' ? [request.tensor] : request.call === 'run' ? Object.values(request.feeds) : [],
    )
    expect(sent).toHaveLength(2)
    for (const tensor of sent)
      expect(memoryOf('data' in tensor ? [tensor] : []).map(({ byteLength }) => byteLength)).toEqual([8])
    expect(all.length).toBe(1000)
  })

  test('are gone when released, and their numbers are not given to others', async () => {
    const { runtime } = await open()
    const [first, second] = [await runtime.put(vector(1)), await runtime.put(vector(2))]
    runtime.release([first])
    await expect(runtime.get(first)).rejects.toThrow(refusal(`tensor ${first.id} was released`))
    const third = await runtime.put(vector(3))
    expect(new Set([first.id, second.id, third.id]).size).toBe(3)
    expect(await runtime.get(second)).toEqual(vector(2))
  })

  test('releasing none asks nothing', async () => {
    const { channel, runtime } = await open()
    const before = channel.requests.length
    runtime.release([])
    expect(channel.requests).toHaveLength(before)
  })
})

describe('sweeps', () => {
  const column = (rows: number): Tensor => ({
    dtype: 'float32',
    shape: [rows, 1],
    data: Float32Array.from({ length: rows }, (_, i) => i),
  })

  test('go across in parts, two under way, and come back whole', async () => {
    const { channel, runtime } = await open()
    const session = await runtime.open(Uint8Array.of(1))
    expect((await session.sweep({ x: column(20) }, { rowsPerRun: 1 })).x).toEqual(column(20))
    const parts = channel.requests.flatMap((request) => (request.call === 'sweep' ? [request] : []))
    // the first ones are small: nobody knows yet how long they take
    expect(parts.map(({ from }) => from).slice(0, 3)).toEqual([0, 1, 2])
    expect(Math.max(...parts.map(({ rows }) => rows.x?.shape[0] ?? 0))).toBeGreaterThan(1)
  })

  test('end when the caller aborts; nothing of it stays', async () => {
    const log: string[] = []
    const { channel, runtime } = await open(log)
    const session = await runtime.open(Uint8Array.of(20))
    const controller = new AbortController()
    const sweeping = session.sweep({ x: column(1000) }, { rowsPerRun: 1, signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 50)
    await expect(sweeping).rejects.toThrow('enough')
    await session.run({ x: vector(1) })
    const runs = log.filter((line) => line.startsWith('start')).length
    expect(runs).toBeLessThan(30)
    expect(channel.requests.filter(({ call }) => call === 'drop')).toHaveLength(1)
    expect(channel.requests.filter(({ call }) => call === 'sweep').length).toBeLessThan(10)
  })

  test('of no rows give nothing', async () => {
    const { runtime } = await open()
    expect(await (await runtime.open(Uint8Array.of(1))).sweep({ x: column(0) }, { rowsPerRun: 5 })).toEqual({})
  })

  test('end with the first part that fails, and leave nothing behind', async () => {
    const log: string[] = []
    const { channel, runtime } = await open(log)
    const session = await runtime.open(Uint8Array.of(1))
    await expect(session.sweep({ fail: column(100) }, { rowsPerRun: 1 })).rejects.toThrow(
      refusal('a string, not an error'),
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    // two were under way; the second one found its sweep gone, and no run was begun for it
    expect(channel.requests.filter(({ call }) => call === 'sweep')).toHaveLength(2)
    expect(log.filter((line) => line.startsWith('start'))).toHaveLength(1)
    expect((await session.sweep({ x: column(3) }, { rowsPerRun: 1 })).x).toEqual(column(3))
  })
})

describe('failures', () => {
  test('of the runtime are told with its own words, and it goes on', async () => {
    const { runtime } = await open()
    await expect(runtime.open(new Uint8Array())).rejects.toThrow(DiaboloError)
    await expect(runtime.open(new Uint8Array())).rejects.toThrow(refusal('No graph was found in the protobuf.'))
    const session = await runtime.open(Uint8Array.of(1))
    await expect(session.run({ fail: vector(1) })).rejects.toThrow(refusal('a string, not an error'))
    expect((await session.run({ x: vector(5) })).fetched.x).toEqual(vector(5))
  })

  test('a closed session runs no more; it is released once', async () => {
    const log: string[] = []
    const { runtime } = await open(log)
    const session = await runtime.open(Uint8Array.of(1))
    await session.close()
    await session.close()
    await expect(session.run({})).rejects.toThrow(refusal('session 0 is closed'))
    expect(log).toEqual(['release 1'])
  })

  test('what is still open when the runtime goes is rejected; what is asked later too', async () => {
    const { runtime } = await open()
    const session = await runtime.open(Uint8Array.of(50))
    const [running, waiting] = [session.run({}), runtime.put(vector(1))]
    await runtime.close()
    for (const open of [running, waiting, runtime.put(vector(2)), session.run({})]) {
      await expect(open).rejects.toThrow(refusal('the runtime was closed'))
    }
  })

  test('a release that nobody waits for does not fail when the runtime goes', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { runtime } = await open()
    const resident = await runtime.put(vector(1))
    runtime.release([resident])
    await runtime.close()
    runtime.release([resident])
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

test('floats are taken from a result by name, and only floats', () => {
  const result = {
    kept: {},
    fetched: { loss: vector(1), count: { dtype: 'int32', shape: [], data: Int32Array.of(1) } as const },
  }
  expect(floats(result, 'loss')).toEqual(Float32Array.of(1))
  expect(() => floats(result, 'count')).toThrow(expect.objectContaining({ code: 'E_RUNTIME', found: 'another type' }))
  expect(() => floats(result, 'losses')).toThrow(expect.objectContaining({ found: 'outputs loss, count' }))
})

function never(): never {
  throw new Error('y was to be kept')
}
