import { expect, test } from 'vitest'
import { precisionAt, precisionRecall } from '../../src/search/precision.js'

/** Query 0 is after rows 0 and 1, query 1 after row 3, query 2 after nothing. */
const relevant = (query: number, row: number) => (query === 0 && row < 2) || (query === 1 && row === 3)
const RANKINGS = [
  [0, 2, 1, 3],
  [2, 3, 0, 1],
  [0, 1, 2, 3],
]

test('precision counts what is relevant among the first hits', () => {
  expect(precisionAt(RANKINGS, relevant, 1)).toBeCloseTo(1 / 3, 12)
  expect(precisionAt(RANKINGS, relevant, 2)).toBeCloseTo((1 / 2 + 1 / 2) / 3, 12)
  // hits that are missing are not relevant
  expect(precisionAt([[0]], relevant, 4)).toBeCloseTo(1 / 4, 12)
})

test('precision and recall leave out queries with nothing to find', () => {
  expect(precisionRecall(RANKINGS, relevant)).toEqual([
    { count: 1, precision: 1 / 2, recall: 1 / 4 },
    { count: 3, precision: (2 / 3 + 1 / 3) / 2, recall: 1 },
    { count: 4, precision: (2 / 4 + 1 / 4) / 2, recall: 1 },
  ])
})
