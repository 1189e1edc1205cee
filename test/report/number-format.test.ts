import { expect, test } from 'vitest'
import { formatNumber } from '../../src/report/number-format.js'

test.each([
  [0, '0'],
  [-0, '0'],
  [10, '10'],
  [784, '784'],
  [55000, '55,000'],
  [402192, '402,192'],
  [1234.56, '1,235'],
  [999.96, '1,000'],
  [52.7641, '52.76'],
  [0.01, '0.01'],
  [0.00239964, '0.002400'],
  [Math.fround(0.01), '0.01000'],
  [0.0001, '0.0001'],
  [0.000099, '9.9 × 10⁻⁵'],
  [7.5e-5, '7.5 × 10⁻⁵'],
  [1.23456e-12, '1.235 × 10⁻¹²'],
  [9.99996e-5, '0.0001000'],
  [9.99996e-6, '1.000 × 10⁻⁵'],
  [Number.MIN_VALUE, '5 × 10⁻³²⁴'],
  [2e15, '2 × 10¹⁵'],
  [-1.5347, '−1.535'],
  [-12345, '−12,345'],
  [Number.POSITIVE_INFINITY, '∞'],
  [Number.NEGATIVE_INFINITY, '−∞'],
  [Number.NaN, 'not a number'],
])('%d is written %s', (value, text) => {
  expect(formatNumber(value)).toBe(text)
})
