import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EpochSums } from '../../src/train/epoch-sums.js'

const anySteps = fc.array(fc.record({ loss: fc.float({ noNaN: true, min: 0, max: 9 }), unit: fc.nat(1000) }), {
  minLength: 1,
  maxLength: 40,
})

/** Adds steps of 10 samples in chunks that end after each of these. */
function sumsOf(steps: readonly { loss: number; unit: number }[], ends: readonly number[], pause = 0) {
  let sums = new EpochSums()
  let from = 0
  for (const to of [...ends, steps.length].sort((a, b) => a - b)) {
    if (to <= from) continue
    const chunk = steps.slice(from, to)
    const activation = Float32Array.from(chunk.flatMap(({ unit }) => [unit / 1000, 1 / (1 + unit)]))
    sums.add({
      losses: Float32Array.from(chunk, ({ loss }) => loss),
      rows: 10 * chunk.length,
      meters: new Map([['activation', activation]]),
    })
    if (from <= pause) sums = new EpochSums(JSON.parse(JSON.stringify(sums.sums())))
    from = to
  }
  return sums.sums()
}

test('an epoch comes to the same bits, however its steps are grouped, and wherever it is left', () => {
  fc.assert(
    fc.property(anySteps, fc.array(fc.nat(40)), fc.nat(40), (steps, ends, pause) => {
      const cuts = ends.filter((end) => end < steps.length)
      expect(sumsOf(steps, cuts, pause)).toEqual(sumsOf(steps, []))
    }),
  )
})

test('means are over samples', () => {
  const sums = new EpochSums()
  sums.add({ losses: Float32Array.of(1, 2), rows: 20, meters: new Map() })
  sums.add({ losses: Float32Array.of(4), rows: 5, meters: new Map() })
  expect(sums.means(25)).toEqual({ loss: 2 })
})
