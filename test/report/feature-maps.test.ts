import { describe, expect, test } from 'vitest'
import { divergingColor, sequentialColor } from '../../src/report/color-scale.js'
import { drawFeatureMaps } from '../../src/report/feature-maps.js'
import { readPixels } from './pixels.js'
import { textBoxes, textFaults } from './text-boxes.js'

const labels = (svg: string) => textBoxes(svg).map(({ text }) => text)
const opaque = (rgb: readonly number[]) => [...rgb, 255]
const step = (t: number) => Math.round(254 * t) / 254

/** [samples, channels, 2, 3]: value i of a map is i × (channel + 1). */
function makeMaps(samples: number, channels: number, sign = 1): Float32Array {
  return Float32Array.from({ length: samples * channels * 6 }, (_, i) => {
    return sign * (i % 6) * ((Math.floor(i / 6) % channels) + 1)
  })
}

describe('colours', () => {
  test('own: each map runs over all of them, from 0', () => {
    const { at } = readPixels(drawFeatureMaps({ maps: makeMaps(2, 3), shape: [2, 3, 3], columns: 3 }).svg)
    for (let channel = 0; channel < 3; channel++) {
      for (let i = 0; i < 6; i++) {
        expect(at(channel * 4 + (i % 3), Math.floor(i / 3))).toEqual(opaque(sequentialColor(step(i / 5))))
      }
      expect(at(channel * 4 + 3, 0)).toEqual(channel < 2 ? [0, 0, 0, 0] : at(channel * 4 + 3, 0))
    }
  })

  test('common: all maps share the largest value', () => {
    const options = { maps: makeMaps(1, 3), shape: [2, 3, 3], columns: 3, scaling: 'common' } as const
    const { svg } = drawFeatureMaps(options)
    const { at } = readPixels(svg)
    for (let channel = 0; channel < 3; channel++) {
      for (let i = 0; i < 6; i++) {
        const t = (i * (channel + 1)) / 15
        expect(at(channel * 4 + (i % 3), Math.floor(i / 3))).toEqual(opaque(sequentialColor(step(t))))
      }
    }
    expect(labels(svg)).toEqual(['0', 'value', '15'])
  })

  test('with negative values they diverge from 0', () => {
    const maps = Float32Array.of(-2, 0, 1)
    const { svg, alt } = drawFeatureMaps({ maps, shape: [1, 3, 1], scaling: 'common' })
    const { at } = readPixels(svg)
    expect([0, 1, 2].map((x) => at(x, 0))).toEqual(
      [-1, 0, 0.5].map((t) => opaque(divergingColor(2 * step((t + 1) / 2) - 1))),
    )
    expect(labels(svg)).toEqual(['−2', 'value 0', '2'])
    expect(alt).toContain('Blue is negative, white is zero, orange is positive.')
  })

  test('a map of zeros is dark, and told of', () => {
    const { svg, alt } = drawFeatureMaps({ maps: new Float32Array(12), shape: [2, 3, 2] })
    expect(readPixels(svg).at(0, 0)).toEqual(opaque(sequentialColor(0)))
    expect(alt).toContain('2 of 2 maps are zero everywhere.')
  })
})

describe('layout', () => {
  test('channels are columns, samples are rows under their names', () => {
    const { svg, alt } = drawFeatureMaps({
      maps: makeMaps(3, 4),
      shape: [2, 3, 4],
      names: ['a one', 'a <two>', 'a three'],
    })
    const { width, height, at, element } = readPixels(svg)
    expect(width).toBe(4 * 4 - 1)
    const starts = Array.from({ length: height }, (_, y) => y).filter(
      (y) => at(0, y)[3] === 255 && (y === 0 || at(0, y - 1)[3] === 0),
    )
    expect(starts).toHaveLength(3)
    const [top, zoom] = [Number(element.attributes.y), Number(element.attributes.width) / width]
    const names = textBoxes(svg).slice(0, 3)
    for (const [i, { text, top: upper, bottom }] of names.entries()) {
      expect(text).toBe(['a one', 'a <two>', 'a three'][i])
      expect(bottom).toBeLessThan(top + (starts[i] as number) * zoom)
      if (i > 0) expect(upper).toBeGreaterThan(top + ((starts[i - 1] as number) + 2) * zoom)
    }
    expect(alt).toContain(
      '4 feature maps of 2 × 3 values for each of 3 samples, 4 in a row. Samples: a one; a <two>; a three.',
    )
  })

  test.each([
    [1, 32, 28],
    [1, 1, 4],
    [1, 7, 4],
    [2, 50, 14],
    [3, 256, 7],
    [4, 3, 64],
    [2, 5, 400],
  ])('%d samples of %d channels of %d pixels: all there, within bounds', (samples, channels, side) => {
    const maps = new Float32Array(samples * channels * side * side).fill(1)
    const figure = drawFeatureMaps({ maps, shape: [side, side, channels] })
    const { width, height, at, element } = readPixels(figure.svg)
    let tiles = 0
    const solid = (x: number, y: number) => x >= 0 && y >= 0 && at(x, y)[3] === 255
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) if (solid(x, y) && !solid(x - 1, y) && !solid(x, y - 1)) tiles++
    }
    expect(tiles).toBe(samples * channels)
    expect(Number.isInteger(Number(element.attributes.width) / width)).toBe(true)
    expect(Number(element.attributes.width)).toBeLessThanOrEqual(Math.max(800, side))
    expect(textFaults(figure)).toEqual([])
  })
})

test('is the same every time', () => {
  const draw = () => drawFeatureMaps({ maps: makeMaps(2, 9, -1), shape: [2, 3, 9] }).svg
  expect(draw()).toBe(draw())
})

describe('refuses', () => {
  const maps = new Float32Array(12)
  test.each([
    ['no maps', { maps: maps.subarray(12), shape: [2, 3, 2] }, 'E_SHAPE'],
    ['part of a sample', { maps: maps.subarray(1), shape: [2, 3, 2] }, 'E_SHAPE'],
    ['a shape of two axes', { maps, shape: [3, 4] }, 'E_SHAPE'],
    ['no channels', { maps, shape: [3, 4, 0] }, 'E_SHAPE'],
    ['names that do not fit', { maps, shape: [2, 3, 1], names: ['one'] }, 'E_SHAPE'],
    ['not a number', { maps: maps.map(() => Number.NaN), shape: [2, 3, 2] }, 'E_VALUE'],
    ['no columns', { maps, shape: [2, 3, 2], columns: 0 }, 'E_OPTION'],
    ['half a column', { maps, shape: [2, 3, 2], columns: 1.5 }, 'E_OPTION'],
  ])('%s', (_, options, code) => {
    expect(() => drawFeatureMaps(options)).toThrow(expect.objectContaining({ name: 'DiaboloError', code }))
  })
})
