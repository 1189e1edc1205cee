import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDecimal } from '../../../src/data/formats/decimal.js'

const parse = (text: string) => {
  const bytes = new TextEncoder().encode(`,${text},`)
  return parseDecimal(bytes, 1, bytes.length - 1)
}

const digits = fc.array(fc.nat(9), { maxLength: 25 }).map((list) => list.join(''))
const spelled = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    digits,
    fc.constantFrom('', '.'),
    digits,
    fc.option(fc.integer({ min: -330, max: 330 })),
  )
  .map(
    ([sign, whole, point, fraction, exponent]) =>
      `${sign}${whole}${point}${point && fraction}${exponent === null ? '' : `e${exponent}`}`,
  )

test('gives the nearest float64, as the platform does, to the bit', () => {
  fc.assert(
    fc.property(spelled, (text) => {
      const wanted = /\d/.test(text.split('e')[0] as string) ? Number(text) : Number.NaN
      expect(parse(text)).toBe(wanted)
    }),
    { numRuns: 5000 },
  )
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parse(String(value))).toBe(Number(String(value)))
    }),
    { numRuns: 5000 },
  )
})

test.each(['', '-', '.', 'e5', '1e', '1e+', '1.2.3', '0x10', '1,5', '1 2', 'NaN', 'inf', '--1', '1e5.0', '١'])(
  '%j spells none',
  (text) => {
    expect(parse(text)).toBeNaN()
  },
)
