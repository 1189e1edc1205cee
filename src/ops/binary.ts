import { broadcastShapes, covers, type Shape, sameShape, sizeOf, stridesOf, type TensorType } from '../base/shape.js'
import { emit, type Operand } from '../graph/builder.js'
import type { Array64, Operator, Value } from '../graph/types.js'
import { equal, greater, less } from './compare.js'
import { defineOp, misfit, requireOneType } from './define.js'
import { reduceSum } from './reduce.js'
import { cast, reshape } from './reshape.js'

type Pair = { readonly a: Value; readonly b: Value; readonly y: Value; readonly dy: Value }

/** Elementwise operators of two operands, with numpy's broadcasting. */
interface BinaryRule {
  readonly name: string
  readonly since: number
  readonly of: (a: number, b: number) => number
  /** [da, db] at the broadcast shape; reducing to the operands' own shapes is done here once for all. */
  readonly vjp: (pair: Pair) => readonly [() => Value, () => Value]
  /** A number that leaves the other operand as it is: on the right, and on the left where the operator commutes. */
  readonly neutral?: { readonly number: number; readonly commutes: boolean }
}

function binary({ name, since, of, vjp, neutral }: BinaryRule): Operator<Record<never, never>> {
  return defineOp({
    name,
    since,
    attrs: {},
    shape: (inputs) => [{ dtype: inputs[0]?.dtype ?? 'float32', shape: broadcastOf(name, inputs) }],
    kernel: ([a, b], _, [y]) => [zip(a as Array64, b as Array64, y?.shape as readonly number[], of)],
    vjp: ({ inputs, y, dy }) => {
      const [a, b] = inputs as [Value, Value]
      const [da, db] = vjp({ a, b, y, dy })
      return [() => unbroadcast(da(), a.shape), () => unbroadcast(db(), b.shape)]
    },
    ...(neutral && {
      identity: (inputs) => {
        const [a, b] = inputs as [Value, Value]
        if (isNumber(b, neutral.number) && covers(a.shape, b.shape)) return a
        if (neutral.commutes && isNumber(a, neutral.number) && covers(b.shape, a.shape)) return b
        return undefined
      },
    }),
  })
}

/** y = a + b.  da = db = dy. */
export const Add = binary({
  name: 'Add',
  since: 14,
  of: (a, b) => a + b,
  vjp: ({ dy }) => [() => dy, () => dy],
  neutral: { number: 0, commutes: true },
})
export const add = (a: Operand, b: Operand): Value => emit(Add, [a, b], {})

/** y = a − b.  da = dy, db = −dy. */
export const Sub = binary({
  name: 'Sub',
  since: 14,
  of: (a, b) => a - b,
  vjp: ({ dy }) => [() => dy, () => mul(dy, -1)],
  neutral: { number: 0, commutes: false },
})
export const sub = (a: Operand, b: Operand): Value => emit(Sub, [a, b], {})

/** y = a b.  da = dy b, db = dy a. */
export const Mul = binary({
  name: 'Mul',
  since: 14,
  of: (a, b) => a * b,
  vjp: ({ a, b, dy }) => [() => mul(dy, b), () => mul(dy, a)],
  neutral: { number: 1, commutes: true },
})
export const mul = (a: Operand, b: Operand): Value => emit(Mul, [a, b], {})

/** y = a / b.  da = dy / b, db = −dy y / b. */
export const Div = binary({
  name: 'Div',
  since: 14,
  of: (a, b) => a / b,
  vjp: ({ b, y, dy }) => [() => div(dy, b), () => mul(div(mul(dy, y), b), -1)],
  neutral: { number: 1, commutes: false },
})
export const div = (a: Operand, b: Operand): Value => emit(Div, [a, b], {})

/** y = max(a, b).  da = dy where y = a, db = dy where b > a: of two equal operands the first has the gradient. */
export const Max = binary({
  name: 'Max',
  since: 13,
  of: Math.max,
  vjp: ({ a, b, y, dy }) => [
    () => mul(dy, cast(equal(y, a), 'float32')),
    () => mul(dy, cast(greater(b, a), 'float32')),
  ],
})
export const max = (a: Operand, b: Operand): Value => emit(Max, [a, b], {})

/** y = min(a, b).  da = dy where y = a, db = dy where b < a: of two equal operands the first has the gradient. */
export const Min = binary({
  name: 'Min',
  since: 13,
  of: Math.min,
  vjp: ({ a, b, y, dy }) => [() => mul(dy, cast(equal(y, a), 'float32')), () => mul(dy, cast(less(b, a), 'float32'))],
})
export const min = (a: Operand, b: Operand): Value => emit(Min, [a, b], {})

/** Sums over the axes along which a tensor of this shape was broadcast: the transpose of broadcasting. */
export function unbroadcast(dy: Value, shape: Shape): Value {
  if (sameShape(dy.shape, shape)) return dy
  const lead = dy.shape.length - shape.length
  const axes = dy.shape.flatMap((dim, axis) => (axis < lead || (shape[axis - lead] === 1 && dim !== 1) ? [axis] : []))
  const keepdims = axes.length !== lead
  const summed = axes.length > 0 ? reduceSum(dy, { axes, keepdims }) : dy
  return reshape(summed, shape)
}

export function broadcastOf(name: string, inputs: readonly TensorType[]): Shape {
  const [a, b] = inputs as readonly [Value, Value]
  requireOneType(name, inputs)
  return broadcastShapes(a.shape, b.shape) ?? misfit(name, 'shapes that broadcast', [a, b])
}

function isNumber({ source }: Value, number: number): boolean {
  if (source.kind !== 'constant' || source.name !== undefined) return false
  return source.tensor.data.length === 1 && Number(source.tensor.data[0]) === number
}

/** of(a, b) over two arrays broadcast to one shape. */
export function zip(
  a: Array64,
  b: Array64,
  shape: readonly number[],
  of: (a: number, b: number) => number,
): Float64Array {
  const out = new Float64Array(sizeOf(shape))
  const at = strideOver(a.shape, shape)
  const bt = strideOver(b.shape, shape)
  const index = new Array<number>(shape.length).fill(0)
  let i = 0
  let j = 0
  for (let k = 0; k < out.length; k++) {
    out[k] = of(a.data[i] as number, b.data[j] as number)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1
      i += at[axis] as number
      j += bt[axis] as number
      if (index[axis] !== shape[axis]) break
      i -= (at[axis] as number) * (shape[axis] as number)
      j -= (bt[axis] as number) * (shape[axis] as number)
      index[axis] = 0
    }
  }
  return out
}

/** An array's elements repeated to fill a shape it broadcasts to. */
export function spread(x: Array64, shape: readonly number[]): Float64Array {
  return zip(x, { dtype: x.dtype, shape: [], data: Float64Array.of(0) }, shape, (value) => value)
}

/** Strides of an array seen at a larger shape: 0 along broadcast axes. */
function strideOver(own: readonly number[], shape: readonly number[]): number[] {
  const strides = stridesOf(own)
  const lead = shape.length - own.length
  return shape.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : (strides[axis - lead] as number)))
}
