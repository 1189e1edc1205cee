import { coordinate, escapeText, estimateWidth, fitText } from './markup.js'
import { LIGHT, type LineStyle, TEXT_SIZE } from './theme.js'

export interface LegendEntry extends LineStyle {
  readonly name: string
}

const SWATCH = 24
const LINE_HEIGHT = 20

/** The names of lines in a row that wraps within `width`, from (0, 0) downwards. */
export function layOutLegend(entries: readonly LegendEntry[], width: number): { svg: string; height: number } {
  let x = 0
  let y = LINE_HEIGHT / 2 + 2
  const parts = entries.map(({ name, color, dash }) => {
    const text = fitText(name, width - SWATCH - 10, TEXT_SIZE)
    const needed = SWATCH + 6 + estimateWidth(text, TEXT_SIZE)
    if (x > 0 && x + needed > width) {
      x = 0
      y += LINE_HEIGHT
    }
    const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''
    const part = `<path d="M${coordinate(x)} ${y}h${SWATCH}" fill="none" stroke="${color}" stroke-width="2"${dashes}/>
<text x="${coordinate(x + SWATCH + 6)}" y="${y}" dominant-baseline="central" font-size="${TEXT_SIZE}" fill="${LIGHT.ink}">${escapeText(text)}</text>`
    x += needed + 12
    return part
  })
  return { svg: parts.join('\n'), height: y + LINE_HEIGHT / 2 }
}
