import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rateFactor, type ScheduleSpec, scheduleSchema } from '../../src/nn/schedules.js'

const factors = (spec: ScheduleSpec, total: number) =>
  Array.from({ length: total }, (_, i) => rateFactor(spec, i, total))

const specs: fc.Arbitrary<ScheduleSpec> = fc
  .record({
    name: fc.constantFrom('constant' as const, 'cosine' as const, 'step' as const),
    warmup: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map((spec) => scheduleSchema.parse(spec))

describe('warm-up', () => {
  test('rises in equal steps from nearly 0, and its last step is one short of 1', () => {
    expect(factors({ name: 'constant', warmup: 0.4 }, 10)).toEqual([1 / 5, 2 / 5, 3 / 5, 4 / 5, 1, 1, 1, 1, 1, 1])
  })

  test('of no length is none', () => {
    expect(factors({ name: 'constant', warmup: 0 }, 3)).toEqual([1, 1, 1])
  })

  test('may take the whole run', () => {
    expect(factors({ name: 'cosine', warmup: 1, final: 0 }, 4)).toEqual([1 / 5, 2 / 5, 3 / 5, 4 / 5])
  })

  test('is there before every schedule, the same', () => {
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 200 }), (spec, total) => {
        const rise = Math.ceil(spec.warmup * total)
        expect(factors(spec, total).slice(0, rise)).toEqual(
          factors({ name: 'constant', warmup: spec.warmup }, total).slice(0, rise),
        )
      }),
      { seed: 1 },
    )
  })
})

describe('cosine', () => {
  const spec = { name: 'cosine', warmup: 0, final: 0.1 } as const

  test('starts at 1, is half-way in the middle, and would reach its final value one step after the last', () => {
    expect(rateFactor(spec, 0, 100)).toBe(1)
    expect(rateFactor(spec, 50, 100)).toBeCloseTo(0.55, 15)
    expect(rateFactor(spec, 100, 100)).toBeCloseTo(0.1, 15)
    expect(rateFactor(spec, 99, 100)).toBeCloseTo(0.1 + (0.9 * (1 + Math.cos(0.99 * Math.PI))) / 2, 15)
  })

  test('begins where the warm-up ends', () => {
    const warmed = { ...spec, warmup: 0.2 }
    expect(rateFactor(warmed, 20, 100)).toBe(1)
    expect(rateFactor(warmed, 60, 100)).toBeCloseTo(0.55, 15)
  })

  test('never rises', () => {
    const all = factors(spec, 137)
    expect(all.every((factor, i) => i === 0 || factor < (all[i - 1] as number))).toBe(true)
  })
})

describe('step', () => {
  test('falls by its factor after each part of the run', () => {
    const spec = { name: 'step', warmup: 0, at: [0.5, 0.75], factor: 0.1 } as const
    const all = factors({ ...spec, at: [...spec.at] }, 8)
    expect(all.map((factor) => Number(factor.toPrecision(12)))).toEqual([1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01])
  })

  test('in whatever order its parts are given', () => {
    const at = (parts: number[]) => factors({ name: 'step', warmup: 0, at: parts, factor: 0.5 }, 20)
    expect(at([0.75, 0.25])).toEqual(at([0.25, 0.75]))
  })

  test('counts the parts from the start of the run, warm-up included', () => {
    const all = factors({ name: 'step', warmup: 0.2, at: [0.5], factor: 0.5 }, 10)
    expect(all).toEqual([1 / 3, 2 / 3, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5])
  })
})

test('every factor lies between 0 and 1', () => {
  fc.assert(
    fc.property(specs, fc.integer({ min: 1, max: 300 }), (spec, total) => {
      expect(factors(spec, total).every((factor) => factor > 0 && factor <= 1)).toBe(true)
    }),
    { seed: 1 },
  )
})

test.each([
  { name: 'cosine', warmup: 2 },
  { name: 'constant', warmup: -0.1 },
  { name: 'step', at: [1] },
  { name: 'step', factor: 0 },
  { name: 'linear' },
])('%j is not a schedule', (spec) => expect(scheduleSchema.safeParse(spec).success).toBe(false))
