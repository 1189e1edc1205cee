import { coordinate, escapeText, estimateWidth, fitText } from './markup.js'
import { LIGHT, type LineStyle, TEXT_SIZE } from './theme.js'

export interface LegendEntry extends LineStyle {
  readonly name: string
  /** Relative path data of a filled mark around its origin, in place of a line. */
  readonly mark?: string
  /** Whether the mark has an edge, where its colour may be that of the page. */
  readonly edged?: boolean
}

const LINE_SWATCH = 24
const MARK_SWATCH = 12
const LINE_HEIGHT = 20

/** The names of lines and marks in a row that wraps within `width`, from (0, 0) downwards. */
export function layOutLegend(entries: readonly LegendEntry[], width: number): { svg: string; height: number } {
  let x = 0
  let y = LINE_HEIGHT / 2 + 2
  const parts = entries.map(({ name, color, dash, mark, edged }) => {
    const swatch = mark ? MARK_SWATCH : LINE_SWATCH
    const text = fitText(name, width - swatch - 10, TEXT_SIZE)
    const needed = swatch + 6 + estimateWidth(text, TEXT_SIZE)
    if (x > 0 && x + needed > width) {
      x = 0
      y += LINE_HEIGHT
    }
    const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''
    const edge = edged ? ` stroke="${LIGHT.muted}" stroke-width="0.75"` : ''
    const sample = mark
      ? `<path d="M${coordinate(x + swatch / 2)} ${y}${mark}" fill="${color}"${edge}/>`
      : `<path d="M${coordinate(x)} ${y}h${swatch}" fill="none" stroke="${color}" stroke-width="2"${dashes}/>`
    const part = `${sample}
<text x="${coordinate(x + swatch + 6)}" y="${y}" dominant-baseline="central" font-size="${TEXT_SIZE}" fill="${LIGHT.ink}">${escapeText(text)}</text>`
    x += needed + 12
    return part
  })
  return { svg: parts.join('\n'), height: y + LINE_HEIGHT / 2 }
}
