import { DiaboloError } from '../../base/errors.js'
import { type Rng, rng } from '../../base/random.js'
import { showShape } from '../../base/shape.js'
import { type Dataset, widthOf } from '../dataset.js'
import { drawTexture, type Texture } from './texture.js'

/** Pixels each way. */
export const SCENE_SIDE = 48

/** What the class of a pixel is called, by number. */
export const SCENE_CLASSES = ['ground', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

const PIXELS = SCENE_SIDE * SCENE_SIDE

/** From which value on a pixel of a digit belongs to it. */
const INK = 128

/** Rows and columns at the edge of a digit's image that are blank as a rule: digits may stand so far out. */
const MARGIN = 4

/** How near the centres of two digits may be, in pixels, and how often a place is looked for. */
const APART = 17
const TRIES = 30

export interface ScenesOptions {
  /** How many scenes, at least 1. */
  readonly rows: number
  /** Digits to place: grey images of bytes, white on black, with labels 0 … 9. */
  readonly digits: Dataset
  /** A whole number; 1 when left out. */
  readonly seed?: number
  /** The first row, for taking the same endless set piece by piece; 0 when left out. */
  readonly from?: number
}

/**
 * Two or three digits, each of a surface of its own, lighter or darker, on a textured ground: images uint8 [48, 48, 1] with the
 * class of every pixel, 0 for the ground and 1 + digit elsewhere. A scene depends on the seed, its row and the digits only.
 *
 * @throws E_DATA when the digits are no such images; E_OPTION when rows are not whole numbers in their range
 */
export function scenes({ rows, digits, seed = 1, from = 0 }: ScenesOptions): Dataset {
  requireDigits(digits)
  requireWhole('rows', rows, 1)
  requireWhole('from', from, 0)
  const values = new Uint8Array(rows * PIXELS)
  const classMaps = new Uint8Array(rows * PIXELS)
  for (let row = 0; row < rows; row++) {
    const part = [row * PIXELS, (row + 1) * PIXELS] as const
    drawScene(values.subarray(...part), classMaps.subarray(...part), digits, rng(seed, 'scenes', from + row))
  }
  const shape = [SCENE_SIDE, SCENE_SIDE, 1]
  return {
    name: `scenes of ${digits.name}`,
    rows,
    shape,
    dtype: 'uint8',
    values,
    scale: 1 / 255,
    classMaps,
    classes: SCENE_CLASSES,
  }
}

function drawScene(values: Uint8Array, classMap: Uint8Array, digits: Dataset, random: Rng): void {
  const mean = 0.15 + 0.7 * random.uniform()
  const surface = Float64Array.from(everyPixel(drawTexture(random, mean, 0.25 * random.uniform())))
  const places: Place[] = []
  for (let left = 2 + random.int(2); left > 0; left--) {
    const place = findPlace(places, digits.shape, random)
    if (!place) continue
    places.push(place)
    placeDigit({ surface, classMap }, digits, place, { random, mean })
  }
  const grain = 0.06 * random.uniform()
  for (let i = 0; i < PIXELS; i++) {
    values[i] = Math.max(0, Math.min(255, Math.round(255 * ((surface[i] as number) + grain * drawGrain(random)))))
  }
}

/** About normal, of mean 0 and variance 1: the sum of four uniform numbers. */
const drawGrain = (random: Rng): number =>
  (random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2) * Math.sqrt(3)

function* everyPixel(texture: Texture): Generator<number, void, void> {
  for (let y = 0; y < SCENE_SIDE; y++) for (let x = 0; x < SCENE_SIDE; x++) yield texture(x, y)
}

/** Where a digit's image begins; its blank margin may lie outside the scene. */
interface Place {
  readonly x: number
  readonly y: number
}

/** A place that is not too near the others; nothing when there seems to be none. */
function findPlace(taken: readonly Place[], [height = 1, width = 1]: readonly number[], random: Rng) {
  const along = (length: number) => random.int(SCENE_SIDE - length + 2 * MARGIN + 1) - MARGIN
  for (let i = 0; i < TRIES; i++) {
    const place = { x: along(width), y: along(height) }
    if (taken.every((other) => distance(other, place) >= APART)) return place
  }
  return undefined
}

function distance(a: Place, b: Place): number {
  const [x, y] = [a.x - b.x, a.y - b.y]
  return Math.sqrt(x * x + y * y)
}

interface Scene {
  readonly surface: Float64Array
  readonly classMap: Uint8Array
}

/** Paints one digit, drawn from all of them, over what is there, by as much as a pixel is inked. */
function placeDigit(
  { surface, classMap }: Scene,
  { values, labels, rows, shape }: Dataset,
  place: Place,
  { random, mean }: { readonly random: Rng; readonly mean: number },
): void {
  const [height = 1, width = 1] = shape
  const which = random.int(rows)
  const difference = 0.3 + 0.25 * random.uniform()
  // away from the nearer end, so that there is room, and either way in the middle
  const isLighter = random.uniform() < (mean < 0.35 ? 1 : mean > 0.65 ? 0 : 0.5)
  const texture = drawTexture(random, mean + (isLighter ? difference : -difference), 0.15 * random.uniform())
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [place.x + column, place.y + row]
      const ink = values[(which * height + row) * width + column] as number
      if (ink === 0 || x < 0 || y < 0 || x >= SCENE_SIDE || y >= SCENE_SIDE) continue
      const at = y * SCENE_SIDE + x
      surface[at] = (surface[at] as number) * (1 - ink / 255) + (texture(x, y) * ink) / 255
      if (ink >= INK) classMap[at] = 1 + (labels?.[which] as number)
    }
  }
}

function requireWhole(option: 'rows' | 'from', value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new DiaboloError('E_OPTION', {
    at: `${option} of the scenes`,
    expected: `a whole number, at least ${least}`,
    found: `${value}`,
    hint: option === 'rows' ? 'say how many scenes to draw, for example 10000' : 'leave it out for the default',
  })
}

function requireDigits(digits: Dataset): void {
  const { name, shape, dtype, labels } = digits
  const [height = 0, width = 0, channels = 1] = shape
  const isFitting =
    dtype === 'uint8' && channels === 1 && height * width === widthOf(digits) && Math.max(height, width) <= SCENE_SIDE
  if (isFitting && labels?.every((label) => label >= 0 && label <= 9)) return
  throw new DiaboloError('E_DATA', {
    at: `data set "${name}"`,
    expected: `grey images of bytes, ${SCENE_SIDE} × ${SCENE_SIDE} at most, with labels 0 … 9`,
    found: `${dtype} ${showShape(shape)} ${labels ? 'with other labels' : 'without labels'}`,
    hint: 'give MNIST, or the built-in digits',
  })
}
