/** How numbers are spread: `counts[i]` of them are at most `limits[i]`, and above the limit before. */
export interface Histogram {
  readonly min: number
  readonly max: number
  readonly sum: number
  readonly sumOfSquares: number
  readonly limits: readonly number[]
  readonly counts: readonly number[]
}

const BUCKETS = 30

/** Buckets of equal width, from the least to the largest; one where all are the same. Values are finite. */
export function histogramOf(values: Float32Array): Histogram {
  let [min, max, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (const value of values) {
    min = Math.min(min, value)
    max = Math.max(max, value)
    sum += value
    sumOfSquares += value * value
  }
  const buckets = min < max ? BUCKETS : 1
  const counts = new Array<number>(buckets).fill(0)
  const perUnit = buckets / (max - min)
  for (const value of values) {
    const at = buckets === 1 ? 0 : Math.min(buckets - 1, Math.floor((value - min) * perUnit))
    counts[at] = (counts[at] as number) + 1
  }
  const limits = counts.map((_, i) => (i === buckets - 1 ? max : min + (i + 1) / perUnit))
  return { min, max, sum, sumOfSquares, limits, counts }
}
