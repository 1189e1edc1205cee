import { DiaboloError } from '../base/errors.js'
import { showShape } from '../base/shape.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { type LegendEntry, layOutLegend } from './legend.js'
import { coordinate, escapeText, estimateWidth, fitText } from './markup.js'
import {
  blankSheet,
  chooseTextSize,
  chooseZoom,
  countImages,
  embedSheet,
  type ImageShape,
  type Sheet,
} from './sheet.js'
import { LIGHT } from './theme.js'

export interface ImageRow {
  /** What the row shows: `original`, `reconstruction`. */
  readonly caption: string
  /** Picture after picture: bytes, or floats in [0, 1] (values beyond are shown as 0 or 1). */
  readonly images: Float32Array | Uint8Array
  /** A short text under each picture, such as its error. */
  readonly notes?: readonly string[]
}

export interface ImageGridOptions extends FigureOptions {
  /** Of one picture: `[height, width, channels]`, 1 channel (grey) or 3 (RGB). */
  readonly shape: ImageShape
  /** From top to bottom; all with the same number of pictures, one column each. */
  readonly rows: readonly ImageRow[]
  /** What colours in the pictures mean, beneath them. */
  readonly legend?: readonly LegendEntry[]
}

/** Transparent pixels between columns. */
const GAP = 2
/** Above a legend, in screen pixels. */
const LEGEND_GAP = 12
/** Widest sheet, in screen pixels, that is shown at two of them a pixel for its own sake. */
const MAX_DOUBLED = 1000

/**
 * Rows of pictures above each other, such as originals over their reconstructions.
 *
 * @throws E_SHAPE when there is no row, a row does not hold whole pictures, or rows differ in their number of pictures
 *         or notes; E_VALUE when a float is not finite
 */
export function drawImageGrid(options: ImageGridOptions): Figure {
  const { rows, shape, legend, id = 'image-grid', title = 'Originals and reconstructions' } = options
  const columns = requireEqualRows(rows, shape)
  const [high, wide, channels] = shape as [number, number, number]
  const sheetWidth = columns * (wide + GAP) - GAP
  // Sixteen digits in a row are too small to judge at one pixel each.
  const zoom = Math.max(chooseZoom(sheetWidth), 2 * sheetWidth <= MAX_DOUBLED ? 2 : 1)
  const width = sheetWidth * zoom

  const size = chooseTextSize(width)
  const noteSize = Math.min(
    size,
    ...rows.flatMap(({ notes = [] }) => notes.map((note) => fitSize(note, wide * zoom * 0.93))),
  )
  const toPixels = (length: number) => Math.ceil(length / zoom)
  const captionBand = toPixels(size * 1.75)
  const noteBand = toPixels(noteSize * 1.5)
  const rowGap = toPixels(size * 0.4)

  let bottom = 0
  const bands = rows.map(({ notes }, i) => {
    const imageTop = bottom + captionBand + (i > 0 ? rowGap : 0)
    bottom = imageTop + high + (notes ? noteBand : 0)
    return { imageTop, noteBaseline: (imageTop + high) * zoom + noteSize * 1.15 }
  })
  const sheetTop = bands[0]?.imageTop ?? 0
  const sheetBottom = (bands.at(-1)?.imageTop ?? 0) + high
  const sheet = blankSheet(sheetWidth, sheetBottom - sheetTop, channels === 1 ? 2 : 4)
  rows.forEach(({ images }, i) => {
    const top = (bands[i]?.imageTop ?? 0) - sheetTop
    for (let column = 0; column < columns; column++) {
      paste(sheet, images, column * high * wide * channels, shape, column * (wide + GAP), top)
    }
  })

  const body = [embedSheet(sheet, sheetTop * zoom, zoom)]
  rows.forEach(({ caption, notes }, i) => {
    const { imageTop, noteBaseline } = bands[i] as (typeof bands)[number]
    const baseline = imageTop * zoom - size * 0.5
    body.push(
      `<text x="0" y="${coordinate(baseline)}" font-size="${coordinate(size)}" fill="${LIGHT.ink}">${escapeText(fitText(caption, width, size))}</text>`,
    )
    notes?.forEach((note, column) => {
      const middle = (column * (wide + GAP) + wide / 2) * zoom
      body.push(
        `<text x="${coordinate(middle)}" y="${coordinate(noteBaseline)}" text-anchor="middle" font-size="${coordinate(noteSize)}" fill="${LIGHT.muted}">${escapeText(note)}</text>`,
      )
    })
  })
  const kind = `${channels === 1 ? 'grey' : 'RGB'} pictures of ${high} × ${wide} pixels`
  const alt = [
    `${columns} columns of ${kind} in ${rows.length === 1 ? '1 row' : `${rows.length} rows`}.`,
    ...rows.map(({ caption, notes }, i) => {
      return `Row ${i + 1}: ${caption}${notes ? ` (${notes.join('; ')})` : ''}.`
    }),
  ].join(' ')
  if (!legend)
    return frameFigure({ ...options, id, title }, { width, height: bottom * zoom, alt, body: body.join('\n') })
  const { svg, height } = layOutLegend(legend, width)
  const top = bottom * zoom + LEGEND_GAP
  body.push(`<g transform="translate(0 ${coordinate(top)})">${svg}</g>`)
  return frameFigure({ ...options, id, title }, { width, height: top + height, alt, body: body.join('\n') })
}

/** The faces of some systems are wider than estimated: the room given leaves a little over. */
const fitSize = (text: string, width: number): number => width / Math.max(1e-9, estimateWidth(text, 1))

function requireEqualRows(rows: readonly ImageRow[], shape: ImageShape): number {
  const [first] = rows
  if (!first) {
    throw new DiaboloError('E_SHAPE', {
      at: 'image grid',
      expected: 'at least one row of pictures',
      found: 'none',
      hint: 'give for example the originals',
    })
  }
  const columns = countImages(first.images, shape, `row "${first.caption}" of the image grid`)
  for (const { caption, images, notes } of rows) {
    const at = `row "${caption}" of the image grid`
    const count = countImages(images, shape, at)
    if (count === columns && (!notes || notes.length === columns)) continue
    throw new DiaboloError('E_SHAPE', {
      at,
      expected: `${columns} pictures of shape ${showShape(shape)}, and as many notes or none`,
      found: `${count} pictures${notes ? ` and ${notes.length} notes` : ''}`,
      hint: 'every row shows the same samples',
    })
  }
  return columns
}

function paste(
  sheet: Sheet,
  images: Float32Array | Uint8Array,
  from: number,
  shape: ImageShape,
  left: number,
  top: number,
) {
  const [high, wide, channels] = shape as [number, number, number]
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const pixel = ((top + y) * sheet.width + left + x) * sheet.channels
      const start = from + (y * wide + x) * channels
      for (let c = 0; c < channels; c++) sheet.data[pixel + c] = toByte(images, start + c)
      sheet.data[pixel + channels] = 255
    }
  }
}

function toByte(images: Float32Array | Uint8Array, i: number): number {
  const value = images[i] as number
  if (images instanceof Uint8Array) return value
  if (Number.isFinite(value)) return Math.round(Math.min(1, Math.max(0, value)) * 255)
  throw new DiaboloError('E_VALUE', {
    at: `value ${i} of a row of the image grid (counted from 0)`,
    expected: 'a finite number',
    found: `${value}`,
    hint: 'pictures from a diverged model cannot be drawn',
  })
}
