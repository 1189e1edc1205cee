import { createRequire } from 'node:module'
import { DiaboloError } from '../base/errors.js'
import type { Figure } from '../report/figure.js'
import { resolveTheme, type Theme } from '../report/theme.js'

export interface PngOptions {
  /** Pixels per CSS pixel of the figure, from 0.1 to 10; 1 unless given. */
  readonly scale?: number
  /** `light` unless given. */
  readonly theme?: Theme
}

/** The widths of Arial, under a free licence: the same letters on every machine, whatever fonts it has. */
const FONT_FAMILY = 'Arimo'
const FONT_FILE = '@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf'

/**
 * A figure as a PNG file, `scale` times its natural size in whole pixels, without transparency.
 *
 * @throws E_OPTION when the scale is not from 0.1 to 10; E_RUNTIME when the optional package `@resvg/resvg-js` is missing
 */
export async function renderPng(figure: Figure, options: PngOptions = {}): Promise<Uint8Array> {
  const { scale = 1, theme = 'light' } = options
  if (!(scale >= 0.1 && scale <= 10)) {
    throw new DiaboloError('E_OPTION', {
      at: 'scale of a PNG',
      expected: 'a number from 0.1 to 10',
      found: `${scale}`,
      hint: 'use 1 for screens and 2 for print',
    })
  }
  const { Resvg } = await loadRenderer(figure.id)
  const renderer = new Resvg(placeHats(resolveTheme(figure.svg, theme)), {
    fitTo: { mode: 'zoom', value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: [createRequire(import.meta.url).resolve(FONT_FILE)],
      defaultFontFamily: FONT_FAMILY,
      sansSerifFamily: FONT_FAMILY,
    },
  })
  return renderer.render().asPng()
}

/**
 * ρ̂ is a letter and a combining mark, which the rasteriser puts beside the letter: in its place a mark of its own, drawn
 * back over the letter. The widths are those of the face, in em: ρ 0.569, ˆ 0.333.
 */
const placeHats = (svg: string): string =>
  svg.replace(/<text[^>]*>[^<]*<\/text>/g, (text) =>
    text.replace(/ρ\u0302(&[^;]+;|[^<&])?/g, 'ρ<tspan dx="-0.451em">ˆ</tspan><tspan dx="0.118em">$1</tspan>'),
  )

async function loadRenderer(id: string): Promise<typeof import('@resvg/resvg-js')> {
  try {
    return await import('@resvg/resvg-js')
  } catch (cause) {
    throw new DiaboloError('E_RUNTIME', {
      at: `PNG of figure "${id}"`,
      expected: 'the optional package @resvg/resvg-js',
      found: 'none that loads on this machine',
      hint: 'run `npm install @resvg/resvg-js`, or use the SVG of the figure',
      cause,
    })
  }
}
