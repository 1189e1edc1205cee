/**
 * The value below which a part of the values lies, interpolated between neighbours.
 *
 * @param {readonly number[]} values  at least one
 * @param {number} part  0 … 1
 */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = part * (sorted.length - 1)
  const low = /** @type {number} */ (sorted[Math.floor(at)])
  const high = /** @type {number} */ (sorted[Math.ceil(at)])
  return low + (high - low) * (at % 1)
}

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5)

/**
 * @param {readonly number[]} values
 * @returns {[number, number]}
 */
export const quartiles = (values) => [quantile(values, 0.25), quantile(values, 0.75)]
