import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { byteSource } from '../../../src/data/byte-source.js'
import { decodePng } from '../../../src/data/formats/png.js'
import { type ImageOptions, imageStream } from '../../../src/data/images/image-stream.js'
import { type Picture, resize, toChannels } from '../../../src/data/images/picture.js'
import { readRows } from '../../../src/data/row-stream.js'
import { decodeWithSharp } from '../../../src/node/sharp-image.js'

interface Golden {
  readonly kinds: Readonly<Record<string, readonly [file: string, pixels: readonly number[]]>>
  readonly webp: string
  readonly jpeg: string
  readonly resized: Readonly<Record<string, readonly number[]>>
}

/** Written by test/golden/images.py. */
const GOLDEN: Golden = JSON.parse(readFileSync(new URL('../../golden/images.json', import.meta.url), 'utf8'))
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'))
const png = (kind: string) => bytesOf(GOLDEN.kinds[kind]?.[0] as string)
const pixels = (kind: string) => GOLDEN.kinds[kind]?.[1] ?? []
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] as number))))
const solid = (channels: 1 | 2 | 3 | 4, ...values: number[]): Picture => ({
  width: 1,
  height: 1,
  channels,
  values: Uint8Array.from(values),
})

test.each(Object.keys(GOLDEN.kinds))('a PNG of %s has the pixels that Pillow put into it', async (kind) => {
  const { width, height, values } = await decodePng(png(kind), kind)
  expect([width, height]).toEqual([17, 13])
  expect([...values]).toEqual(pixels(kind))
})

test.each(Object.entries(GOLDEN.resized))(
  'resized to %s, pixels are those of Pillow, up to its rounding twice',
  async (size, wanted) => {
    const [height, width] = size.split('x').map(Number) as [number, number]
    const { values } = resize(await decodePng(png('grey'), 'grey'), { height, width })
    expect(values.length).toBe(wanted.length)
    expect(farthest(values, wanted)).toBeLessThanOrEqual(1)
  },
)

test('colour becomes grey by its luma, grey becomes colour, and what is transparent lies on white', () => {
  expect([...toChannels(solid(3, 255, 0, 0), 1).values]).toEqual([76])
  expect([...toChannels(solid(3, 0, 255, 0), 1).values]).toEqual([150])
  expect([...toChannels(solid(1, 9), 3).values]).toEqual([9, 9, 9])
  expect([...toChannels(solid(4, 10, 20, 30, 0), 3).values]).toEqual([255, 255, 255])
  expect([...toChannels(solid(2, 0, 51), 1).values]).toEqual([204])
  expect([...toChannels(solid(4, 10, 20, 30, 255), 3).values]).toEqual([10, 20, 30])
})

test('JPEG and WebP are read by sharp', async () => {
  const webp = await decodeWithSharp(bytesOf(GOLDEN.webp), 'webp')
  expect([...webp.values]).toEqual(pixels('colour'))
  const jpeg = await decodeWithSharp(bytesOf(GOLDEN.jpeg), 'jpeg')
  expect([jpeg.width, jpeg.height, jpeg.channels]).toEqual([8, 6, 3])
  expect(
    farthest(
      jpeg.values,
      Array.from({ length: 144 }, (_, i) => [200, 40, 90][i % 3] as number),
    ),
  ).toBeLessThanOrEqual(3)
  const cut = bytesOf(GOLDEN.jpeg).subarray(0, 100)
  await expect(decodeWithSharp(cut, 'cut.jpg')).rejects.toMatchObject({ code: 'E_FORMAT', at: 'cut.jpg' })
})

describe('images as samples', () => {
  const file = (bytes: Uint8Array, name: string, label?: string) => ({
    open: async () => byteSource(bytes, name),
    ...(label && { label }),
  })
  const three = [file(png('grey'), 'a', 'hat'), file(png('colour'), 'b', 'cup'), file(png('grey'), 'c', 'hat')]

  test('have classes in the order of their names', async () => {
    expect(await imageStream(three)).toMatchObject({
      rows: 3,
      shape: [13, 17, 1],
      labels: Int32Array.of(1, 0, 1),
      classes: ['cup', 'hat'],
    })
    expect((await imageStream([file(png('grey'), 'a', 'hat')])).labels).toBeUndefined()
  })

  test('have the size and the channels that are asked for', async () => {
    const stream = await imageStream(three, { size: [5, 7], channels: 3 })
    expect(stream.shape).toEqual([5, 7, 3])
    const rows = await readRows(stream, 0, 3)
    const grey = GOLDEN.resized['5x7'] as readonly number[]
    expect(
      farthest(
        rows.subarray(0, 105),
        grey.flatMap((value) => [value, value, value]),
      ),
    ).toBeLessThanOrEqual(1)
    expect(await readRows(stream, 2, 3)).toEqual(rows.subarray(210))
  })

  const image =
    (options?: ImageOptions, ...files: Parameters<typeof imageStream>[0]) =>
    async () => {
      const stream = await imageStream(files.length > 0 ? files : three, options)
      await readRows(stream, 0, stream.rows)
    }
  const small = file(bytesOf(GOLDEN.jpeg), 'small.jpg')
  test.each([
    ['of two sizes', image({ decodeImage: decodeWithSharp }, file(png('grey'), 'a'), small), 'E_SHAPE', 'small.jpg'],
    ['that nobody reads', image({}, small), 'E_RUNTIME', 'small.jpg'],
    ['of no size', image({ size: [0, 5] }), 'E_OPTION', 'size of images'],
    ['of a size beyond all', image({ size: [1e9, 1e9] }), 'E_OPTION', 'size of images'],
    ['that are text', image({}, file(new TextEncoder().encode('a,b\n'), 'x.png')), 'E_FORMAT', 'x.png'],
  ])('%s are refused', async (_, read, code, at) => {
    await expect(read()).rejects.toMatchObject({ code, at })
  })

  test('that are not there are refused', async () => {
    await expect(imageStream([])).rejects.toMatchObject({ code: 'E_DATA' })
  })
})
