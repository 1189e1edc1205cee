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
const ASCENT = TEXT_SIZE * 0.8
const DESCENT = TEXT_SIZE * 0.25
/** How far a label may move up from its point, tied to it by a line, and in what steps. */
const LIFTS = [1, 2, 3, 4, 5].map((steps) => steps * TEXT_SIZE * 1.3)

/**
 * Labels beside their points, each at the first place where it meets no label, no point, no edge and, if that can be, no
 * obstacle; a label without such a place is left out.
 *
 * @param obstacles  coordinates of what labels had better not cover, such as points of a curve
 */
export function placeLabels(
  points: readonly PointLabel[],
  { left, right, top, bottom }: Place,
  obstacles: readonly (readonly [x: number, y: number])[] = [],
): string {
  const taken = points.map(({ x, y }): Box => ({ left: x - MARK, right: x + MARK, top: y - MARK, bottom: y + MARK }))
  const avoided = obstacles.map(([x, y]): Box => ({ left: x - 2, right: x + 2, top: y - 2, bottom: y + 2 }))
  const texts: Box[] = []
  const isFree = ({ box, tie }: LabelPlace) =>
    box.left >= left &&
    box.right <= right &&
    box.top >= top &&
    box.bottom <= bottom &&
    !taken.some((other) => meet(box, other)) &&
    !texts.some((text) => tie && meet(text, tie))

  const labels = points.map((point) => {
    const free = placesOf(point).filter(isFree)
    const found = free.find(({ box }) => !avoided.some((other) => meet(box, other))) ?? free[0]
    if (!found) return ''
    const { box, tie } = found
    taken.push(box, ...(tie ? [tie] : []))
    texts.push(box)
    const [x, y] = [coordinate(box.left), coordinate(box.top + ASCENT)]
    const line =
      tie === undefined
        ? ''
        : `<path d="M${coordinate(point.x)} ${coordinate(tie.bottom)}V${coordinate(tie.top)}" fill="none" stroke="${LIGHT.axis}" stroke-width="1"/>\n`
    // The ground's colour around the letters keeps them legible on lines.
    return `${line}<text x="${x}" y="${y}" font-size="${TEXT_SIZE}" fill="${LIGHT.ink}" stroke="${LIGHT.surface}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">${escapeText(point.text)}</text>`
  })
  return labels.filter((label) => label !== '').join('\n')
}

interface LabelPlace {
  readonly box: Box
  /** The line from the point up to a label that is not beside it. */
  readonly tie?: Box
}

/** Right and left of the point: above it, level with it, below it; then higher and higher. */
function placesOf({ x, y, text }: PointLabel): LabelPlace[] {
  const width = estimateWidth(text, TEXT_SIZE)
  const at = (left: number, baseline: number): LabelPlace => ({
    box: { left, right: left + width, top: baseline - ASCENT, bottom: baseline + DESCENT },
  })
  const near = [y - GAP, y + ASCENT / 2, y + GAP + ASCENT].flatMap((baseline) => [
    at(x + GAP, baseline),
    at(x - GAP - width, baseline),
  ])
  const lifted = LIFTS.flatMap((lift) =>
    [x - 1, x + 1 - width].map((left) => {
      const { box } = at(left, y - GAP - lift)
      return { box, tie: { left: x - 0.5, right: x + 0.5, top: box.bottom, bottom: y - MARK } }
    }),
  )
  return [...near, ...lifted]
}

const meet = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
