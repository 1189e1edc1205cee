import { describe, expect, test } from 'vitest'
import { type ImageShape, warp } from '../../../src/data/images/warp.js'
import golden from '../../golden/warp.json' with { type: 'json' }
import { stream } from '../../train/streams.js'

const STILL = { xx: 1, xy: 0, yx: 0, yy: 1, x0: 0, y0: 0 }

describe('images are moved as by PyTorch', () => {
  test.each(golden.cases)('$shape $affine', ({ shape, affine, values }) => {
    const image = Float32Array.from(stream(1, values.length), (x) => x / 2 ** 32)
    const out = new Float32Array(values.length)
    warp(image, out, { source: 0, target: 0 }, shape as unknown as ImageShape, affine)
    values.forEach((value, i) => {
      expect(out[i], `value ${i}`).toBeCloseTo(value, 6)
    })
  })
})

test('bytes stay bytes, where the curve between pixels goes beyond them', () => {
  const step = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 255))
  const out = new Uint8Array(64)
  warp(step, out, { source: 0, target: 0 }, [8, 8, 1], { ...STILL, x0: 0.5 })
  expect([...out.subarray(0, 8)]).toEqual([0, 0, 0, 128, 255, 255, 255, 255])
})

test('an image among others is taken from its place and written to its own', () => {
  const images = Uint8Array.from({ length: 3 * 12 }, (_, i) => i)
  const out = new Uint8Array(2 * 12)
  warp(images, out, { source: 24, target: 12 }, [3, 4, 1], STILL)
  expect([...out]).toEqual([...new Uint8Array(12), ...images.subarray(24)])
})

test.each([
  [3, 5, 2, 4],
  [0, 2, 4, 6],
  [5, 8, 5, 6],
  [4, 4, 4, 4],
])(
  'ground that is left out is what it would be: ink in rows %i to %i and columns %i to %i',
  (top, bottom, left, right) => {
    const shape: ImageShape = [7, 9, 2]
    const ink = Float32Array.from(stream(2, 126), (x) => x / 2 ** 32)
    const image = ink.map((value, i) => {
      const [y, x] = [Math.floor(i / 18), Math.floor((i % 18) / 2)]
      return y >= top && y <= bottom && x >= left && x <= right ? value : 0
    })
    const affine = { xx: 1.2, xy: 0.5, yx: -0.4, yy: 0.7, x0: 0.8, y0: -1.1 }
    const move = (source: Float32Array) => {
      const out = new Float32Array(126)
      warp(source, out, { source: 0, target: 0 }, shape, affine)
      return out
    }
    // what counts adds up to 1, and nothing of this image is ground
    const raised = move(image.map((value) => value + 1))
    move(image).forEach((value, i) => {
      expect(value, `value ${i}`).toBeCloseTo((raised[i] as number) - 1, 5)
    })
  },
)
