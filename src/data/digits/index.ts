import { DiaboloError } from '../../base/errors.js'
import { type Rng, rng } from '../../base/random.js'
import type { Dataset } from '../dataset.js'
import type { Form } from './form.js'
import { print } from './page.js'
import { writePath } from './pen.js'
import { develop, PIXELS, SIDE } from './raster.js'
import { FORMS, PEN } from './skeletons.js'
import { drawStyle } from './style.js'

export interface DigitsOptions {
  /** How many images, at least 1. */
  readonly rows: number
  /** A whole number; 1 if left out. */
  readonly seed?: number
  /** The first row, for taking the same endless set piece by piece; 0 if left out. */
  readonly from?: number
}

/**
 * Handwritten-looking digits, made from nothing: rows `from` … `from + rows − 1` of the endless set of a seed, in memory.
 * Images are uint8 [28, 28, 1], white (255) on black as in MNIST; labels are 0 … 9, equally likely.
 *
 * @throws E_OPTION when an option is not a whole number in its range, or the images do not fit in one array
 */
export function digits({ rows, seed = 1, from = 0 }: DigitsOptions): Dataset {
  requireDigits({ rows, seed, from })
  const values = allocate(rows)
  const labels = new Uint8Array(rows)
  fillDigits(values, labels, from, from + rows, seed)
  return { name: 'digits', rows, shape: [SIDE, SIDE, 1], dtype: 'uint8', values, scale: 1 / 255, labels }
}

/**
 * Draws rows `from` … `to − 1` of a seed. A row is the same however rows are split between calls and workers.
 *
 * @param target  at least (to − from) × 784 bytes, filled from its start
 * @param labels  at least to − from bytes, filled from its start
 * @throws E_SHAPE when the rows do not fit
 */
export function fillDigits(target: Uint8Array, labels: Uint8Array, from: number, to: number, seed: number): void {
  const room = Math.min(Math.floor(target.length / PIXELS), labels.length)
  if (to - from > room) {
    throw new DiaboloError('E_SHAPE', {
      at: `digits, rows ${from} to ${to}`,
      expected: `${(to - from) * PIXELS} bytes for images and ${to - from} for labels`,
      found: `${target.length} and ${labels.length}`,
      hint: `ask for at most ${room} rows, or give larger arrays`,
    })
  }
  for (let row = from; row < to; row++) labels[row - from] = drawDigit(target, (row - from) * PIXELS, seed, row)
}

/** Draws one row of a seed into `target[offset … offset + 783]`, row-major, and returns its label. */
export function drawDigit(target: Uint8Array, offset: number, seed: number, row: number): number {
  const random = rng(seed, 'digits', row)
  const label = random.int(10)
  const form = choose(FORMS[label] as readonly Form[], random)
  const style = drawStyle(random, PEN[label] as number)
  print(writePath(form, style, random), style, random)
  develop(target, offset)
  return label
}

function choose(forms: readonly Form[], random: Rng): Form {
  let total = 0
  for (const form of forms) total += form.share
  let left = random.uniform() * total
  for (const form of forms) {
    left -= form.share
    if (left < 0) return form
  }
  return forms[0] as Form
}

function allocate(rows: number): Uint8Array {
  try {
    return new Uint8Array(rows * PIXELS)
  } catch (cause) {
    throw new DiaboloError('E_OPTION', {
      at: 'rows of the digits',
      expected: 'images that fit in one array in memory',
      found: `${rows} rows, ${rows * PIXELS} bytes`,
      hint: 'ask for fewer rows at a time, with `from`',
      cause,
    })
  }
}

/** @throws E_OPTION when an option is not a whole number in its range */
export function requireDigits({ rows, seed, from }: Required<DigitsOptions>): void {
  requireWhole('rows', rows, 1)
  requireWhole('seed', seed, Number.MIN_SAFE_INTEGER)
  requireWhole('from', from, 0)
}

function requireWhole(option: keyof DigitsOptions, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new DiaboloError('E_OPTION', {
    at: `${option} of the digits`,
    expected: least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number, at least ${least}`,
    found: `${value}`,
    hint: option === 'rows' ? 'say how many images to draw, for example 20000' : 'leave it out for the default',
  })
}
