import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/base/tensor.js'
import { dataset } from '../../src/data/dataset.js'
import { orderOf, windowsOf } from '../../src/data/order.js'
import { type RowStream, rowStream } from '../../src/data/row-stream.js'
import { pca, vanilla } from '../../src/model/recipes.js'
import type { Resident, Runtime } from '../../src/runtime/types.js'
import type { Feed } from '../../src/train/feed.js'
import { openFeed } from '../../src/train/open-feed.js'
import { useNativeRuntime } from '../native.js'

const shuffle = { seed: 2, phase: 'train', epoch: 1 }

/** Row r is [r mod 256, r div 256]. */
const numbered = (rows: number, read?: RowStream['read']) =>
  rowStream({ name: 'numbers', rows, shape: [2], scale: 1, read: read ?? (async (from, to) => bytes(from, to)) })
const bytes = (from: number, to: number) =>
  Uint8Array.from({ length: 2 * (to - from) }, (_, i) => (i % 2 === 0 ? from + i / 2 : (from + (i - 1) / 2) >> 8))

/** Keeps copies of what it is given, and knows which of them were given back. */
function memory() {
  const held = new Map<number, Tensor>()
  let count = 0
  let most = 0
  const runtime = {
    async put(tensor: Tensor): Promise<Resident> {
      held.set(count, structuredClone(tensor))
      most = Math.max(most, held.size)
      return { dtype: tensor.dtype, shape: tensor.shape, id: count++ }
    },
    release(residents: Iterable<Resident>) {
      for (const { id } of residents) if (!held.delete(id)) throw new Error(`tensor ${id} was released twice`)
    },
  } as unknown as Runtime
  return { runtime, held, most: () => most }
}

/** The samples' numbers as the runtime would find them, portion by portion. */
async function visit(feed: Feed, held: ReadonlyMap<number, Tensor>, batch: number) {
  const portions: number[][] = []
  const named: number[] = []
  for await (const { resident, places, samples } of feed.portions({ batch, shuffle })) {
    const { data } = held.get(resident.id) as Tensor<'uint8'>
    portions.push(Array.from(places, (place) => (data[2 * place] as number) + 256 * (data[2 * place + 1] as number)))
    named.push(...samples)
  }
  return { portions, named, order: portions.flat() }
}

const anySize = fc.record({
  rows: fc.integer({ min: 1, max: 700 }),
  buffer: fc.integer({ min: 1, max: 300 }),
  batch: fc.integer({ min: 1, max: 150 }),
})

describe('a stream', () => {
  test('comes in whole batches, every sample once, in the order of its windows, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(anySize, async ({ rows, buffer, batch }) => {
        const { runtime, held, most } = memory()
        const { portions, named, order } = await visit(openFeed(runtime, numbered(rows), { buffer }), held, batch)
        expect(order).toEqual([...orderOf({ rows, buffer: Math.min(buffer, rows), shuffle })])
        expect(named).toEqual(order)
        for (const portion of portions.slice(0, -1)) expect(portion.length % batch).toBe(0)
        expect(held.size).toBe(0)
        expect(most()).toBeLessThanOrEqual(2)
      }),
    )
  })

  test('that is in memory comes in the same order', async () => {
    const [stored, streamed] = [memory(), memory()]
    const data = dataset(bytes(0, 500), { shape: [2], scale: 1 })
    const feed = openFeed(stored.runtime, data, { buffer: 64 })
    const { order } = await visit(feed, stored.held, 10)
    expect(order).toEqual(
      (await visit(openFeed(streamed.runtime, numbered(500), { buffer: 64 }), streamed.held, 10)).order,
    )
    await feed.close()
    expect(stored.held.size).toBe(0)
  })

  test('is read ahead while a portion is in use, by one window', async () => {
    let read = 0
    const { runtime, held } = memory()
    const stream = numbered(400, async (from, to) => {
      read += to - from
      return bytes(from, to)
    })
    const portions = openFeed(runtime, stream, { buffer: 100 }).portions({ batch: 10, shuffle })
    await portions.next()
    const [first, second] = [...windowsOf({ rows: 400, buffer: 100, shuffle })].map(({ rows }) => rows.length)
    for (let i = 0; i < 100; i++) await new Promise(setImmediate)
    expect([read, held.size]).toEqual([(first as number) + (second as number), 2])
    await portions.return()
    expect(held.size).toBe(0)
  })

  test('is asked for several blocks at a time', async () => {
    let [open, most] = [0, 0]
    const { runtime, held } = memory()
    const stream = numbered(400, async (from, to) => {
      most = Math.max(most, ++open)
      await new Promise(setImmediate)
      open--
      return bytes(from, to)
    })
    await visit(openFeed(runtime, stream, { buffer: 100 }), held, 10)
    expect(most).toBe(4)
  })

  test('that fails does so where it is waited for, and leaves nothing behind', async () => {
    const { runtime, held } = memory()
    const stream = numbered(400, async (from, to) => {
      if (from >= 200) throw new RangeError('the disk is gone')
      return bytes(from, to)
    })
    await expect(visit(openFeed(runtime, stream, { buffer: 64 }), held, 10)).rejects.toThrow('the disk is gone')
    expect(held.size).toBe(0)
  })

  test('that fails while a portion is in use does so when the next is asked for, and not before', async () => {
    const { runtime, held } = memory()
    let blocks = 0
    const stream = numbered(400, async (from, to) => {
      if (++blocks > 30) throw new RangeError('the disk is gone')
      return bytes(from, to)
    })
    const portions = openFeed(runtime, stream, { buffer: 100 }).portions({ batch: 10, shuffle })
    expect((await portions.next()).done).toBe(false)
    // a rejection that nobody handles would end the process meanwhile
    for (let i = 0; i < 20; i++) await new Promise(setImmediate)
    await expect(portions.next()).rejects.toThrow('the disk is gone')
    expect(held.size).toBe(0)
  })
})

describe('fitting to a stream', () => {
  const runtime = useNativeRuntime()
  const learn = (stream: RowStream, more: object = {}) =>
    vanilla({ hidden: 3, epochs: 2, batchSize: 10 }).fit(stream, { runtime: runtime(), buffer: 64, ...more })

  test.each([
    ['ends early', async (from: number, to: number) => bytes(from, Math.min(to, 300)), 'E_TRUNCATED'],
    ['has samples of another width', async (from: number, to: number) => bytes(from, to + to - from), 'E_SHAPE'],
    ['has values of another type', async (from: number, to: number) => Float32Array.from(bytes(from, to)), 'E_DATA'],
  ])('that %s is refused', async (_, read, code) => {
    await expect(learn(numbered(400, read))).rejects.toMatchObject({
      code,
      at: expect.stringMatching(/^stream "numbers"/),
    })
  })

  test('that throws rejects with what it threw, and the runtime is good for the next', async () => {
    const broken = numbered(400, async (from, to) => {
      if (from > 300) throw new RangeError('the disk is gone')
      return bytes(from, to)
    })
    await expect(learn(broken)).rejects.toThrow(new RangeError('the disk is gone'))
    expect((await learn(numbered(400))).training?.stopped).toBe('finished')
  })

  test.each([0, -1, 1.5, Number.NaN])('a buffer of %d rows is refused', async (buffer) => {
    await expect(learn(numbered(400), { buffer })).rejects.toMatchObject({ code: 'E_OPTION', at: 'buffer of fit' })
  })

  test('can be aborted between portions, keeping what was learned', async () => {
    const controller = new AbortController()
    const model = await learn(numbered(400), {
      signal: controller.signal,
      onEvent: ({ type }: { type: string }) => void (type === 'progress' && controller.abort()),
    })
    expect(model.training).toMatchObject({ stopped: 'aborted', history: [] })
    expect(model.training?.steps).toBeGreaterThan(0)
    expect(model.training?.steps).toBeLessThan(80)
  })

  test('can be aborted while a read hangs', async () => {
    const stuck = numbered(400, (from, to) => (from >= 200 ? new Promise(() => {}) : Promise.resolve(bytes(from, to))))
    const signal = AbortSignal.timeout(150)
    const before = performance.now()
    const model = await learn(stuck, { signal })
    expect(performance.now() - before).toBeLessThan(1000)
    expect(model.training).toMatchObject({ stopped: 'aborted', history: [] })
  })

  test('that is solved in closed form and aborted leaves the starting weights, not those of half of the samples', async () => {
    const stuck = numbered(400, (from, to) => (from >= 200 ? new Promise(() => {}) : Promise.resolve(bytes(from, to))))
    const solve = (signal: AbortSignal) => pca({ latent: 1 }).fit(stuck, { runtime: runtime(), buffer: 64, signal })
    const [halfway, atOnce] = [await solve(AbortSignal.timeout(150)), await solve(AbortSignal.abort())]
    expect(halfway.training?.stopped).toBe('aborted')
    expect(halfway.parameters).toEqual(atOnce.parameters)
  })
})
