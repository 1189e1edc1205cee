import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge, rank } from '../../src/detect/ranking.js'

const { ranking: GOLDEN } = JSON.parse(readFileSync(new URL('../golden/components.json', import.meta.url), 'utf8')) as {
  readonly ranking: {
    readonly scores: readonly number[]
    readonly anomaly: readonly boolean[]
    readonly auroc: number
    readonly averagePrecision: number
  }
}

/** Scores of few different values, so that many are tied, with at least one of each kind. */
const labelled = fc
  .array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.boolean()), { minLength: 2, maxLength: 60 })
  .map((pairs) => [...pairs, [0, true], [1, false]] as const)
  .map((pairs) => ({ scores: pairs.map(([score]) => score), anomaly: pairs.map(([, is]) => is) }))

describe('a ranking', () => {
  test('is what scikit-learn says, ties and all', () => {
    const { scores, anomaly, auroc, averagePrecision } = GOLDEN
    expect(rank(scores, anomaly).auroc).toBeCloseTo(auroc, 14)
    expect(rank(scores, anomaly).averagePrecision).toBeCloseTo(averagePrecision, 14)
  })

  test('is how likely an anomaly is above an ordinary sample, ties counting half', () => {
    fc.assert(
      fc.property(labelled, ({ scores, anomaly }) => {
        let [won, pairs] = [0, 0]
        scores.forEach((a, i) => {
          scores.forEach((b, j) => {
            if (!anomaly[i] || anomaly[j]) return
            won += a > b ? 1 : a === b ? 0.5 : 0
            pairs++
          })
        })
        expect(rank(scores, anomaly).auroc).toBeCloseTo(won / pairs, 12)
      }),
    )
  })

  test('has points that are what their thresholds come to', () => {
    fc.assert(
      fc.property(labelled, ({ scores, anomaly }) => {
        for (const { score, falseAlarms, recall, precision } of rank(scores, anomaly).points) {
          const verdict = judge(scores, anomaly, score - 0.5)
          expect(verdict.falseAlarms).toBeCloseTo(falseAlarms, 12)
          expect(verdict.recall).toBeCloseTo(recall, 12)
          expect(verdict.precision).toBeCloseTo(precision, 12)
        }
      }),
    )
  })

  test('does not change when scores are stretched, and turns when they are turned', () => {
    fc.assert(
      fc.property(labelled, ({ scores, anomaly }) => {
        const { auroc } = rank(scores, anomaly)
        expect(
          rank(
            scores.map((score) => Math.exp(score) - 7),
            anomaly,
          ).auroc,
        ).toBeCloseTo(auroc, 12)
        expect(
          rank(
            scores.map((score) => -score),
            anomaly,
          ).auroc,
        ).toBeCloseTo(1 - auroc, 12)
      }),
    )
  })

  test('of one kind only, or of what is no number, is refused', () => {
    expect(() => rank([1, 2], [true, true])).toThrow(expect.objectContaining({ code: 'E_DATA' }))
    expect(() => judge([1, 2], [false, false], 1)).toThrow(expect.objectContaining({ code: 'E_DATA' }))
    expect(() => rank([1, Number.NaN], [true, false])).toThrow(expect.objectContaining({ code: 'E_VALUE' }))
  })
})

test('a threshold above all scores calls nothing', () => {
  expect(judge([1, 2, 3], [false, false, true], 3)).toEqual({ called: 0, precision: null, recall: 0, falseAlarms: 0 })
})
