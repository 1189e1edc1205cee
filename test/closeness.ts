/** max |aᵢ − bᵢ| / max |bᵢ|: how far two lists of numbers are apart, on the scale of the second. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let apart = 0
  let scale = 0
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i] as number, expected[i] as number]
    if (!Object.is(a, b)) apart = Math.max(apart, Math.abs(a - b))
    scale = Math.max(scale, Math.abs(b))
  }
  return apart === 0 ? 0 : apart / scale
}
