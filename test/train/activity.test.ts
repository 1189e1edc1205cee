import { expect, test } from 'vitest'
import { activityOf, meansOf } from '../../src/train/activity.js'

test("each unit's mean is over rows, not over units", () => {
  const codes = Float32Array.of(0, 1, 0.5, 1, 0.25, 0)
  expect(Array.from(meansOf(codes, 3))).toEqual([0.5, 0.625, 0.25])
  expect(Array.from(meansOf(codes, 2))).toEqual([0.25, 2 / 3].map((x) => expect.closeTo(x, 12)))
})

test('activity counts units: sparse, dead and saturated, each with its bound', () => {
  const means = Float64Array.of(0, 0.0009, 0.001, 0.0999, 0.1, 0.5, 0.99, 0.9901, 1, 0.3)
  const { mean, ...counts } = activityOf(means)
  expect(counts).toEqual({ sparse: 0.4, dead: 2, saturated: 2 })
  expect(mean).toBeCloseTo((0.0009 + 0.001 + 0.0999 + 0.1 + 0.5 + 0.99 + 0.9901 + 1 + 0.3) / 10, 12)
})
