import type { Dataset } from '../data/dataset.js'
import { placesOf, type TableSpec } from './spec.js'

/**
 * The mean of each column's errors over the rows in which it is there; NaN where it never is.
 *
 * @param features  of the rows
 * @param errors    float32 [rows, columns]
 */
export function columnMeans(spec: TableSpec, { values, rows }: Dataset, errors: Float32Array): Record<string, number> {
  const places = placesOf(spec)
  const width = values.length / rows
  const means = places.map(({ column, from }, i) => {
    let [sum, present] = [0, 0]
    for (let row = 0; row < rows; row++) {
      if (Number.isNaN(values[row * width + from])) continue
      sum += errors[row * places.length + i] as number
      present++
    }
    return [column.name, sum / present]
  })
  return Object.fromEntries(means)
}
