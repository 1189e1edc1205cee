import { broadcastShapes } from '../base/shape.js'
import { emit, type Operand } from '../graph/builder.js'
import type { Array64, Value } from '../graph/types.js'
import { broadcastOf, spread, unbroadcast, zip } from './binary.js'
import { defineOp, misfit } from './define.js'

const comparison = (name: string, since: number, of: (a: number, b: number) => boolean) =>
  defineOp({
    name,
    since,
    attrs: {},
    shape: (inputs) => [{ dtype: 'bool', shape: broadcastOf(name, inputs) }],
    kernel: ([a, b], _, [y]) => [zip(a as Array64, b as Array64, y?.shape as readonly number[], (u, v) => +of(u, v))],
    vjp: null,
  })

/** y = a > b. */
export const Greater = comparison('Greater', 13, (a, b) => a > b)
export const greater = (a: Operand, b: Operand): Value => emit(Greater, [a, b], {})

/** y = a < b. */
export const Less = comparison('Less', 13, (a, b) => a < b)
export const less = (a: Operand, b: Operand): Value => emit(Less, [a, b], {})

/** y = a equals b. */
export const Equal = comparison('Equal', 19, (a, b) => a === b)
export const equal = (a: Operand, b: Operand): Value => emit(Equal, [a, b], {})

/** y = whether x is not a number. */
export const IsNaN = defineOp({
  name: 'IsNaN',
  since: 20,
  attrs: {},
  shape: ([x]) => {
    const { dtype, shape } = x as Value
    if (dtype !== 'float32' && dtype !== 'float64') misfit('IsNaN', 'a tensor of float32 or float64', dtype)
    return [{ dtype: 'bool', shape }]
  },
  kernel: ([x]) => [(x as Array64).data.map((value) => +Number.isNaN(value))],
  vjp: null,
})
export const isNotNumber = (x: Value): Value => emit(IsNaN, [x], {})

/** y = a where c, b elsewhere; all three broadcast.  da = dy where c, db = dy elsewhere. */
export const Where = defineOp({
  name: 'Where',
  since: 16,
  attrs: {},
  shape: (inputs) => {
    const [c, a] = inputs as readonly [Value, Value, Value]
    if (c.dtype !== 'bool') misfit('Where', 'a condition of type bool', c.dtype)
    const shape = broadcastShapes(c.shape, broadcastOf('Where', inputs.slice(1)))
    return [{ dtype: a.dtype, shape: shape ?? misfit('Where', 'shapes that broadcast', inputs) }]
  },
  kernel: (inputs, _, [y]) => {
    const [c, a, b] = inputs as readonly [Array64, Array64, Array64]
    const shape = y?.shape as readonly number[]
    const [picks, as, bs] = [spread(c, shape), spread(a, shape), spread(b, shape)]
    return [picks.map((picked, i) => (picked ? as[i] : bs[i]) as number)]
  },
  vjp: ({ inputs, dy }) => {
    const [c, a, b] = inputs as readonly [Value, Value, Value]
    return [null, () => unbroadcast(where(c, dy, 0), a.shape), () => unbroadcast(where(c, 0, dy), b.shape)]
  },
})
/** Numbers take the type of the value beside them. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  const typed = typeof a === 'number' ? b : a
  const dtype = typeof typed === 'number' ? 'float32' : typed.dtype
  const lift = (x: Operand) => (typeof x === 'number' ? condition.builder.scalar(x, dtype) : x)
  return emit(Where, [condition, lift(a), lift(b)], {})
}
