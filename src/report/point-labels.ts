import type { Place } from './chart.js'
import { coordinate, escapeText, estimateWidth } from './markup.js'
import { LIGHT, TEXT_SIZE } from './theme.js'

/** A point of a chart and the words beside it, in the figure's coordinates. */
export interface PointLabel {
  readonly x: number
  readonly y: number
  readonly text: string
}

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const GAP = 8
const MARK = 5

/**
 * Labels beside their points, each at the first of six places where it meets no label, no point and no edge; a label
 * without such a place is left out.
 */
export function placeLabels(points: readonly PointLabel[], { left, right, top, bottom }: Place): string {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - MARK, right: x + MARK, top: y - MARK, bottom: y + MARK }))
  const texts = points.map(({ x, y, text }) => {
    const width = estimateWidth(text, TEXT_SIZE)
    const high = TEXT_SIZE * 0.8
    const boxes = [
      { x: x + GAP, y: y - GAP },
      { x: x - GAP - width, y: y - GAP },
      { x: x + GAP, y: y + high / 2 },
      { x: x - GAP - width, y: y + high / 2 },
      { x: x + GAP, y: y + GAP + high },
      { x: x - GAP - width, y: y + GAP + high },
    ].map((at) => ({ left: at.x, right: at.x + width, top: at.y - high, bottom: at.y + TEXT_SIZE * 0.25 }))
    const free = boxes.find(
      (box) =>
        box.left >= left &&
        box.right <= right &&
        box.top >= top &&
        box.bottom <= bottom &&
        !taken.some((other) => meet(box, other)),
    )
    if (!free) return ''
    taken.push(free)
    // The ground's colour around the letters keeps them legible on lines.
    return `<text x="${coordinate(free.left)}" y="${coordinate(free.top + high)}" font-size="${TEXT_SIZE}" fill="${LIGHT.ink}" stroke="${LIGHT.surface}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">${escapeText(text)}</text>`
  })
  return texts.filter((text) => text !== '').join('\n')
}

const meet = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
