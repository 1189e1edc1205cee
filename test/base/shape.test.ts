import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  broadcastShapes,
  covers,
  type Dim,
  isStatic,
  type Shape,
  sameShape,
  sameType,
  showShape,
  showType,
  sizeOf,
  stridesOf,
} from '../../src/base/shape.js'

const lengths = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 })
const shapes: fc.Arbitrary<Shape> = fc.array(fc.constantFrom<Dim>(1, 2, 3, 'batch', 'rows'), { maxLength: 4 })

/** numpy's words: line the shapes up at their last axis; each pair of lengths must be equal, or one of them 1. */
function numpyRule(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const padded = [a, b].map((shape): Shape => [...new Array<Dim>(rank - shape.length).fill(1), ...shape])
  const out: Dim[] = []
  for (let axis = 0; axis < rank; axis++) {
    const pair = padded.map((shape) => shape[axis] as Dim)
    const [wide = 1, ...others] = [...new Set(pair)].filter((dim) => dim !== 1)
    if (others.length > 0) return undefined
    out.push(wide)
  }
  return out
}

describe('broadcasting', () => {
  test.each<[Shape, Shape, Shape | undefined]>([
    [[], [], []],
    [[2, 3], [], [2, 3]],
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [
      [8, 1, 6, 1],
      [7, 1, 5],
      [8, 7, 6, 5],
    ],
    [[3], [4], undefined],
    [[2, 1], [8, 4, 3], undefined],
    [['batch', 3], [3], ['batch', 3]],
    [
      ['batch', 1],
      ['batch', 3],
      ['batch', 3],
    ],
    [['batch'], [1], ['batch']],
    [['batch'], ['rows'], undefined],
    [['batch'], [3], undefined],
    [[0], [1], [0]],
  ])('%j with %j gives %j', (a, b, both) => expect(broadcastShapes(a, b)).toEqual(both))

  test("is numpy's rule", () => {
    fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        expect(broadcastShapes(a, b)).toEqual(numpyRule(a, b))
      }),
      { seed: 1, numRuns: 2000 },
    )
  })

  test('does not care which comes first, leaves a shape with itself alone, and groups as one likes', () => {
    const join = (a: Shape | undefined, b: Shape | undefined) => a && b && broadcastShapes(a, b)
    fc.assert(
      fc.property(shapes, shapes, shapes, (a, b, c) => {
        expect(broadcastShapes(a, b)).toEqual(broadcastShapes(b, a))
        expect(broadcastShapes(a, a)).toEqual(a)
        expect(broadcastShapes(a, [])).toEqual(a)
        const [left, right] = [join(join(a, b), c), join(a, join(b, c))]
        if (left && right) expect(left).toEqual(right)
      }),
      { seed: 1, numRuns: 2000 },
    )
  })

  test('covers both of its operands', () => {
    fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        const both = broadcastShapes(a, b)
        if (both) expect([covers(both, a), covers(both, b)]).toEqual([true, true])
        expect(covers(a, b)).toBe(both !== undefined && sameShape(both, a))
      }),
      { seed: 1, numRuns: 2000 },
    )
  })

  test.each<[Shape, Shape, boolean]>([
    [[2, 3], [3], true],
    [[3], [2, 3], false],
    [[2, 3], [2], false],
    [[], [2], false],
    [[], [1], false],
    [[2, 1], [2, 3], false],
  ])('%j covers %j: %j', (whole, part, does) => expect(covers(whole, part)).toBe(does))
})

describe('sizes', () => {
  test('strides lead to each element once, in order', () => {
    fc.assert(
      fc.property(lengths, (shape) => {
        const strides = stridesOf(shape)
        const places = Array.from({ length: sizeOf(shape) }, (_, i) => {
          let rest = i
          const index = [...shape].reverse().map((length) => {
            const here = rest % length
            rest = (rest - here) / length
            return here
          })
          return index.reverse().reduce((sum, at, axis) => sum + at * (strides[axis] as number), 0)
        })
        expect(places).toEqual(Array.from({ length: sizeOf(shape) }, (_, i) => i))
      }),
      { seed: 1 },
    )
  })

  test('a scalar has one element and no stride', () => {
    expect([sizeOf([]), sizeOf([2, 3]), sizeOf([2, 0])]).toEqual([1, 6, 0])
    expect([stridesOf([]), stridesOf([4, 2, 3])]).toEqual([[], [6, 3, 1]])
  })
})

test('shapes and types are compared and shown', () => {
  expect([showShape([]), showShape([100, 784]), showShape(['batch', 3])]).toEqual(['[]', '[100, 784]', '[batch, 3]'])
  expect(showType({ dtype: 'uint8', shape: ['rows', 2] })).toBe('uint8 [rows, 2]')
  expect([sameShape([2], [2]), sameShape([2], [2, 1]), sameShape(['a'], ['b'])]).toEqual([true, false, false])
  expect(sameType({ dtype: 'bool', shape: [] }, { dtype: 'uint8', shape: [] })).toBe(false)
  expect([isStatic([]), isStatic([1, 2]), isStatic([1, 'batch'])]).toEqual([true, true, false])
})
