import { isStatic, type Shape, sizeOf, stridesOf } from '../base/shape.js'
import { emit } from '../graph/builder.js'
import type { Array64, Operator, Value } from '../graph/types.js'
import { mul } from './binary.js'
import { defineOp, frontAxis, misfit } from './define.js'
import { expand, reshape } from './reshape.js'

export interface Reduction {
  /** Axes to reduce over; all of them when left out. */
  readonly axes?: readonly number[]
  /** Keep reduced axes at length 1. */
  readonly keepdims?: boolean
}

type Attrs = { readonly axes: readonly number[]; readonly keepdims: number }

interface ReduceRule {
  readonly name: string
  readonly since: number
  /** Accumulates over a group of `count` elements, from 0. */
  readonly step: (sum: number, x: number) => number
  readonly finish?: (sum: number, count: number) => number
  /** dx from dy already spread over x's shape. */
  readonly vjp: (args: { readonly x: Value; readonly dy: Value; readonly count: number }) => Value
}

function reduction({ name, since, step, finish, vjp }: ReduceRule): Operator<Attrs> {
  return defineOp<Attrs>({
    name,
    since,
    attrs: { axes: 'input', keepdims: 'int' },
    shape: ([x], { axes, keepdims }) => {
      const { dtype, shape } = x as Value
      return [{ dtype, shape: reduced(name, shape, axes, keepdims === 1) }]
    },
    kernel: ([x], { axes }) => {
      const { shape, data } = x as Array64
      const kept = reduced(name, shape, axes, true) as readonly number[]
      const steps = stridesOf(kept).map((stride, axis) => (kept[axis] === 1 ? 0 : stride))
      const strides = stridesOf(shape)
      const out = new Float64Array(sizeOf(kept))
      data.forEach((value, i) => {
        const k = steps.reduce(
          (sum, s, axis) => sum + s * (Math.floor(i / (strides[axis] as number)) % (shape[axis] as number)),
          0,
        )
        out[k] = step(out[k] as number, value)
      })
      const count = data.length / out.length
      return [finish ? out.map((sum) => finish(sum, count)) : out]
    },
    vjp: ({ inputs, y, dy, attrs: { axes, keepdims } }) => {
      const x = inputs[0] as Value
      return [
        () => {
          const kept = keepdims ? dy : reshape(dy, reduced(name, x.shape, axes, true))
          return vjp({ x, dy: expand(kept, x.shape), count: countOf(name, x.shape, y.shape) })
        },
      ]
    },
  })
}

const reducer =
  (op: Operator<Attrs>) =>
  (x: Value, { axes, keepdims = false }: Reduction = {}): Value =>
    emit(op, [x], { axes: axes ?? x.shape.map((_, axis) => axis), keepdims: +keepdims })

/** y = Σ x.  dx = dy. */
export const ReduceSum = reduction({ name: 'ReduceSum', since: 13, step: (sum, x) => sum + x, vjp: ({ dy }) => dy })
export const reduceSum = reducer(ReduceSum)

/** y = Σ x / n.  dx = dy / n. */
export const ReduceMean = reduction({
  name: 'ReduceMean',
  since: 18,
  step: (sum, x) => sum + x,
  finish: (sum, count) => sum / count,
  vjp: ({ dy, count }) => mul(dy, 1 / count),
})
export const reduceMean = reducer(ReduceMean)

/** y = Σ x².  dx = 2 x dy. */
export const ReduceSumSquare = reduction({
  name: 'ReduceSumSquare',
  since: 18,
  step: (sum, x) => sum + x * x,
  vjp: ({ x, dy }) => mul(x, mul(dy, 2)),
})
export const reduceSumSquare = reducer(ReduceSumSquare)

function reduced(name: string, shape: Shape, axes: readonly number[], keepdims: boolean): Shape {
  const gone = new Set(axes.map((axis) => frontAxis(name, axis, shape.length)))
  // to ONNX, no axis at all means every one
  if (gone.size !== axes.length || (gone.size === 0 && shape.length > 0)) misfit(name, 'distinct axes', `[${axes}]`)
  return shape.flatMap((dim, axis) => (gone.has(axis) ? (keepdims ? [1] : []) : [dim]))
}

function countOf(name: string, whole: Shape, part: Shape): number {
  if (!isStatic(whole) || !isStatic(part)) return misfit(name, 'known lengths, to differentiate', 'a named axis')
  return sizeOf(whole) / sizeOf(part)
}
