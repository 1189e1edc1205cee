import { describe, expect, test } from 'vitest'
import { divergingColor } from '../../src/report/color-scale.js'
import { drawWeightTiles } from '../../src/report/weight-tiles.js'
import { readPixels } from './pixels.js'
import { findAll, parseXml, textOf } from './xml.js'

const shape = [3, 4, 1]
const INPUTS = 12

/** [12, units]: unit j sees ±(j + 1) at input j, 0 elsewhere. */
function makeWeights(units: number, sign = 1): Float32Array {
  const weights = new Float32Array(INPUTS * units)
  for (let j = 0; j < units; j++) weights[(j % INPUTS) * units + j] = sign * (j + 1)
  return weights
}

/** The left top corners of the tiles: opaque pixels with transparent ones (or the edge) to the left and above. */
function countTiles(svg: string): number {
  const { width, height, at } = readPixels(svg)
  const opaque = (x: number, y: number) => x >= 0 && y >= 0 && at(x, y)[3] === 255
  let count = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (opaque(x, y) && !opaque(x - 1, y) && !opaque(x, y - 1)) count++
  }
  return count
}

test.each([1, 2, 6, 7, 50, 256])('draws one tile for each of %d units', (units) => {
  const { svg, alt } = drawWeightTiles({ weights: makeWeights(units), shape })
  expect(countTiles(svg)).toBe(units)
  expect(alt).toContain(`${units} ${units === 1 ? 'tile' : 'tiles'} of 3 × 4 pixels`)
})

test('a tile is a column of the matrix, row after row of the picture', () => {
  const { at } = readPixels(drawWeightTiles({ weights: makeWeights(6), shape, columns: 3, range: 6 }).svg)
  for (let unit = 0; unit < 6; unit++) {
    const [left, top] = [(unit % 3) * 6, Math.floor(unit / 3) * 5]
    for (let input = 0; input < INPUTS; input++) {
      const t = input === unit ? Math.round(((unit + 1) / 6) * 127) / 127 : 0
      expect(at(left + (input % 4), top + Math.floor(input / 4))).toEqual([...divergingColor(t), 255])
    }
  }
})

test('the colours of a weight and of its opposite mirror each other about 0', () => {
  for (let i = 0; i <= 40; i++) {
    const weights = Float32Array.of(i / 20, -i / 20, 0)
    const { at } = readPixels(drawWeightTiles({ weights, shape: [1, 3, 1], range: 1.5 }).svg)
    const step = Math.min(127, Math.round((i / 30) * 127))
    expect(at(0, 0)).toEqual([...divergingColor(step / 127), 255])
    expect(at(1, 0)).toEqual([...divergingColor(-step / 127), 255])
    expect(at(2, 0)).toEqual([...divergingColor(0), 255])
  }
})

describe('the legend', () => {
  const labels = (svg: string) => findAll(parseXml(svg), 'text').map(textOf)

  test('gives the range', () => {
    expect(labels(drawWeightTiles({ weights: makeWeights(2), shape, range: 2.5 }).svg)).toEqual([
      '−2.5',
      'weight 0',
      '2.5',
    ])
  })

  test('says where weights lie beyond it', () => {
    expect(labels(drawWeightTiles({ weights: makeWeights(2, -1), shape, range: 0.5 }).svg)).toEqual([
      '≤ −0.5',
      'weight 0',
      '≥ 0.5',
    ])
  })

  test('is not stretched by one weight in a thousand', () => {
    const weights = new Float32Array(12 * 100).fill(0.25)
    weights[7] = -80
    const { svg, alt } = drawWeightTiles({ weights, shape })
    expect(labels(svg)).toEqual(['≤ −0.25', 'weight 0', '≥ 0.25'])
    expect(alt).toContain('The largest absolute weight is 80.')
  })

  test('weights of nothing but 0 have one, too', () => {
    expect(labels(drawWeightTiles({ weights: new Float32Array(24), shape }).svg)).toEqual(['−1', 'weight 0', '1'])
  })

  test('has a scale of its own on a page with several', () => {
    const svg = parseXml(drawWeightTiles({ weights: makeWeights(2), shape, id: 'layer-2' }).svg)
    expect(findAll(svg, 'linearGradient')[0]?.attributes.id).toBe('layer-2-scale')
    expect(findAll(svg, 'stop')).toHaveLength(17)
  })
})

test('keeps large layers narrow enough to look at', () => {
  const { width } = drawWeightTiles({ weights: new Float32Array(784 * 800), shape: [28, 28, 1] })
  expect(width).toBeLessThanOrEqual(800)
})

test('stands alone', () => {
  const { svg } = drawWeightTiles({ weights: makeWeights(2), shape, title: '<script>' })
  expect(svg.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|<script/)
  expect([...svg.matchAll(/url\(([^)]*)\)/g)].map(([, target]) => target)).toEqual(['#weight-tiles-scale'])
})

describe('refuses', () => {
  const weights = makeWeights(2)
  test.each([
    ['part of a column', { weights: weights.subarray(1), shape }, 'E_SHAPE'],
    ['no weights', { weights: new Float32Array(0), shape }, 'E_SHAPE'],
    ['more than one channel', { weights, shape: [2, 2, 3] }, 'E_SHAPE'],
    ['not a number', { weights: Float32Array.from(weights, (w, i) => (i === 3 ? Number.NaN : w)), shape }, 'E_VALUE'],
    ['infinity', { weights: Float32Array.from(weights, (w, i) => (i === 3 ? -Infinity : w)), shape }, 'E_VALUE'],
    ['a range of 0', { weights, shape, range: 0 }, 'E_OPTION'],
    ['half a column', { weights, shape, columns: 1.5 }, 'E_OPTION'],
  ])('%s', (_, options, code) => {
    expect(() => drawWeightTiles(options)).toThrow(expect.objectContaining({ name: 'DiaboloError', code }))
  })
})
