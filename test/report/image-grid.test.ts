import { describe, expect, test } from 'vitest'
import { drawImageGrid } from '../../src/report/image-grid.js'
import { readPixels } from './pixels.js'
import { textFaults } from './text-boxes.js'
import { findAll, parseXml, textOf } from './xml.js'

/** Three grey pictures of 2 × 3 pixels, values 0, 10, 20 … */
const bytes = Uint8Array.from({ length: 18 }, (_, i) => i * 10)
const floats = Float32Array.from(bytes, (byte) => 1 - byte / 255)
const rows = [
  { caption: 'original', images: bytes },
  { caption: 'reconstruction', images: floats, notes: ['0.1', '0.2', '0.3'] },
]
const shape = [2, 3, 1]

describe('the embedded picture', () => {
  const pixels = readPixels(drawImageGrid({ shape, rows }).svg)

  test('holds every value of both rows, exactly', () => {
    const below = pixels.height - 2
    for (let i = 0; i < 18; i++) {
      const x = Math.floor(i / 6) * 5 + (i % 3)
      const y = Math.floor((i % 6) / 3)
      expect(pixels.at(x, y)).toEqual([i * 10, 255])
      expect(pixels.at(x, below + y)).toEqual([255 - i * 10, 255])
    }
  })

  test('is transparent between pictures', () => {
    expect(pixels.width).toBe(3 * 3 + 2 * 2)
    for (const x of [3, 4, 8, 9]) expect(pixels.at(x, 0)).toEqual([0, 0])
    expect(pixels.at(0, 2)).toEqual([0, 0])
  })

  test('is shown with square pixels of a whole size', () => {
    const zoom = Number(pixels.element.attributes.width) / pixels.width
    expect(Number.isInteger(zoom)).toBe(true)
    expect(Number(pixels.element.attributes.height) / pixels.height).toBe(zoom)
    expect(pixels.element.attributes['image-rendering']).toBe('optimizeSpeed')
    expect(drawImageGrid({ shape, rows }).svg).toContain('image{image-rendering:pixelated}')
  })
})

test('RGB pictures keep their channels', () => {
  const images = Float32Array.of(1, 0, 0.5, 0, 1, 0)
  const pixels = readPixels(drawImageGrid({ shape: [1, 2, 3], rows: [{ caption: 'colours', images }] }).svg)
  expect(pixels.at(0, 0)).toEqual([255, 0, 128, 255])
  expect(pixels.at(1, 0)).toEqual([0, 255, 0, 255])
})

test('floats beyond [0, 1] are clipped', () => {
  const images = Float32Array.of(-0.4, 1.7)
  const pixels = readPixels(drawImageGrid({ shape: [1, 2, 1], rows: [{ caption: 'noisy', images }] }).svg)
  expect(pixels.at(0, 0)).toEqual([0, 255])
  expect(pixels.at(1, 0)).toEqual([255, 255])
})

test('captions and notes are written, and described', () => {
  const figure = drawImageGrid({ shape, rows, title: 'Three <pictures>', caption: 'c' })
  expect(findAll(parseXml(figure.svg), 'text').map(textOf)).toEqual(['original', 'reconstruction', '0.1', '0.2', '0.3'])
  expect(figure.alt).toBe(
    '3 columns of grey pictures of 2 × 3 pixels in 2 rows. Row 1: original. Row 2: reconstruction (0.1; 0.2; 0.3).',
  )
})

test('texts lie between the pictures, not on them, and inside the figure', () => {
  const images = new Uint8Array(10 * 784).fill(9)
  const notes = Array(10).fill('0.0024')
  const figure = drawImageGrid({
    shape: [28, 28, 1],
    rows: ['a', 'b', 'c'].map((caption) => ({ caption, images, notes })),
  })
  const { element, width, height, at } = readPixels(figure.svg)
  const top = Number(element.attributes.y)
  const zoom = Number(element.attributes.width) / width
  const svg = parseXml(figure.svg)
  const texts = findAll(svg, 'text')
  expect(texts).toHaveLength(3 + 30)
  for (const { attributes } of texts) {
    const baseline = Number(attributes.y)
    const highest = baseline - 0.75 * Number(attributes['font-size'])
    expect(highest).toBeGreaterThan(0)
    expect(baseline).toBeLessThan(Number(svg.attributes.height) - 20)
    for (let y = Math.floor((highest - top) / zoom); y * zoom + top < baseline; y++) {
      if (y >= 0 && y < height) expect(at(0, y)).toEqual([0, 0])
    }
  }
  const [, bottom] = texts
    .filter(({ attributes }) => attributes['text-anchor'] === undefined)
    .map(({ attributes }) => Number(attributes.y))
  const firstNote = Number(texts[1]?.attributes.y)
  expect(firstNote).toBeGreaterThan(top + 28 * zoom)
  expect(firstNote).toBeLessThan(bottom as number)
})

describe.each([8, 10, 12, 16])('clean, noisy and denoised pictures in %d columns', (columns) => {
  const images = new Float32Array(columns * 784).fill(0.4)
  const notes = Array.from({ length: columns }, (_, i) => `0.0${100 + i}`)
  const figure = drawImageGrid({
    shape: [28, 28, 1],
    title: 'Denoising',
    rows: [
      { caption: 'clean', images },
      { caption: 'noisy', images: images.map((value, i) => value + (i % 2 ? 0.9 : -0.9)), notes },
      { caption: 'denoised', images, notes },
    ],
  })

  test('texts stay apart, notes are large enough to read', () => {
    expect(textFaults(figure)).toEqual([])
    for (const { attributes } of findAll(parseXml(figure.svg), 'text')) {
      expect(Number(attributes['font-size'])).toBeGreaterThanOrEqual(11)
    }
  })

  test('pictures have at least two screen pixels a pixel', () => {
    const { element, width } = readPixels(figure.svg)
    expect(Number(element.attributes.width) / width).toBeGreaterThanOrEqual(2)
    expect(figure.width).toBeLessThanOrEqual(1000)
  })
})

test('stands alone', () => {
  const { svg } = drawImageGrid({ shape, rows: [{ caption: '"><script>', images: bytes }] })
  expect(svg.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|<script/)
})

describe('refuses', () => {
  const images = new Float32Array(18)
  test.each([
    ['no rows', { shape, rows: [] }, 'E_SHAPE'],
    ['part of a picture', { shape, rows: [{ caption: 'a', images: images.subarray(1) }] }, 'E_SHAPE'],
    ['no pictures', { shape, rows: [{ caption: 'a', images: images.subarray(18) }] }, 'E_SHAPE'],
    ['two channels', { shape: [3, 3, 2], rows: [{ caption: 'a', images }] }, 'E_SHAPE'],
    ['a row of a table', { shape: [18], rows: [{ caption: 'a', images }] }, 'E_SHAPE'],
    ['rows that differ', { shape, rows: [...rows, { caption: 'short', images: images.subarray(6) }] }, 'E_SHAPE'],
    ['notes that do not fit', { shape, rows: [{ caption: 'a', images, notes: ['1'] }] }, 'E_SHAPE'],
    ['not a number', { shape, rows: [{ caption: 'a', images: images.map(() => Number.NaN) }] }, 'E_VALUE'],
  ])('%s', (_, options, code) => {
    expect(() => drawImageGrid(options)).toThrow(expect.objectContaining({ name: 'DiaboloError', code }))
  })
})
