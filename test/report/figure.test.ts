import { describe, expect, test } from 'vitest'
import { frameFigure } from '../../src/report/figure.js'
import { findAll, parseXml, textOf } from './xml.js'

const drawing = { width: 200, height: 100, alt: '3 < 4 & "so on"', body: '<path d="M0 0h9"/>' }

test('names and describes itself to a screen reader', () => {
  const figure = frameFigure({ id: 'f-1', title: 'A <title>', caption: 'a caption' }, drawing)
  const svg = parseXml(figure.svg)
  expect(svg.attributes).toMatchObject({ role: 'img', 'aria-labelledby': 'f-1-title', 'aria-describedby': 'f-1-desc' })
  const [title] = findAll(svg, 'title')
  const [desc] = findAll(svg, 'desc')
  expect(title?.attributes.id).toBe('f-1-title')
  expect(desc?.attributes.id).toBe('f-1-desc')
  expect(title && textOf(title)).toBe('A <title>')
  expect(desc && textOf(desc)).toBe(drawing.alt)
  expect(figure).toMatchObject({ id: 'f-1', title: 'A <title>', caption: 'a caption', alt: drawing.alt })
})

test('states its size with a margin all around', () => {
  const { svg, width, height } = frameFigure({ id: 'f', title: 't' }, drawing)
  expect([width, height]).toEqual([220, 120])
  expect(parseXml(svg).attributes).toMatchObject({ width: '220', height: '120', viewBox: '-10 -10 220 120' })
})

describe('refuses an id that would break markup or links', () => {
  test.each(['', '1st', 'two words', 'a"b', '<svg>', 'ä'])('%j', (id) => {
    expect(() => frameFigure({ id, title: 't' }, drawing)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })
})
