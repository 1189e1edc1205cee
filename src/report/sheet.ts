import { encode, type IndexedColors } from 'fast-png'
import { DiaboloError } from '../base/errors.js'
import { showShape, sizeOf } from '../base/shape.js'
import { coordinate } from './markup.js'

/** `[height, width, channels]`; 1 channel is grey, 3 are red, green and blue. */
export type ImageShape = readonly number[]

/** Pixels of many pictures in one; what no picture covers is transparent. */
export interface Sheet {
  readonly width: number
  readonly height: number
  /** Bytes per pixel: 1 is an index into a palette, 2 are grey and alpha, 4 are red, green, blue and alpha. */
  readonly channels: 1 | 2 | 4
  readonly data: Uint8Array
}

export const blankSheet = (width: number, height: number, channels: Sheet['channels']): Sheet => ({
  width,
  height,
  channels,
  data: new Uint8Array(width * height * channels),
})

/**
 * How many pictures of a shape the values hold.
 *
 * @throws E_SHAPE when the shape is not `[height, width, 1 or 3]`, or the values are not a positive number of pictures
 */
export function countImages(values: { readonly length: number }, shape: ImageShape, at: string): number {
  const fits =
    shape.length === 3 && shape.every((n) => Number.isInteger(n) && n > 0) && (shape[2] === 1 || shape[2] === 3)
  if (!fits) {
    throw new DiaboloError('E_SHAPE', {
      at,
      expected: 'pictures of shape [height, width, 1] or [height, width, 3]',
      found: showShape(shape),
      hint: 'only grey and RGB pictures can be drawn',
    })
  }
  return countWhole(values, sizeOf(shape), `pictures of shape ${showShape(shape)}`, at)
}

/** @throws E_SHAPE when the values are not a positive number of records of `size` values each */
export function countWhole(values: { readonly length: number }, size: number, records: string, at: string): number {
  const count = values.length / size
  if (count > 0 && Number.isInteger(count)) return count
  throw new DiaboloError('E_SHAPE', {
    at,
    expected: `a positive multiple of ${size} values (${records})`,
    found: `${values.length} values`,
    hint: 'check the shape',
  })
}

/**
 * Screen pixels for one picture pixel, a whole number so that all come out the same size: the picture's width is near
 * `target`, and at most 4/3 of it unless one pixel each is more.
 */
export const chooseZoom = (pixels: number, target = 560): number => Math.max(1, Math.round(target / pixels))

/** Of words beside pictures: it grows with the width, so that they stay legible where the figure is shown small. */
export const chooseTextSize = (width: number): number => Math.min(22, Math.max(13, width * 0.03))

/**
 * Tiles in a row: a divisor of their number that makes the sheet at most 1.6 times as wide as high and about `widest` pixels wide;
 * where there is none, a square or the widest, with a rest in the last row.
 */
export function chooseColumns(tiles: number, tile: number, widest = 760): number {
  const limit = Math.max(1, Math.floor(widest / tile))
  const square = Math.ceil(Math.sqrt(tiles))
  const divides = (columns: number) => tiles % columns === 0
  if (square > limit) return countBetween(limit, Math.ceil(limit * 0.75)).find(divides) ?? limit
  return countBetween(square, Math.min(limit, Math.floor(Math.sqrt(tiles) * 1.6))).find(divides) ?? square
}

/** Whole numbers from `first` to `last`, upwards or downwards. */
const countBetween = (first: number, last: number): number[] =>
  Array.from({ length: Math.abs(last - first) + 1 }, (_, i) => first + i * Math.sign(last - first))

/** An SVG element that shows the sheet with its top left corner at (0, y), `zoom` units a pixel, without smoothing. */
export function embedSheet(sheet: Sheet, y: number, zoom: number, palette?: IndexedColors): string {
  const png = encode({ ...sheet, depth: 8, ...(palette && { palette }) }, { zlib: { level: 9 } })
  return `<image href="data:image/png;base64,${toBase64(png)}" x="0" y="${coordinate(y)}" width="${sheet.width * zoom}" height="${sheet.height * zoom}" image-rendering="optimizeSpeed"/>`
}

function toBase64(bytes: Uint8Array): string {
  const chunk = 0x8000
  let binary = ''
  for (let i = 0; i < bytes.length; i += chunk) binary += String.fromCharCode(...bytes.subarray(i, i + chunk))
  return btoa(binary)
}
