import type { Rng } from '../../base/random.js'

/** The hand of one writer at one moment. Lengths are in digit heights unless they say pixels. */
export interface Style {
  /** Shear: how far the top leans to the right, per unit of height. */
  readonly slant: number
  /** Tangent of half the angle by which the whole digit is turned. */
  readonly halfTurn: number
  /** Width over height, relative to the skeleton's. */
  readonly stretch: number
  /** Half the thickness of the stroke, in pixels. */
  readonly radius: number
  /** Relative change of thickness in horizontal (+) and vertical (−) strokes: a broad nib. */
  readonly nib: number
  /** Relative standard deviation of the thickness along a stroke. */
  readonly pressure: number
  /** How much thinner strokes may begin and end, relative to their thickness. */
  readonly taper: number
  /** Relative range of the thickness between neighbouring positions: rough paper. */
  readonly roughness: number
  /** 0: the pen halts at corners; 1: it swings through them. */
  readonly roundness: number
  /** Standard deviation of each point of the skeleton, relative to its distance to the point before. */
  readonly carelessness: number
  /** Range of the shaking of the hand. */
  readonly tremor: number
  /** Most by which a row of pixels is shifted sideways, in pixels: a scanner's rows. */
  readonly raggedness: number
  /** Elastic field: Chebyshev coefficients of degrees 2 and 3, seven for dx, then seven for dy. */
  readonly field: Float64Array
}

/** Standard deviations of the field's coefficients, in the order of `displacement`. */
const FIELD_SPREAD = [0.04, 0.055, 0.035, 0.012, 0.025, 0.025, 0.012] as const
const FIELD = new Float64Array(2 * FIELD_SPREAD.length)

/**
 * A standard deviation of 1 around 0, within ±2√3: the sum of four uniforms. Digits use only +, −, ×, ÷ and √, which
 * IEEE 754 rounds in one way, so that a seed gives the same images in every engine.
 */
export const bell = (random: Rng): number =>
  (random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2) * 1.7320508075688772

/**
 * Draws a style. Its field is overwritten by the next draw.
 *
 * @param pen  factor on the thickness of the stroke
 */
export function drawStyle(random: Rng, pen: number): Style {
  const bent = 0.5 + random.uniform()
  for (let i = 0; i < FIELD.length; i++) {
    FIELD[i] = bent * (FIELD_SPREAD[i % FIELD_SPREAD.length] as number) * bell(random)
  }
  const bold = random.uniform()
  const ragged = random.uniform()
  return {
    slant: 0.11 + 0.26 * bell(random),
    halfTurn: 0.04 * bell(random),
    stretch: 1 + 0.19 * bell(random),
    radius: pen * (0.82 + 0.45 * bold + 1.2 * bold * bold * random.uniform()),
    nib: -0.03 + 0.1 * bell(random),
    pressure: 0.14 * random.uniform(),
    taper: 0.35 * random.uniform(),
    roughness: 0.3 * random.uniform(),
    roundness: 0.6 * random.uniform(),
    carelessness: 0.03 + 0.07 * random.uniform(),
    tremor: 0.02 * random.uniform(),
    raggedness: 0.46 * ragged * ragged,
    field: FIELD,
  }
}

/**
 * How far the elastic field moves a point along one axis: Σ cᵢⱼ Tᵢ(u) Tⱼ(v) over 2 ≤ i + j ≤ 3, in digit heights.
 *
 * @param at    0 for dx, 7 for dy
 * @param u, v  the point, about −1 … 1 over the digit
 */
export function displacement(field: Float64Array, at: 0 | 7, u: number, v: number): number {
  const u2 = 2 * u * u - 1
  const v2 = 2 * v * v - 1
  return (
    (field[at] as number) * u2 +
    (field[at + 1] as number) * u * v +
    (field[at + 2] as number) * v2 +
    (field[at + 3] as number) * u * (2 * u2 - 1) +
    (field[at + 4] as number) * u2 * v +
    (field[at + 5] as number) * u * v2 +
    (field[at + 6] as number) * v * (2 * v2 - 1)
  )
}
