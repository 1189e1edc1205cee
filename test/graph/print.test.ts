import { expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { print } from '../../src/graph/print.js'
import type { Value } from '../../src/graph/types.js'
import { add, cast, concat, loop, mul, reduceSum, sigmoid } from '../../src/ops/index.js'
import { bodyOf } from '../ops/cases/loop.js'

test('one line a node, with types, constants and attributes', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', { dtype: 'uint8', shape: ['batch', 3] })
  const bias = builder.constant({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) }, 'bias')
  const y = sigmoid(add(mul(cast(x, 'float32'), 0.5), bias))
  expect(
    print(builder.build({ y, total: reduceSum(concat([y, y], 1), { axes: [-1, 0] }), x, half: builder.scalar(0.5) })),
  ).toBe(`input x: uint8 [batch, 3]
%0: float32 [batch, 3] = Cast(x, to=float32)
%1: float32 [batch, 3] = Mul(%0, 0.5)
%2: float32 [batch, 3] = Add(%1, const [3])
%3: float32 [batch, 3] = Sigmoid(%2)
%4: float32 [batch, 6] = Concat(%3, %3, axis=1)
%5: float32 [] = ReduceSum(%4, axes=[-1, 0], keepdims=0)
output y = %3
output total = %5
output x = x
output half = 0.5`)
})

test('a body stands indented in its node', () => {
  const vector = { dtype: 'float32', shape: [2] } as const
  const body = bodyOf([vector], [vector], ({ carried: [x], captured: [c] }) => {
    const next = add(x as Value, c as Value)
    return { carried: [next], scans: [reduceSum(next)] }
  })
  const builder = new GraphBuilder()
  const [x, c] = [builder.input('x', vector), builder.input('c', vector)]
  const [y, sums] = loop({ trips: builder.scalar(3, 'int64'), carried: [x], captured: [c], body })
  expect(print(builder.build({ y: y as Value, sums: sums as Value }))).toBe(`input x: float32 [2]
input c: float32 [2]
%0: float32 [2], %1: float32 [trips] = Loop(3, 1, x, c, body={
  input iteration: int64 []
  input go: bool []
  input carried.0: float32 [2]
  input captured.0: float32 [2]
  %0: float32 [2] = Add(carried.0, captured.0)
  %1: float32 [] = ReduceSum(%0, axes=[0], keepdims=0)
  output go = go
  output next.0 = %0
  output scan.0 = %1
}, carried=1)
output y = %0
output sums = %1`)
})
