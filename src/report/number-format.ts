const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const DIGITS = 4

/**
 * A number for people: 4 significant digits, commas between thousands, a true minus sign, no `e` notation.
 * Digits left of the point are never dropped; numbers written exactly by fewer digits keep their short form.
 *
 * `55000` → 55,000; `0.00239964` → 0.002400; `0.01` → 0.01; `1234.56` → 1,235; `7.5e-5` → 7.5 × 10⁻⁵
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'not a number'
  const sign = value < 0 ? '−' : ''
  const size = Math.abs(value)
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`
  const rounded = Number(size.toPrecision(DIGITS))
  if (rounded !== 0 && (rounded < 1e-4 || rounded >= 1e15)) return sign + formatPower(size)
  if (rounded >= 10 ** (DIGITS - 1)) return sign + GROUPED.format(size)
  return sign + shorten(size)
}

/** The exact form where it has at most four significant digits, else the rounded one. */
function shorten(size: number): string {
  const exact = String(size)
  const significant = exact.replace('.', '').replace(/^0+/, '')
  return significant.length <= DIGITS ? exact : size.toPrecision(DIGITS)
}

function formatPower(size: number): string {
  const exact = size.toExponential()
  const short = exact.indexOf('e') <= DIGITS + 1 ? exact : size.toExponential(DIGITS - 1)
  const [mantissa, exponent] = short.split('e') as [string, string]
  const power = exponent.replace('+', '').replace('-', '⁻')
  return `${mantissa} × 10${power.replace(/\d/g, (digit) => SUPERSCRIPT[Number(digit)] as string)}`
}
