import { divergingColor } from './color-scale.js'
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
  /** The number at either end of the scale. */
  readonly range: number
  /** Whether the strongest colours also stand for numbers beyond the range. */
  readonly clipped: boolean
  /** What the colours measure. */
  readonly name: string
}

/** Heights above the labels' baseline and below it, in multiples of the text size. */
const BASELINE = 2
const DESCENT = 0.3

/** The diverging scale as a bar with labels at −range, 0 and range, from (0, top) downwards. */
export function drawColorBar(options: ColorBarOptions): { svg: string; height: number } {
  const { id, top, width, size, range, clipped, name } = options
  const stops = Array.from({ length: 17 }, (_, i) => {
    const [red, green, blue] = divergingColor(i / 8 - 1)
    return `<stop offset="${i / 16}" stop-color="rgb(${red},${green},${blue})"/>`
  })
  const label = (x: number, anchor: string, text: string) =>
    `<text x="${coordinate(x)}" y="${coordinate(top + size * BASELINE)}" text-anchor="${anchor}" font-size="${coordinate(size)}" fill="${LIGHT.muted}">${escapeText(text)}</text>`
  const [atMost, atLeast] = clipped ? ['≤ ', '≥ '] : ['', '']
  const svg = [
    `<defs><linearGradient id="${id}">${stops.join('')}</linearGradient></defs>`,
    `<rect x="0" y="${coordinate(top)}" width="${width}" height="${coordinate(size * 0.8)}" fill="url(#${id})"/>`,
    label(0, 'start', `${atMost}${formatNumber(-range)}`),
    label(width / 2, 'middle', `${name} 0`),
    label(width, 'end', `${atLeast}${formatNumber(range)}`),
  ]
  return { svg: svg.join('\n'), height: size * (BASELINE + DESCENT) }
}
