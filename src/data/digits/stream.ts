import { type RowStream, rowStream } from '../row-stream.js'
import { type DigitsOptions, fillDigits, requireDigits } from './index.js'
import { PIXELS, SIDE } from './raster.js'

/** Draws rows `from` … `to − 1` of a seed: bytes, (to − from) × 784. */
export type Draw = (from: number, to: number, seed: number) => Promise<Uint8Array>

/** On this thread. */
export const drawHere: Draw = async (from, to, seed) => {
  const values = new Uint8Array((to - from) * PIXELS)
  fillDigits(values, new Uint8Array(to - from), from, to, seed)
  return values
}

/**
 * The same images as `digits`, drawn as they are needed: any number of them, in little memory.
 *
 * @throws E_OPTION when an option is not a whole number in its range
 */
export function digitsStream({ rows, seed = 1, from: first = 0 }: DigitsOptions, draw: Draw = drawHere): RowStream {
  requireDigits({ rows, seed, from: first })
  return rowStream({
    name: 'digits',
    rows,
    shape: [SIDE, SIDE, 1],
    read: (from, to) => draw(first + from, first + to, seed),
  })
}
