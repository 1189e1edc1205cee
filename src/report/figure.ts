import { DiaboloError } from '../base/errors.js'
import { escapeText } from './markup.js'
import { FIGURE_CLASS, FONT, figureStyle, LIGHT } from './theme.js'

/** A picture that needs nothing else: it can be written to a file, put into a page, or rasterised. */
export interface Figure {
  /** Unique on a page: letters, digits and hyphens. */
  readonly id: string
  readonly title: string
  /** One `<svg>` element, light with a dark variant (`prefers-color-scheme`), without references to the outside. */
  readonly svg: string
  /** What the picture shows, in words and numbers. */
  readonly alt: string
  readonly caption?: string
  /** Natural size, in CSS pixels. */
  readonly width: number
  readonly height: number
}

/** What every figure lets its caller say. */
export interface FigureOptions {
  /** Unique on a page; a name for the kind of figure unless given. */
  readonly id?: string
  readonly title?: string
  readonly caption?: string
}

/** Around every drawing, so that the picture can stand on any ground. */
const MARGIN = 10

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly alt: string
  /** SVG elements, in the coordinates 0 … width, 0 … height. */
  readonly body: string
  /** Widest useful size in CSS pixels where the drawing may grow; its natural width unless given. */
  readonly maxWidth?: number
}

/**
 * @throws E_OPTION when the id is not made of letters, digits and hyphens
 */
export function frameFigure(
  options: Required<Pick<FigureOptions, 'id' | 'title'>> & FigureOptions,
  drawing: Drawing,
): Figure {
  const { id, title, caption } = options
  const { width, height, alt, body, maxWidth = width } = drawing
  if (!/^[a-z][a-z0-9-]*$/i.test(id)) {
    throw new DiaboloError('E_OPTION', {
      at: 'id of a figure',
      expected: 'a letter, then letters, digits and hyphens',
      found: JSON.stringify(id),
      hint: 'write for example "training-curve-2"',
    })
  }
  const [outerWidth, outerHeight] = [width + 2 * MARGIN, height + 2 * MARGIN]
  const size = maxWidth > width ? `width:100%;max-width:${maxWidth}px` : 'max-width:100%'
  const elements = `<rect x="${-MARGIN}" y="${-MARGIN}" width="${outerWidth}" height="${outerHeight}" fill="${LIGHT.surface}"/>\n${body}`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" class="${FIGURE_CLASS}" width="${outerWidth}" height="${outerHeight}" viewBox="${-MARGIN} ${-MARGIN} ${outerWidth} ${outerHeight}" style="${size};height:auto" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-desc" font-family="${FONT}">
<title id="${id}-title">${escapeText(title)}</title>
<desc id="${id}-desc">${escapeText(alt)}</desc>
${figureStyle(elements)}
${elements}
</svg>`
  return { id, title, svg, alt, width: outerWidth, height: outerHeight, ...(caption !== undefined && { caption }) }
}
