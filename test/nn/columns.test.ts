import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { directional } from '../../src/graph/check-gradient.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64, Value } from '../../src/graph/types.js'
import { type Columns, emitColumnErrors, emitColumnOutput, emitFilled, emitPresence } from '../../src/nn/columns.js'
import { emitLoss } from '../../src/nn/losses.js'
import { grad } from '../../src/ops/index.js'
import { array, Draw, float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'

const WIDTH = 9

/** Two numbers, three kinds, a number, two kinds, and one value more, which is an indicator. */
const columnsOf = (kind: 'softmax' | 'oneHot'): Columns => [
  { from: 0, to: 1, kind: 'number', weight: 1 },
  { from: 1, to: 2, kind: 'number', weight: 0.5 },
  { from: 2, to: 5, kind, weight: 2 },
  { from: 5, to: 6, kind: 'number', weight: 3 },
  { from: 6, to: 8, kind, weight: 0.25 },
]

function graphOf(columns: Columns, rows: number) {
  const builder = new GraphBuilder()
  const [logits, stored] = ['logits', 'stored'].map((name) =>
    builder.input(name, { dtype: 'float32', shape: [rows, WIDTH] }),
  ) as [Value, Value]
  const present = emitPresence(stored, columns)
  const target = emitFilled(stored)
  const output = emitColumnOutput(logits, columns)
  const loss = emitLoss({ type: 'columns' }, { logits, output, target, code: output, table: { columns, present } })
  const errors = emitColumnErrors({ logits, target, present }, columns)
  const [gradient] = grad(loss, [logits]) as [Value]
  const graph = builder.build({ loss, gradient, errors, output })
  return {
    claim: { loss, x: logits, gradient },
    run: (z: Array64, x: Array64) => {
      const [loss, gradient, errors, output] = interpret(graph, [z, x]) as [Array64, Array64, Array64, Array64]
      return { loss: loss.data[0] as number, gradient: gradient.data, errors: errors.data, output: output.data }
    },
  }
}

/** Rows of numbers and one-hots, in which some columns are missing. */
function rowsOf(rows: number, columns: Columns, isMissing: (row: number, column: number) => boolean): Array64 {
  const draw = new Draw('rows')
  const numbers = draw.reals(rows, WIDTH)
  const kinds = draw.whole('int64', 6, rows, columns.length)
  const data = Float64Array.from(numbers.data)
  for (let row = 0; row < rows; row++) {
    columns.forEach(({ from, to, kind }, c) => {
      const place = from + ((kinds.data[row * columns.length + c] as number) % (to - from))
      for (let i = from; i < to; i++) {
        if (isMissing(row, c)) data[row * WIDTH + i] = Number.NaN
        else if (kind !== 'number') data[row * WIDTH + i] = i === place ? 1 : 0
      }
    })
  }
  return array('float32', [rows, WIDTH], data)
}

/** By definition, value by value. */
function expectedErrors(columns: Columns, z: Array64, x: Array64): number[] {
  const rows = z.shape[0] as number
  return Array.from({ length: rows }).flatMap((_, row) =>
    columns.map(({ from, to, kind, weight }) => {
      const at = (list: Array64, i: number) => list.data[row * WIDTH + i] as number
      const places = Array.from({ length: to - from }, (_, i) => from + i)
      if (Number.isNaN(at(x, from))) return 0
      if (kind !== 'softmax') return weight * places.reduce((sum, i) => sum + (at(z, i) - at(x, i)) ** 2, 0)
      const total = places.reduce((sum, i) => sum + Math.exp(at(z, i)), 0)
      return -weight * places.reduce((sum, i) => sum + at(x, i) * Math.log(Math.exp(at(z, i)) / total), 0)
    }),
  )
}

const logits = new Draw('logits').within(-4, 4, 6, WIDTH)
const someMissing = (row: number, column: number) => (row + 2 * column) % 5 === 0 || row === 3

describe.each(['softmax', 'oneHot'] as const)('columns whose kinds are compared by %s', (kind) => {
  const columns = columnsOf(kind)
  const x = rowsOf(6, columns, someMissing)
  const { claim, run } = graphOf(columns, 6)

  test('have the errors of their closed form, and the loss is the mean of those that are there', () => {
    const { errors, loss } = run(logits, x)
    const expected = expectedErrors(columns, logits, x)
    expect(relativeError(errors, expected)).toBeLessThan(1e-12)
    const present = columns.reduce((sum, { from }) => {
      return (
        sum + Array.from({ length: 6 }, (_, row) => +!Number.isNaN(x.data[row * WIDTH + from])).reduce((a, b) => a + b)
      )
    }, 0)
    expect(present).toBeLessThan(25)
    expect(relativeError([loss], [expected.reduce((sum, e) => sum + e, 0) / present])).toBeLessThan(1e-12)
  })

  test('have a gradient that matches central differences', () => {
    for (const seed of [1, 2]) {
      const { analytic, numeric } = directional(claim, [logits, x], { seed })
      expect(relativeError([analytic], [numeric])).toBeLessThan(1e-7)
    }
  })

  test('what is missing changes neither the loss nor any other gradient, and has none itself', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), fc.nat(), (value, place) => {
        const missing = Array.from(x.data).flatMap((v, i) => (Number.isNaN(v) ? [i] : []))
        const at = missing[place % missing.length] as number
        const other = { ...logits, data: logits.data.with(at, value) }
        const [before, after] = [run(logits, x), run(other, x)]
        expect(after.loss).toBe(before.loss)
        expect(after.gradient).toEqual(before.gradient)
        expect(after.gradient[at]).toBe(0)
      }),
      { seed: 1, numRuns: 50 },
    )
  })

  test('an indicator has no gradient', () => {
    const { gradient } = run(logits, x)
    for (let row = 0; row < 6; row++) expect(gradient[row * WIDTH + 8]).toBe(0)
  })

  test('rows of which nothing is there have a loss of 0', () => {
    const { loss, gradient } = run(
      logits,
      rowsOf(6, columns, () => true),
    )
    expect(loss).toBe(0)
    expect(gradient.every((g) => g === 0)).toBe(true)
  })

  test('the reconstruction is numbers, and probabilities that sum to 1 where there is a softmax', () => {
    const { output } = run(logits, x)
    for (let row = 0; row < 6; row++) {
      const own = output.subarray(row * WIDTH, (row + 1) * WIDTH)
      const given = logits.data.subarray(row * WIDTH, (row + 1) * WIDTH)
      for (const i of [0, 1, 5, 8]) expect(own[i]).toBe(given[i])
      const sums = [own.subarray(2, 5), own.subarray(6, 8)].map((group) => group.reduce((a, b) => a + b))
      if (kind === 'softmax') for (const sum of sums) expect(sum).toBeCloseTo(1, 12)
      else expect(own).toEqual(given)
    }
  })
})

test('cross-entropy does not overflow, however sure the logits are', () => {
  const columns: Columns = [{ from: 0, to: 3, kind: 'softmax', weight: 1 }]
  const builder = new GraphBuilder()
  const [logits, stored] = ['z', 'x'].map((name) => builder.input(name, { dtype: 'float32', shape: [2, 3] })) as [
    Value,
    Value,
  ]
  const errors = emitColumnErrors({ logits, target: stored, present: emitPresence(stored, columns) }, columns)
  const [found] = interpret(builder.build({ errors }), [
    float32([2, 3], [1000, 0, -1000, 1000, 0, -1000]),
    float32([2, 3], [1, 0, 0, 0, 0, 1]),
  ])
  expect(Array.from(found?.data ?? [])).toEqual([expect.closeTo(0, 12), 2000])
})

test('a loss of columns needs a table', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', { dtype: 'float32', shape: [1, 1] })
  expect(() => emitLoss({ type: 'columns' }, { logits: x, output: x, target: x, code: x })).toThrow(
    expect.objectContaining({ code: 'E_SPEC' }),
  )
})
