import { expect, test } from 'vitest'
import { stepsFor } from '../../src/train/stepper.js'

test.each([
  // seconds a step, steps at a time
  [0.001, 100],
  [0.01, 10],
  [0.02, 8],
  [0.05, 8],
  [0.1, 5],
  [0.4, 1],
  [30, 1],
])('of %d s a step, %i go at a time', (seconds, steps) => {
  expect(stepsFor(seconds)).toBe(steps)
})
