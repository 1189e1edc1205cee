/** How active the units of a code are; each number is over units. */
export interface Activity {
  /** Mean of the units' mean activations, ρ̂. */
  readonly mean: number
  /** The part of the units whose mean activation is below 0.1. */
  readonly sparse: number
  /** Units whose mean activation is below 0.001: they say nothing. */
  readonly dead: number
  /** Units whose mean activation is above 0.99: they say nothing either. */
  readonly saturated: number
}

/** @param means  float64 [units]: mean activations, from 0 to 1 */
export function activityOf(means: Float64Array): Activity {
  const count = (of: (mean: number) => boolean) => means.reduce((sum, mean) => sum + Number(of(mean)), 0)
  return {
    mean: means.reduce((sum, mean) => sum + mean, 0) / means.length,
    sparse: count((mean) => mean < 0.1) / means.length,
    dead: count((mean) => mean < 0.001),
    saturated: count((mean) => mean > 0.99),
  }
}

/** Each unit's mean over rows of codes, [rows, units]. */
export function meansOf(codes: Float32Array, units: number): Float64Array {
  const means = new Float64Array(units)
  const rows = codes.length / units
  for (let i = 0; i < codes.length; i++) means[i % units] = (means[i % units] as number) + (codes[i] as number) / rows
  return means
}
