/** 10⁰ … 10²², the powers of ten that a float64 holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`))

const latin = new TextDecoder('latin1')

/**
 * The number that bytes spell: sign, digits, point, exponent. NaN when they spell none.
 *
 * Up to 15 digits are a whole number that a float64 holds exactly; so does a power of ten up to 10²², and their product or
 * quotient is rounded once: it is the nearest float64 (Clinger 1990). All else goes to the platform's own parser.
 */
export function parseDecimal(bytes: Uint8Array, from: number, to: number): number {
  let i = from
  const negative = bytes[i] === 0x2d
  if (negative || bytes[i] === 0x2b) i++
  let mantissa = 0
  let digits = 0
  let some = false
  let places = 0
  let point = false
  for (; i < to; i++) {
    const byte = bytes[i] as number
    const digit = byte - 0x30
    if (digit >= 0 && digit <= 9) {
      some = true
      mantissa = mantissa * 10 + digit
      if (mantissa > 0) digits++
      if (point) places++
    } else if (byte === 0x2e && !point) point = true
    else break
  }
  if (!some) return Number.NaN
  let exponent = 0
  if (i < to) {
    if (bytes[i] !== 0x65 && bytes[i] !== 0x45) return Number.NaN
    i++
    const down = bytes[i] === 0x2d
    if (down || bytes[i] === 0x2b) i++
    if (i === to) return Number.NaN
    for (; i < to; i++) {
      const digit = (bytes[i] as number) - 0x30
      if (!(digit >= 0 && digit <= 9)) return Number.NaN
      // 400 is more than any float64 has, and adding up to more would only lose digits
      exponent = Math.min(100_000, exponent * 10 + digit)
    }
    if (down) exponent = -exponent
  }
  const scale = exponent - places
  if (digits > 15 || scale > 22 || scale < -22) return Number(latin.decode(bytes.subarray(from, to)))
  const value = scale < 0 ? mantissa / (POWERS[-scale] as number) : mantissa * (POWERS[scale] as number)
  return negative ? -value : value
}
