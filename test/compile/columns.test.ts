import { describe, expect, test } from 'vitest'
import { columnsOf } from '../../src/compile/columns.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Value } from '../../src/graph/types.js'
import { emitColumnErrors, emitPresence } from '../../src/nn/columns.js'
import type { TableSpec } from '../../src/table/spec.js'
import { float32 } from '../arrays.js'

const SHARES = [0.5, 0.375, 0.125]

const tableOf = (categoryError: TableSpec['categoryError'], shares = SHARES): TableSpec => ({
  columns: [{ name: 'kind', type: 'category', categories: ['a', 'b'], shares }],
  indicators: [],
  categoryError,
})

describe('what says the same of every row has an error of 1', () => {
  // rows in the proportions of the shares, and the best constant guess of each error
  const rows = SHARES.flatMap((share, i) => Array.from({ length: share * 8 }, () => SHARES.map((_, k) => +(k === i))))
  test.each([
    ['crossEntropy', SHARES.map(Math.log)],
    ['squared', SHARES],
  ] as const)('%s', (categoryError, guess) => {
    const builder = new GraphBuilder()
    const [z, x] = ['z', 'x'].map((name) => builder.input(name, { dtype: 'float32', shape: [8, 3] })) as [Value, Value]
    const columns = columnsOf(tableOf(categoryError))
    const errors = emitColumnErrors({ logits: z, target: x, present: emitPresence(x, columns) }, columns)
    const feeds = [
      float32(
        [8, 3],
        rows.flatMap(() => guess),
      ),
      float32([8, 3], rows.flat()),
    ]
    const [found] = interpret(builder.build({ errors }), feeds)
    expect((found?.data ?? new Float64Array()).reduce((sum, error) => sum + error, 0) / 8).toBeCloseTo(1, 6)
  })
})

test.each(['crossEntropy', 'squared'] as const)('a column of one kind only weighs 1: %s', (categoryError) => {
  expect(columnsOf(tableOf(categoryError, [1, 0, 0]))[0]?.weight).toBe(1)
})
