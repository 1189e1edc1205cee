import { describe, expect, test } from 'vitest'
import { drawClassMapGrid } from '../../src/report/class-map-grid.js'
import { COLORS } from '../../src/report/theme.js'
import { readPixels } from './pixels.js'
import { textFaults } from './text-boxes.js'
import { findAll, parseXml, textOf } from './xml.js'

const names = ['ground', ...Array.from({ length: 10 }, (_, i) => `${i}`)]

/** Two grey samples of 3 × 4 pixels, and class maps in which every class is. */
const images = Uint8Array.from({ length: 24 }, (_, i) => i * 10)
const classMaps = Uint8Array.from({ length: 24 }, (_, i) => i % 11)
const shape = [3, 4, 1] as const
const rows = [
  { caption: 'sample', images },
  { caption: 'told', classMaps, notes: ['97.1%', '88.0%'] },
]
const figure = drawClassMapGrid({ shape, rows, classes: names })

const bytesOf = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))

describe('samples over their class maps', () => {
  const pixels = readPixels(figure.svg)
  const below = pixels.height - 3
  const colorAt = (i: number) => {
    const [picture, within] = [Math.floor(i / 12), i % 12]
    return pixels.at(picture * 6 + (within % 4), below + Math.floor(within / 4))
  }

  test('samples are grey, every class has a colour of its own, the ground a pale one', () => {
    expect(pixels.at(1, 0)).toEqual([10, 10, 10, 255])
    const colors = Array.from({ length: 11 }, (_, i) => colorAt(i).join())
    expect(new Set(colors).size).toBe(11)
    expect(colorAt(0)).toEqual([...bytesOf(COLORS.grid.light), 255])
    expect(colorAt(11)).toEqual(colorAt(0))
  })

  test('the legend names them in the same colours, on a dark screen too', () => {
    const swatches = findAll(parseXml(figure.svg), 'path').map(({ attributes }) => attributes.fill)
    expect(swatches).toEqual(Array.from({ length: 11 }, (_, i) => `rgb(${colorAt(i).slice(0, 3)})`))
    // navy would not be seen on a dark page
    const edges = findAll(parseXml(figure.svg), 'path').map(({ attributes }) => attributes.stroke)
    expect(edges).toEqual(Array.from({ length: 11 }, () => COLORS.muted.light))
    const texts = findAll(parseXml(figure.svg), 'text').map(textOf)
    expect(texts).toEqual(['sample', 'told', '97.1%', '88.0%', ...names])
    expect(textFaults(figure)).toEqual([])
  })
})

test('RGB samples and floats keep their colours', () => {
  const colored = Float32Array.of(1, 0, 0.5)
  const { svg } = drawClassMapGrid({ shape: [1, 1, 3], rows: [{ caption: 'a', images: colored }], classes: ['x', 'y'] })
  expect(readPixels(svg).at(0, 0)).toEqual([255, 0, 128, 255])
})

test('more classes than colours, and classes without a name, are refused', () => {
  expect(() => drawClassMapGrid({ shape, rows, classes: [...names, 'more'] })).toThrow(
    expect.objectContaining({ code: 'E_OPTION', expected: 'at most 11, as many as can be told apart' }),
  )
  expect(() => drawClassMapGrid({ shape, rows, classes: names.slice(0, 5) })).toThrow(
    expect.objectContaining({ code: 'E_VALUE', found: '5' }),
  )
})
