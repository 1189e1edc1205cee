import { estimateWidth } from '../../src/report/markup.js'
import { findAll, parseXml, textOf } from './xml.js'

export interface TextBox {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Where the texts of a figure are, at most: letters are taken to be as wide as layouts take them to be. */
export function textBoxes(svg: string): TextBox[] {
  return findAll(parseXml(svg), 'text').map((element) => {
    const { attributes } = element
    const [, dx = 0, dy = 0] = /translate\(([\d.-]+)[ ,]+([\d.-]+)\)/.exec(attributes.transform ?? '') ?? []
    const size = Number(attributes['font-size'] ?? /font-size:([\d.]+)px/.exec(attributes.style ?? '')?.[1] ?? 12)
    const [x, y] = [Number(attributes.x ?? 0) + Number(dx), Number(attributes.y ?? 0) + Number(dy)]
    const text = textOf(element)
    const width = estimateWidth(text, size)
    const anchored = { middle: width / 2, end: width }[attributes['text-anchor'] ?? ''] ?? 0
    const baseline = attributes['dominant-baseline'] === 'central' ? y + size * 0.35 : y
    return { text, left: x - anchored, right: x - anchored + width, top: baseline - 0.75 * size, bottom: baseline }
  })
}

/** Pairs of texts that lie on each other, and texts that leave the figure; none in a good one. */
export function textFaults({ svg }: { readonly svg: string }): string[] {
  const boxes = textBoxes(svg)
  const [left = 0, top = 0, width = 0, height = 0] = (parseXml(svg).attributes.viewBox ?? '').split(' ').map(Number)
  const outside = boxes.filter(
    (box) => box.left < left || box.top < top || box.right > left + width || box.bottom > top + height,
  )
  const overlapping = boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `"${a.text}" on "${b.text}"`),
  )
  return [...outside.map(({ text }) => `"${text}" outside`), ...overlapping]
}
