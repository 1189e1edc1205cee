import { describe, expect, test } from 'vitest'
import { DiaboloError } from '../../src/base/errors.js'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/codec.js'
import { aCheckpoint } from './sample.js'

const text = new TextDecoder()

describe('a checkpoint', () => {
  test('is read as it was written, to the bit', async () => {
    const checkpoint = aCheckpoint()
    const read = await decodeCheckpoint(await encodeCheckpoint(checkpoint))
    expect(read.identity).toEqual(checkpoint.identity)
    expect(read.position).toEqual(checkpoint.position)
    expect(read.history).toEqual(checkpoint.history)
    expect(new Map(Object.entries(read.tensors))).toEqual(new Map(Object.entries(checkpoint.tensors)))
  })

  test('with any byte flipped is refused, or nothing has changed', async () => {
    const checkpoint = aCheckpoint()
    const files = await encodeCheckpoint(checkpoint)
    for (const name of ['manifest.json', 'state.safetensors'] as const) {
      const bytes = files[name]
      for (let at = 0; at < bytes.length; at++) {
        const flipped = { ...files, [name]: bytes.with(at, (bytes[at] as number) ^ (1 << (at % 8))) }
        const read = await decodeCheckpoint(flipped).catch((error: unknown) => error)
        if (read instanceof DiaboloError) expect(['E_CHECKSUM', 'E_FORMAT']).toContain(read.code)
        // white space of the manifest that became other white space
        else expect(read, `${name}, byte ${at}`).toEqual(checkpoint)
      }
    }
  })

  test('is refused with the state of another', async () => {
    const [a, b] = [await encodeCheckpoint(aCheckpoint(1)), await encodeCheckpoint(aCheckpoint(2))]
    const mixed = decodeCheckpoint({ ...a, 'state.safetensors': b['state.safetensors'] }, 'run')
    await expect(mixed).rejects.toMatchObject({ code: 'E_CHECKSUM', at: 'run/state.safetensors' })
  })

  test.each<[string, (manifest: Record<string, never>) => unknown, string]>([
    ['of another format', (manifest) => ({ ...manifest, format: 'diabolo/checkpoint/9' }), 'E_FORMAT'],
    ['that is a list', () => [], 'E_FORMAT'],
    ['without a position', ({ position, ...rest }) => rest, 'E_FORMAT'],
    ['with more than there is', (manifest) => ({ ...manifest, more: 1 }), 'E_FORMAT'],
    [
      'whose position was changed',
      (manifest) => ({ ...manifest, position: { ...(manifest.position as unknown as object), step: 9 } }),
      'E_CHECKSUM',
    ],
  ])('with a manifest %s is refused', async (_, change, code) => {
    const files = await encodeCheckpoint(aCheckpoint())
    const manifest = new TextEncoder().encode(JSON.stringify(change(JSON.parse(text.decode(files['manifest.json'])))))
    await expect(decodeCheckpoint({ ...files, 'manifest.json': manifest })).rejects.toMatchObject({ code })
  })
})
