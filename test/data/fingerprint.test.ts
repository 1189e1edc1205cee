import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { dataset } from '../../src/data/dataset.js'
import { fingerprintOf } from '../../src/data/fingerprint.js'
import { rowStream } from '../../src/data/row-stream.js'

const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

test('of data in memory is the SHA-256 of its values, a view of larger memory included', async () => {
  const bytes = Uint8Array.from({ length: 60 }, (_, i) => i * 7)
  const inner = bytes.subarray(12, 42)
  expect(await fingerprintOf(dataset(inner, { shape: [3] }))).toBe(`sha256:${sha256(inner)}`)
  const floats = Float32Array.of(1.5, -2, 3)
  expect(await fingerprintOf(dataset(floats, { shape: [1] }))).toBe(`sha256:${sha256(new Uint8Array(floats.buffer))}`)
})

test('of a stream is that of rows from the first to the last', async () => {
  const value = (i: number) => (i * 31) % 251
  const read = vi.fn(async (from: number, to: number) =>
    Uint8Array.from({ length: (to - from) * 2 }, (_, i) => value(from * 2 + i)),
  )
  const rows = Array.from({ length: 64 }, (_, i) => Math.floor((i * 999) / 63))
  const seen = rows.map((row) => Uint8Array.of(value(row * 2), value(row * 2 + 1)))
  expect(await fingerprintOf(rowStream({ rows: 1000, shape: [2], read }))).toBe(`sha256-64:${sha256(...seen)}`)
  expect(read.mock.calls.map(([from]) => from)).toEqual(rows)
  expect([rows[0], rows.at(-1)]).toEqual([0, 999])
  const few = await fingerprintOf(rowStream({ rows: 1, shape: [2], read }))
  expect(few).toBe(`sha256-64:${sha256(Uint8Array.of(value(0), value(1)))}`)
})

test('is left out where the page has no SHA-256', async () => {
  vi.stubGlobal('crypto', {})
  expect(await fingerprintOf(dataset(Uint8Array.of(1), { shape: [1] }))).toBeUndefined()
  vi.unstubAllGlobals()
})
