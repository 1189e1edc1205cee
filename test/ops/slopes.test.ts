import { describe, expect, test } from 'vitest'
import { DiaboloError } from '../../src/base/errors.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Value } from '../../src/graph/types.js'
import {
  abs,
  add,
  cast,
  elu,
  gather,
  grad,
  greater,
  less,
  loop,
  max,
  min,
  mul,
  reduceSum,
  relu,
  sign,
  where,
} from '../../src/ops/index.js'
import { array, float32 } from '../arrays.js'
import { casesOf, differentiate, INTERNAL_NAMES, NAMES, operator } from './application.js'
import { bodyOf } from './cases/loop.js'

const vector = { dtype: 'float32', shape: [3] } as const

function slopeOf(f: (x: Value) => Value, at: readonly number[]): number[] {
  const builder = new GraphBuilder()
  const x = builder.input('x', { dtype: 'float32', shape: [at.length] })
  const [dx] = grad(reduceSum(f(x)), [x])
  const [slope] = interpret(builder.build({ dx: dx as Value }), [float32([at.length], at)])
  return Array.from(slope?.data ?? [])
}

describe('operators without a gradient', () => {
  test('are these', () => {
    expect([...NAMES, ...INTERNAL_NAMES].filter((name) => operator(name).vjp === null)).toEqual([
      'Sign',
      'Floor',
      'Greater',
      'Less',
      'Equal',
      'IsNaN',
      'Gather',
      'ArgMax',
      'Loop',
    ])
  })

  test.each(['Sign', 'Gather', 'Loop'] as const)('%s refuses to stand between a parameter and the loss', (name) => {
    const each = casesOf(name).find(({ inputs }) => inputs.some(({ dtype }) => dtype === 'float32'))
    if (!each) throw new Error(`no case of ${name} has an input of floats`)
    const refused = () => differentiate(name, each)
    expect(refused).toThrow(DiaboloError)
    expect(refused).toThrow(expect.objectContaining({ code: 'E_GRAPH', at: name }))
  })

  test('Loop refuses for whichever output the loss looks at', () => {
    const body = bodyOf([vector, vector], [], ({ carried }) => ({ carried: carried.map((x) => mul(x, 2)) }))
    for (const output of [0, 1]) {
      const builder = new GraphBuilder()
      const x = builder.input('x', vector)
      const outputs = loop({ trips: builder.scalar(2, 'int64'), carried: [x, x], captured: [], body })
      const loss = reduceSum(outputs[output] as Value)
      const refusal = expect.objectContaining({ code: 'E_GRAPH', at: 'Loop' })
      expect(() => grad(loss, [x]), `output ${output}`).toThrow(refusal)
    }
  })

  test('a table that is gathered from may stand beside a parameter', () => {
    const builder = new GraphBuilder()
    const table = builder.input('table', { dtype: 'float32', shape: [4, 3] })
    const rows = builder.input('rows', { dtype: 'int32', shape: [2] })
    const w = builder.input('w', vector)
    const [dw] = grad(reduceSum(mul(gather(table, rows), w)), [w])
    const feeds = [
      float32([4, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
      array('int32', [2], [3, 1]),
      float32([3], [1, 1, 1]),
    ]
    expect(Array.from(interpret(builder.build({ dw: dw as Value }), feeds)[0]?.data ?? [])).toEqual([12, 14, 16])
  })

  test.each([
    ['Greater', greater],
    ['Less', less],
  ] as const)('%s passes nothing on: what it decides is constant between its jumps', (_, compare) => {
    expect(slopeOf((x) => cast(compare(x, 0.5), 'float32'), [0, 1, 2])).toEqual([0, 0, 0])
    expect(slopeOf((x) => where(compare(x, 0.5), x, mul(x, 3)), [0, 1])).toEqual(compare === greater ? [3, 1] : [1, 3])
  })

  test('a detour over whole numbers passes nothing on', () => {
    expect(slopeOf((x) => cast(cast(x, 'int32'), 'float32'), [0.3, 1.2])).toEqual([0, 0])
  })
})

describe('the slope at a kink', () => {
  test('is 0 for |x|', () => expect(slopeOf(abs, [-1, 0, 1])).toEqual([-1, 0, 1]))
  test('is 0 for max(x, 0)', () => expect(slopeOf(relu, [-1, 0, 1])).toEqual([0, 0, 1]))
  test('of two equal operands belongs to the first for max and min', () => {
    const weighted = (of: typeof max) => (x: Value) => of(mul(x, 3), add(mul(x, 2), 1))
    expect(slopeOf(weighted(max), [0, 1, 2])).toEqual([2, 3, 3])
    expect(slopeOf(weighted(min), [0, 1, 2])).toEqual([3, 3, 2])
    expect(slopeOf((x) => max(x, x), [1])).toEqual([1])
  })
  test('is 1 for elu, which has none', () => expect(slopeOf(elu, [0, 1])).toEqual([1, 1]))
})

test('sign has no slope to give, and says so by name', () => {
  expect(() => slopeOf(sign, [1, 2])).toThrow(/^Sign: expected an operator with a gradient/)
})
