import { DiaboloError } from '../base/errors.js'
import type { Figure, FigureOptions } from './figure.js'
import { drawImageGrid } from './image-grid.js'
import type { LegendEntry } from './legend.js'
import { LIGHT } from './theme.js'

/** Samples as pictures, or the class of every pixel of each. */
export interface ClassMapRow {
  /** What the row shows: `scene`, `truth`. */
  readonly caption: string
  /** Picture after picture, as in an image grid. */
  readonly images?: Float32Array | Uint8Array
  /** Classes of their pixels, row-major, from 0. */
  readonly classMaps?: Uint8Array
  /** A short text under each. */
  readonly notes?: readonly string[]
}

export interface ClassMapGridOptions extends FigureOptions {
  /** Of a sample: `[height, width, channels]`, 1 channel (grey) or 3 (RGB). */
  readonly shape: readonly [height: number, width: number, channels: 1 | 3]
  /** From top to bottom; all with the same number of samples, one column each. */
  readonly rows: readonly ClassMapRow[]
  /** What the classes are called; the first is the ground, and is left pale. */
  readonly classes: readonly string[]
}

/** Of the ground, then of the classes that stand on it: any two can be told apart without red, green or blue cones too. */
const CLASS_COLORS = [
  ...[LIGHT.grid, LIGHT.navy, LIGHT.orange, LIGHT.sky, LIGHT.olive, LIGHT.violet, LIGHT.teal, LIGHT.brick],
  ...[LIGHT.stone, LIGHT.indigo, LIGHT.plum],
] as const

const SQUARE = 'm-5 -5h10v10h-10z'

/**
 * Samples over the class maps that belong to them, and those that a model gives, with the colours of the classes beneath.
 *
 * @throws E_OPTION when there are more classes than colours; E_VALUE when a pixel has a class without a name; and what
 *         `drawImageGrid` throws
 */
export function drawClassMapGrid(options: ClassMapGridOptions): Figure {
  const { rows, shape, classes, id = 'class-maps', title = 'Classes of pixels', caption } = options
  if (classes.length > CLASS_COLORS.length) {
    throw new DiaboloError('E_OPTION', {
      at: 'classes of a figure of class maps',
      expected: `at most ${CLASS_COLORS.length}, as many as can be told apart`,
      found: `${classes.length}`,
      hint: 'merge classes',
    })
  }
  const colors = classes.map((_, i) => bytesOf(CLASS_COLORS[i] as string))
  const [height, width, channels] = shape
  return drawImageGrid({
    id,
    title,
    ...(caption !== undefined && { caption }),
    shape: [height, width, 3],
    rows: rows.map(({ images, classMaps, ...row }) => ({
      ...row,
      images: classMaps ? colored(classMaps, colors) : inColor(images ?? new Uint8Array(), channels),
    })),
    legend: classes.map((name, i): LegendEntry => {
      // not written as the theme writes it: the pictures have the same colours on a dark screen
      return { name, color: `rgb(${colors[i]})`, dash: [], mark: SQUARE, edged: true }
    }),
  })
}

type Color = readonly [red: number, green: number, blue: number]

const bytesOf = (hex: string): Color => {
  const at = (from: number) => Number.parseInt(hex.slice(from, from + 2), 16)
  return [at(1), at(3), at(5)]
}

function colored(classMaps: Uint8Array, colors: readonly Color[]): Uint8Array {
  const out = new Uint8Array(3 * classMaps.length)
  classMaps.forEach((label, i) => {
    const color = colors[label]
    if (!color) {
      throw new DiaboloError('E_VALUE', {
        at: `pixel ${i} of the class maps of a figure (counted from 0)`,
        expected: `a class from 0 to ${colors.length - 1}`,
        found: `${label}`,
        hint: 'give every class a name',
      })
    }
    out.set(color, 3 * i)
  })
  return out
}

/** Grey pictures as red, green and blue alike. */
function inColor(images: Float32Array | Uint8Array, channels: 1 | 3): Float32Array | Uint8Array {
  if (channels === 3) return images
  const out = images instanceof Uint8Array ? new Uint8Array(3 * images.length) : new Float32Array(3 * images.length)
  images.forEach((value, i) => {
    out.fill(value, 3 * i, 3 * i + 3)
  })
  return out
}
