import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DiaboloError } from '../../../src/base/errors.js'
import { byteSource } from '../../../src/data/byte-source.js'
import { unpack } from '../../../src/data/formats/gzip.js'
import { parseIdx } from '../../../src/data/formats/idx.js'
import { formatNpy } from '../../../src/data/formats/npy.js'
import { readDataset } from '../../../src/data/read.js'
import { parseNpy } from '../../npy.js'

const idx = (shape: readonly number[], values: readonly number[]) => {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.set([0, 0, 8, shape.length])
  shape.forEach((dim, axis) => {
    header.writeUInt32BE(dim, 4 + 4 * axis)
  })
  return Uint8Array.from([...header, ...values])
}

describe('IDX', () => {
  test('reads what the format says', () => {
    expect(parseIdx(idx([2, 3], [1, 2, 3, 4, 5, 6]), 'f')).toEqual({
      shape: [2, 3],
      values: Uint8Array.of(1, 2, 3, 4, 5, 6),
    })
  })

  test.each([
    ['an empty file', new Uint8Array(), 'E_TRUNCATED'],
    ['a wrong magic number', Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 0), 'E_FORMAT'],
    ['another element type', Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), 'E_FORMAT'],
    ['a rank of 0', Uint8Array.of(0, 0, 8, 0), 'E_FORMAT'],
    ['a header cut short', idx([2, 3], []).subarray(0, 9), 'E_TRUNCATED'],
    ['values cut short', idx([2, 3], [1, 2, 3]), 'E_TRUNCATED'],
    ['values left over', idx([2], [1, 2, 3]), 'E_FORMAT'],
    ['a shape that overflows', idx([0xffffffff, 0xffffffff, 0xffffffff], [1]), 'E_TRUNCATED'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => parseIdx(bytes, 'images')).toThrow(expect.objectContaining({ code, at: 'images' }))
  })
})

describe('.npy', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 50 }), (numbers) => {
        const values = Float32Array.from(numbers)
        expect(parseNpy(formatNpy([values.length], values), 'f')).toEqual({ shape: [values.length], values })
      }),
    )
  })

  test('values start at a multiple of 64 bytes, whatever the shape', () => {
    for (const shape of [[1], [10, 1], [3, 4, 5], [1, 2, 3, 4, 5, 6, 7, 8]]) {
      const size = shape.reduce((a, b) => a * b, 1)
      expect((formatNpy(shape, new Float32Array(size)).length - 4 * size) % 64).toBe(0)
    }
  })

  test.each([
    ['<f8', 8, (view: DataView, i: number) => view.setFloat64(8 * i, i + 0.5, true), [0.5, 1.5]],
    ['>f4', 4, (view: DataView, i: number) => view.setFloat32(4 * i, i - 1, false), [-1, 0]],
    ['<i2', 2, (view: DataView, i: number) => view.setInt16(2 * i, -300 * i, true), [0, -300]],
    ['<i8', 8, (view: DataView, i: number) => view.setBigInt64(8 * i, BigInt(i) - 5n, true), [-5, -4]],
  ])('reads %s', (descr, size, write, expected) => {
    const data = new Uint8Array(2 * size)
    write(new DataView(data.buffer), 0)
    write(new DataView(data.buffer), 1)
    expect([...parseNpy(npy(descr, [2], data), 'f').values]).toEqual(expected)
  })

  test.each([
    ['another format', Uint8Array.from({ length: 20 }, (_, i) => i), 'E_FORMAT'],
    ['a file cut in its header', formatNpy([4], new Float32Array(4)).subarray(0, 30), 'E_TRUNCATED'],
    ['a file cut in its values', formatNpy([4], new Float32Array(4)).subarray(0, 135), 'E_TRUNCATED'],
    ['complex numbers', npy('<c8', [1], new Uint8Array(8)), 'E_FORMAT'],
    ['a shape larger than memory', npy('<f4', [1e15], new Uint8Array(4)), 'E_TRUNCATED'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => parseNpy(bytes, 'codes')).toThrow(expect.objectContaining({ code, at: 'codes' }))
  })

  function npy(descr: string, shape: readonly number[], data: Uint8Array): Uint8Array {
    const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`
    const start = Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8])
    return Uint8Array.from([...start, ...new TextEncoder().encode(header), ...data])
  }
})

describe('gzip', () => {
  const packed = gzipSync(Buffer.from('autoencoder '.repeat(1000)))

  test('unpacks', async () => {
    expect(new TextDecoder().decode(await unpack(byteSource(packed)))).toBe('autoencoder '.repeat(1000))
  })

  test('says when it ends early', async () => {
    const short = packed.subarray(0, packed.length - 9)
    await expect(unpack(byteSource(short, 'images.gz'))).rejects.toMatchObject({ code: 'E_TRUNCATED', at: 'images.gz' })
  })

  test('says when it is damaged', async () => {
    const damaged = Uint8Array.from(packed)
    damaged[packed.length - 6] = (damaged[packed.length - 6] as number) ^ 255
    await expect(unpack(byteSource(damaged, 'images.gz'))).rejects.toMatchObject({ code: 'E_FORMAT' })
  })
})

describe('a data set from a file', () => {
  test('is told by its content, packed or not', async () => {
    const bytes = idx([2, 2, 2], [0, 255, 0, 255, 9, 8, 7, 6])
    for (const file of [bytes, gzipSync(bytes)]) {
      expect(await readDataset(file, 'f')).toMatchObject({ rows: 2, shape: [2, 2, 1], dtype: 'uint8', scale: 1 / 255 })
    }
    expect(await readDataset(formatNpy([3, 4], new Float32Array(12)), 'f')).toMatchObject({
      rows: 3,
      shape: [4],
      scale: 1,
    })
  })

  test('NaN and infinities are named by row and column', async () => {
    const values = new Float32Array(12).fill(1)
    values[7] = Number.NaN
    await expect(readDataset(formatNpy([3, 4], values), 'table.npy')).rejects.toMatchObject({
      code: 'E_VALUE',
      at: 'data set "table.npy", row 1, column 3 (counted from 0)',
      found: 'NaN',
    })
    values[7] = Number.NEGATIVE_INFINITY
    await expect(readDataset(formatNpy([3, 4], values), 't')).rejects.toMatchObject({ found: '-Infinity' })
  })

  test.each([
    ['empty', new Uint8Array(), 'E_FORMAT'],
    ['without rows', formatNpy([0, 4], new Float32Array()), 'E_DATA'],
    ['of text', new TextEncoder().encode('a,b\n1,x\n'), 'E_DATA'],
  ])('a file %s is refused', async (_, bytes, code) => {
    await expect(readDataset(bytes, 'f')).rejects.toMatchObject({ code })
  })

  test('mutated files end as data or as a DiaboloError', async () => {
    const seeds = [
      idx([3, 4], [...Array(12).keys()]),
      formatNpy([3, 4], new Float32Array(12)),
      gzipSync(idx([3], [1, 2, 3])),
    ]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds), fc.nat(200), fc.nat(255), async (seed, at, byte) => {
        const bytes = Uint8Array.from(seed)
        bytes[at % bytes.length] = byte
        const outcome = await readDataset(bytes, 'f').catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DiaboloError)
      }),
      { numRuns: 300 },
    )
  })
})
