import fc from 'fast-check'
import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { crc32c } from '../../src/tensorboard/crc32c.js'
import { histogramOf } from '../../src/tensorboard/histogram.js'
import { tilePictures } from '../../src/tensorboard/pictures.js'
import { projectorFiles } from '../../src/tensorboard/projector.js'
import { encodeRecord } from '../../src/tensorboard/record.js'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('CRC-32C', () => {
  // RFC 3720, appendix B.4
  test.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 … 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 … 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
  ])('of %s is as published', (_, bytes, crc) => {
    expect(crc32c(bytes)).toBe(crc)
  })
})

test('a record is length, its CRC, data, its CRC', () => {
  // what TensorFlow's own writer makes of these three bytes
  expect(hex(encodeRecord(Uint8Array.of(1, 2, 3)))).toBe('0300000000000000b099490e01020339cdc086')
})

describe('a histogram', () => {
  test('counts every value once, in a bucket that holds it', () => {
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 200 }), (values) => {
        const { min, max, limits, counts, sum } = histogramOf(values)
        expect(counts.reduce((total, count) => total + count, 0)).toBe(values.length)
        expect([min, max, limits.at(-1)]).toEqual([Math.min(...values), Math.max(...values), Math.max(...values)])
        expect(limits.every((limit, i) => i === 0 || limit > (limits[i - 1] as number))).toBe(true)
        expect(sum).toBe(values.reduce((total, value) => total + value, 0))
      }),
    )
  })

  test('has values where they belong', () => {
    const { limits, counts } = histogramOf(Float32Array.from({ length: 60 }, (_, i) => i / 60))
    expect(limits).toHaveLength(30)
    expect(counts.every((count) => count >= 1 && count <= 3)).toBe(true)
    expect(histogramOf(Float32Array.of(2, 2))).toMatchObject({ limits: [2], counts: [2] })
  })
})

test('pictures stand side by side, row after row', () => {
  const shape = [2, 2, 1] as const
  const { png, ...size } = tilePictures({ values: Uint8Array.from({ length: 12 }, (_, i) => i), shape }, 2)
  expect(size).toEqual({ width: 4, height: 4, channels: 1 })
  expect([...decode(png).data]).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 0, 0, 10, 11, 0, 0])
  const floats = tilePictures({ values: Float32Array.of(-1, 0.5, 1, 2), shape }, 1)
  expect([...decode(floats.png).data]).toEqual([0, 128, 255, 255])
})

test('the projector is told points, names and pictures', () => {
  const files = projectorFiles({
    name: 'codes',
    points: Float32Array.of(1, 2, 3, 4, 5, 6),
    count: 3,
    labels: ['a', 'b\tc', 2],
    pictures: { values: new Uint8Array(3 * 6), shape: [2, 3, 1] },
  })
  expect(files['tensors.tsv']).toBe('1\t2\n3\t4\n5\t6\n')
  expect(files['metadata.tsv']).toBe('a\nb c\n2\n')
  expect(files['projector_config.pbtxt']).toContain('single_image_dim: 3\n    single_image_dim: 2')
  expect(Object.keys(projectorFiles({ name: 'codes', points: Float32Array.of(1), count: 1 }))).toEqual([
    'tensors.tsv',
    'projector_config.pbtxt',
  ])
})
