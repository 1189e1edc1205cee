/**
 * The value below which a part of the numbers lies, between neighbours by a straight line.
 *
 * @param sorted  at least one number, in rising order
 * @param part    from 0 to 1
 */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  const at = part * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number]
  return low + (high - low) * (at - Math.floor(at))
}

/**
 * Φ⁻¹(p): the value below which a standard normal lies with probability p, strictly between 0 and 1; to 1.2e-9 of it.
 *
 * @see Acklam, An algorithm for computing the inverse normal cumulative distribution function (2003)
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p >= 0.02425) {
    const q = p - 0.5
    return (q * polynomial(CENTRE, q * q)) / (q * q * polynomial(CENTRE_BELOW, q * q) + 1)
  }
  const q = Math.sqrt(-2 * Math.log(p))
  return polynomial(TAIL, q) / (q * polynomial(TAIL_BELOW, q) + 1)
}

/** Horner's scheme, the highest power first. */
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)

const CENTRE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
]
const CENTRE_BELOW = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
]
const TAIL = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
]
const TAIL_BELOW = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416]
