import { DiaboloError } from '../base/errors.js'
import { showShape } from '../base/shape.js'
import { drawColorBar } from './color-bar.js'
import { divergingColor, type Rgb, sequentialColor } from './color-scale.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { coordinate, escapeText, fitText } from './markup.js'
import { formatNumber } from './number-format.js'
import { blankSheet, chooseColumns, chooseTextSize, chooseZoom, countWhole, embedSheet } from './sheet.js'
import { LIGHT } from './theme.js'

export interface FeatureMapsOptions extends FigureOptions {
  /** float32 [samples, channels, height, width], row-major: what a convolutional layer made of each sample. */
  readonly maps: Float32Array
  /** Of one sample: `[height, width, channels]`, any number of channels. */
  readonly shape: readonly number[]
  /** One caption per sample: `a three`. None unless given. */
  readonly names?: readonly string[]
  /** `own` stretches each map over all colours, `common` lets all share one scale; `own` unless given. */
  readonly scaling?: 'own' | 'common'
  /** Maps in a row; unless given, as many of a sample's as fit, or near a square for a single sample. */
  readonly columns?: number
}

/** Transparent pixels between maps: one where two would be a large part of a map. */
const chooseGap = (wide: number): number => (wide >= 14 ? 2 : 1)

/** Palette entry 0 is transparent; 1 … 255 run through the colours. */
const paletteOf = (color: (t: number) => Rgb): number[][] =>
  Array.from({ length: 256 }, (_, i) => (i === 0 ? [0, 0, 0, 0] : [...color((i - 1) / 254), 255]))
const SEQUENTIAL = paletteOf(sequentialColor)
/** Entry 128 is 0. */
const DIVERGING = paletteOf((t) => divergingColor(2 * t - 1))

/**
 * One tile per channel of a convolutional layer, samples below each other. Where no value is negative, colours run from
 * 0 to the largest value; else they diverge from 0, as far to either side.
 *
 * @throws E_SHAPE when the maps are not whole samples of the shape, or the names not one per sample;
 *         E_VALUE when a value is not finite; E_OPTION when `columns` is not a whole number above 0
 */
export function drawFeatureMaps(options: FeatureMapsOptions): Figure {
  const { maps, shape, names, scaling = 'own', id = 'feature-maps', title = 'Feature maps' } = options
  const samples = countSamples(maps, shape, names)
  const [high, wide, channels] = shape as [number, number, number]
  const gap = chooseGap(wide)
  const columns = Math.min(channels, options.columns ?? chooseLayout(samples, channels, wide + gap))
  if (!(Number.isInteger(columns) && columns > 0)) throw badColumns(columns)
  const { signed, sizes } = measure(maps, high * wide)
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0)

  const rows = Math.ceil(channels / columns)
  const sheetWidth = columns * (wide + gap) - gap
  const blockHeight = rows * (high + gap) - gap
  // Columns of maps grow no higher than rows of them grow wide.
  const zoom = chooseZoom(Math.max(sheetWidth, samples * blockHeight))
  const width = Math.max(sheetWidth * zoom, MIN_WIDTH)
  const size = chooseTextSize(width)
  const toPixels = (length: number) => Math.ceil(length / zoom)
  const captionBand = names ? toPixels(size * 1.75) : 0
  const blockGap = samples > 1 ? toPixels(names ? size * 0.4 : size * 0.8) : 0
  const pitch = captionBand + blockHeight + blockGap
  const sheet = blankSheet(sheetWidth, samples * pitch - captionBand - blockGap, 1)
  for (let tile = 0; tile < samples * channels; tile++) {
    const channel = tile % channels
    const left = (channel % columns) * (wide + gap)
    const top = Math.floor(tile / channels) * pitch + Math.floor(channel / columns) * (high + gap)
    const range = (scaling === 'common' ? largest : (sizes[tile] as number)) || 1
    for (let y = 0; y < high; y++) {
      for (let x = 0; x < wide; x++) {
        const t = (maps[(tile * high + y) * wide + x] as number) / range
        sheet.data[(top + y) * sheetWidth + left + x] = 1 + Math.round(254 * (signed ? (t + 1) / 2 : t))
      }
    }
  }

  const sheetTop = captionBand * zoom
  const outlines = Array.from({ length: samples }, (_, i) =>
    outline(sheetTop + i * pitch * zoom, zoom, { channels, columns, wide: wide + gap, high: high + gap, gap }),
  )
  const bottom = sheetTop + sheet.height * zoom
  const captions = (names ?? []).map((name, i) => {
    const baseline = sheetTop + i * pitch * zoom - size * 0.5
    return `<text x="0" y="${coordinate(baseline)}" font-size="${coordinate(size)}" fill="${LIGHT.ink}">${escapeText(fitText(name, width, size))}</text>`
  })
  const bar = drawColorBar({
    id: `${id}-scale`,
    top: bottom + size,
    width: Math.min(width, Math.round(size * 20)),
    size,
    range: largest || 1,
    clipped: false,
    name: 'value',
    kind: signed ? 'diverging' : 'sequential',
    ...(scaling === 'own' && { labels: signed ? ['−max', '0, each map', 'max'] : ['0', 'each map', 'max'] }),
  })
  const body = [
    `<path d="${outlines.join('')}" fill="${LIGHT.border}"/>`,
    embedSheet(sheet, sheetTop, zoom, signed ? DIVERGING : SEQUENTIAL),
    ...captions,
    bar.svg,
  ]
  const silent = sizes.filter((most) => most === 0).length
  const alt = [
    `${channels} feature ${channels === 1 ? 'map' : 'maps'} of ${high} × ${wide} values for ${samples === 1 ? '1 sample' : `each of ${samples} samples`}, ${columns} in a row.`,
    names ? `Samples: ${names.join('; ')}.` : '',
    signed ? 'Blue is negative, white is zero, orange is positive.' : 'Dark is zero, pale yellow is largest.',
    scaling === 'own' ? 'Each map has a scale of its own;' : 'All maps share one scale;',
    `the largest absolute value is ${formatNumber(Number(largest.toPrecision(3)))}.`,
    silent === 0 ? '' : `${silent} of ${sizes.length} maps are zero everywhere.`,
  ]
  return frameFigure(
    { ...options, id, title },
    {
      width,
      height: Math.ceil(bottom + size + bar.height),
      alt: alt.filter((part) => part !== '').join(' '),
      body: body.join('\n'),
    },
  )
}

/** Room for the colour bar and its labels. */
const MIN_WIDTH = 240

/** Of a row of maps: in its own pixels, and as maps that are still large enough to see. */
const WIDEST = 760
const MOST = 18

/** Near a square for a single sample, else one row per sample, or several of even length. */
function chooseLayout(samples: number, channels: number, tile: number): number {
  if (samples === 1) return chooseColumns(channels, tile, WIDEST)
  const limit = Math.max(1, Math.min(MOST, Math.floor(WIDEST / tile)))
  return Math.ceil(channels / Math.ceil(channels / limit))
}

/** Behind the maps of one sample, so that their borders show where values are 0. */
function outline(
  top: number,
  zoom: number,
  { channels, columns, wide, high, gap }: Record<'channels' | 'columns' | 'wide' | 'high' | 'gap', number>,
): string {
  const across = (tiles: number) => (tiles * wide - gap) * zoom
  const down = (tiles: number) => (tiles * high - gap) * zoom
  const [full, rest] = [Math.floor(channels / columns), channels % columns]
  const lower = rest > 0 ? `H${across(rest)}V${top + down(full + 1)}` : ''
  return `M0 ${top}H${across(columns)}V${top + down(full)}${lower}H0Z`
}

/** The largest |value| of each map, and whether any value is negative. */
function measure(maps: Float32Array, area: number): { signed: boolean; sizes: Float32Array } {
  const sizes = new Float32Array(maps.length / area)
  let signed = false
  maps.forEach((value, i) => {
    if (!Number.isFinite(value)) {
      throw new DiaboloError('E_VALUE', {
        at: `value ${i} (counted from 0) of the feature maps`,
        expected: 'a finite number',
        found: `${value}`,
        hint: 'maps of a diverged model cannot be drawn',
      })
    }
    signed ||= value < 0
    const map = Math.floor(i / area)
    sizes[map] = Math.max(sizes[map] as number, Math.abs(value))
  })
  return { signed, sizes }
}

function countSamples(maps: Float32Array, shape: readonly number[], names: readonly string[] | undefined): number {
  if (shape.length !== 3 || !shape.every((n) => Number.isInteger(n) && n > 0)) {
    throw new DiaboloError('E_SHAPE', {
      at: 'feature maps',
      expected: 'samples of shape [height, width, channels]',
      found: showShape(shape),
      hint: 'give the output shape of the layer',
    })
  }
  const [high, wide, channels] = shape as [number, number, number]
  const records = `samples of ${showShape([channels, high, wide])}, channels first`
  const samples = countWhole(maps, high * wide * channels, records, 'feature maps')
  if (!names || names.length === samples) return samples
  throw new DiaboloError('E_SHAPE', {
    at: 'names of the feature maps',
    expected: `${samples}, one per sample`,
    found: `${names.length}`,
    hint: 'give one name per sample, or none at all',
  })
}

const badColumns = (columns: number) =>
  new DiaboloError('E_OPTION', {
    at: 'columns of the feature maps',
    expected: 'a whole number above 0',
    found: `${columns}`,
    hint: 'leave it out to have it chosen',
  })
