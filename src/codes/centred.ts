import { DiaboloError } from '../base/errors.js'
import type { Tensor } from '../base/tensor.js'
import type { Rows } from '../model/faces.js'

/** Rows of values, and how many each has. */
export interface Points {
  readonly rows: number
  readonly width: number
  /** [rows, width] */
  readonly data: Float32Array
}

/**
 * @throws E_DATA when there is no row; E_VALUE when a value is not finite
 */
export function pointsOf({ shape, data }: Rows, at: string): Points {
  const [rows = 0] = shape
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (rows > 0 && bad < 0) return { rows, width: data.length / rows, data }
  throw new DiaboloError(rows > 0 ? 'E_VALUE' : 'E_DATA', {
    at: rows > 0 ? `${at}, value ${bad} (counted from 0)` : at,
    expected: rows > 0 ? 'a finite number' : 'at least one code',
    found: rows > 0 ? `${data[bad]}` : 'none',
    hint: 'give the codes of a model that did not diverge',
  })
}

/** Of each column, in float64. */
export function meanOf({ rows, width, data }: Points): Float64Array {
  const mean = new Float64Array(width)
  for (let i = 0; i < data.length; i++) mean[i % width] = (mean[i % width] as number) + (data[i] as number) / rows
  return mean
}

/** Distances do not change with the origin, and lose fewest digits when it is the mean. */
export const centred = ({ width, data }: Points, mean: Float64Array): Float32Array =>
  data.map((value, i) => value - (mean[i % width] as number))

export const matrix = (data: Float32Array, width: number): Tensor<'float32'> => ({
  dtype: 'float32',
  shape: [data.length / width, width],
  data,
})
