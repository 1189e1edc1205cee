import { divergingColor, sequentialColor } from './color-scale.js'
import { coordinate, escapeText } from './markup.js'
import { formatNumber } from './number-format.js'
import { LIGHT } from './theme.js'

export interface ColorBarOptions {
  /** Unique on a page. */
  readonly id: string
  readonly top: number
  readonly width: number
  /** Of the text. */
  readonly size: number
  /** The number at the end of the scale. */
  readonly range: number
  /** `diverging` runs from −range over 0 to range, `sequential` from 0 to range; `diverging` unless given. */
  readonly kind?: 'diverging' | 'sequential'
  /** What stands at the start, the middle and the end, where the numbers differ from picture to picture. */
  readonly labels?: readonly [start: string, middle: string, end: string]
  /** Whether the strongest colours also stand for numbers beyond the range. */
  readonly clipped: boolean
  /** What the colours measure. */
  readonly name: string
}

/** Heights above the labels' baseline and below it, in multiples of the text size. */
const BASELINE = 2
const DESCENT = 0.3

/** A colour scale as a bar with labels at its ends and the middle, from (0, top) downwards. */
export function drawColorBar(options: ColorBarOptions): { svg: string; height: number } {
  const { id, top, width, size, range, clipped, name, kind = 'diverging' } = options
  const stops = Array.from({ length: 17 }, (_, i) => {
    const [red, green, blue] = kind === 'diverging' ? divergingColor(i / 8 - 1) : sequentialColor(i / 16)
    return `<stop offset="${i / 16}" stop-color="rgb(${red},${green},${blue})"/>`
  })
  const label = (x: number, anchor: string, text: string) =>
    `<text x="${coordinate(x)}" y="${coordinate(top + size * BASELINE)}" text-anchor="${anchor}" font-size="${coordinate(size)}" fill="${LIGHT.muted}">${escapeText(text)}</text>`
  const [atMost, atLeast] = clipped ? ['≤ ', '≥ '] : ['', '']
  const [start, middle, end] =
    options.labels ??
    (kind === 'diverging'
      ? [`${atMost}${formatNumber(-range)}`, `${name} 0`, `${atLeast}${formatNumber(range)}`]
      : ['0', name, `${atLeast}${formatNumber(range)}`])
  const svg = [
    `<defs><linearGradient id="${id}">${stops.join('')}</linearGradient></defs>`,
    `<rect x="0" y="${coordinate(top)}" width="${width}" height="${coordinate(size * 0.8)}" fill="url(#${id})"/>`,
    label(0, 'start', start),
    label(width / 2, 'middle', middle),
    label(width, 'end', end),
  ]
  return { svg: svg.join('\n'), height: size * (BASELINE + DESCENT) }
}
