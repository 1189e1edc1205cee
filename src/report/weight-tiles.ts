import { DiaboloError } from '../base/errors.js'
import { showShape, sizeOf } from '../base/shape.js'
import { drawColorBar } from './color-bar.js'
import { divergingColor } from './color-scale.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { formatNumber } from './number-format.js'
import {
  blankSheet,
  chooseColumns,
  chooseTextSize,
  chooseZoom,
  countImages,
  embedSheet,
  type ImageShape,
} from './sheet.js'
import { LIGHT } from './theme.js'

export interface WeightTilesOptions extends FigureOptions {
  /** float32 [height × width, units], row-major: column j holds the weights into hidden unit j. */
  readonly weights: Float32Array
  /** Of one input: `[height, width, 1]`. */
  readonly shape: ImageShape
  /** The weight that gets the strongest colour; unless given, the 99.5th percentile of |weight|. */
  readonly range?: number
  /** Tiles in a row; near a square unless given. */
  readonly columns?: number
}

/** Transparent pixels between tiles. */
const GAP = 2
/** Palette entry 0 is transparent; 1 … 255 run from −range over 0 (entry 128) to +range. */
const MIDDLE = 128
const STEPS = 127
const PALETTE = Array.from({ length: 256 }, (_, i) =>
  i === 0 ? [0, 0, 0, 0] : [...divergingColor((i - MIDDLE) / STEPS), 255],
)

/**
 * The weights into each hidden unit as a tile of the input's shape, unit 0 at the top left, row after row. All tiles
 * share one colour scale, symmetric about 0.
 *
 * @throws E_SHAPE when the weights are not whole columns for pictures of one channel;
 *         E_VALUE when a weight is not finite; E_OPTION when `range` or `columns` is not above 0
 */
export function drawWeightTiles(options: WeightTilesOptions): Figure {
  const { weights, shape, id = 'weight-tiles', title = 'Encoder weights, one tile per hidden unit' } = options
  const units = countUnits(weights, shape)
  const [high, wide] = shape as [number, number, number]
  const sizes = weights.map(Math.abs).sort()
  const largest = requireFinite(sizes.at(-1) as number)
  const { range: strongest = quantile(sizes, 0.995) || largest || 1 } = options
  const columns = Math.min(units, options.columns ?? chooseColumns(units, wide + GAP))
  requirePositive('range', strongest)
  requirePositive('columns', columns)

  const rows = Math.ceil(units / columns)
  const sheet = blankSheet(columns * (wide + GAP) - GAP, rows * (high + GAP) - GAP, 1)
  for (let unit = 0; unit < units; unit++) {
    const left = (unit % columns) * (wide + GAP)
    const top = Math.floor(unit / columns) * (high + GAP)
    for (let y = 0; y < high; y++) {
      for (let x = 0; x < wide; x++) {
        const weight = weights[(y * wide + x) * units + unit] as number
        sheet.data[(top + y) * sheet.width + left + x] = paletteEntry(weight / strongest)
      }
    }
  }
  const zoom = chooseZoom(sheet.width)
  const width = sheet.width * zoom
  const tilesHeight = sheet.height * zoom
  const size = chooseTextSize(width)
  const bar = drawColorBar({
    id: `${id}-scale`,
    top: tilesHeight + size,
    width: Math.min(width, Math.round(size * 20)),
    size,
    range: strongest,
    clipped: largest > strongest,
    name: 'weight',
  })
  // Behind the tiles, so that their borders show where weights are near 0.
  const full = (Math.floor(units / columns) * (high + GAP) - GAP) * zoom
  const rest = ((units % columns) * (wide + GAP) - GAP) * zoom
  const outline = `M0 0H${width}V${full}${rest > 0 ? `H${rest}V${tilesHeight}` : ''}H0Z`
  const body = [`<path d="${outline}" fill="${LIGHT.border}"/>`, embedSheet(sheet, 0, zoom, PALETTE), bar.svg].join(
    '\n',
  )
  const alt = [
    `${units} ${units === 1 ? 'tile' : 'tiles'} of ${high} × ${wide} pixels, one per hidden unit, ${columns} in a row.`,
    'Blue is negative, white is zero, orange is positive;',
    `the strongest colours stand for ${formatNumber(-strongest)} and ${formatNumber(strongest)}.`,
    `The largest absolute weight is ${formatNumber(largest)}.`,
  ].join(' ')
  const height = Math.ceil(tilesHeight + size + bar.height)
  return frameFigure({ ...options, id, title }, { width, height, alt, body })
}

/** Rounds to the nearest entry, the same way on both sides of 0. */
const paletteEntry = (t: number): number => MIDDLE + Math.sign(t) * Math.round(Math.min(1, Math.abs(t)) * STEPS)

function countUnits(weights: Float32Array, shape: ImageShape): number {
  const units = countImages(weights, shape, 'weight tiles')
  if (shape[2] === 1) return units
  throw new DiaboloError('E_SHAPE', {
    at: 'weight tiles',
    expected: 'inputs of one channel, [height, width, 1]',
    found: showShape(shape),
    hint: `draw one channel at a time: ${sizeOf(shape.slice(0, 2))} weights a unit`,
  })
}

/** @param sorted ascending, not empty */
const quantile = (sorted: Float32Array, q: number): number => sorted[Math.floor((sorted.length - 1) * q)] as number

/** NaN sorts last, as infinity does: the last of the sorted sizes tells of both. */
function requireFinite(largest: number): number {
  if (Number.isFinite(largest)) return largest
  throw new DiaboloError('E_VALUE', {
    at: 'weight tiles',
    expected: 'finite weights',
    found: `${largest}`,
    hint: 'weights of a diverged model cannot be drawn',
  })
}

function requirePositive(option: 'range' | 'columns', value: number): void {
  if (Number.isFinite(value) && value > 0 && (option === 'range' || Number.isInteger(value))) return
  throw new DiaboloError('E_OPTION', {
    at: `${option} of the weight tiles`,
    expected: option === 'columns' ? 'a whole number above 0' : 'a number above 0',
    found: `${value}`,
    hint: 'leave it out to have it chosen',
  })
}
