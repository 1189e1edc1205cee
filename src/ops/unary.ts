import { emit } from '../graph/builder.js'
import type { Array64, Operator, Value } from '../graph/types.js'
import { add, div, min, mul, sub } from './binary.js'
import { greater } from './compare.js'
import { defineOp, misfit } from './define.js'
import { cast } from './reshape.js'

interface UnaryRule {
  readonly name: string
  readonly since: number
  readonly of: (x: number) => number
  readonly vjp: ((args: { readonly x: Value; readonly y: Value; readonly dy: Value }) => Value) | null
}

/** Elementwise operators of one operand, of any shape. */
function unary({ name, since, of, vjp }: UnaryRule): Operator<Record<never, never>> {
  return defineOp({
    name,
    since,
    attrs: {},
    shape: ([x]) => [x?.dtype === 'float32' ? x : misfit(name, 'a tensor of float32', x?.dtype ?? 'nothing')],
    kernel: ([x]) => [(x as Array64).data.map(of)],
    vjp: vjp && (({ inputs: [x], y, dy }) => [() => vjp({ x: x as Value, y, dy })]),
  })
}

const emitter = (op: Operator<Record<never, never>>) => (x: Value) => emit(op, [x], {})

/** y = −x.  dx = −dy. */
export const Neg = unary({ name: 'Neg', since: 13, of: (x) => -x, vjp: ({ dy }) => neg(dy) })
export const neg = emitter(Neg)

/** y = |x|.  dx = dy sign x, 0 at 0. */
export const Abs = unary({ name: 'Abs', since: 13, of: Math.abs, vjp: ({ x, dy }) => mul(dy, sign(x)) })
export const abs = emitter(Abs)

/** y = −1, 0, 1.  Constant almost everywhere. */
export const Sign = unary({ name: 'Sign', since: 13, of: Math.sign, vjp: null })
export const sign = emitter(Sign)

/** y = ⌊x⌋.  Constant almost everywhere. */
export const Floor = unary({ name: 'Floor', since: 13, of: Math.floor, vjp: null })
export const floor = emitter(Floor)

/** y = √x.  dx = dy / 2y. */
export const Sqrt = unary({ name: 'Sqrt', since: 13, of: Math.sqrt, vjp: ({ y, dy }) => div(mul(dy, 0.5), y) })
export const sqrt = emitter(Sqrt)

/** y = eˣ.  dx = dy y. */
export const Exp = unary({ name: 'Exp', since: 13, of: Math.exp, vjp: ({ y, dy }) => mul(dy, y) })
export const exp = emitter(Exp)

/** y = ln x.  dx = dy / x. */
export const Log = unary({ name: 'Log', since: 13, of: Math.log, vjp: ({ x, dy }) => div(dy, x) })
export const log = emitter(Log)

/** y = (eˣ − e⁻ˣ) / 2.  dx = dy √(1 + y²): keeps y, not x. */
export const Sinh = unary({
  name: 'Sinh',
  since: 9,
  of: Math.sinh,
  vjp: ({ y, dy }) => mul(dy, sqrt(add(mul(y, y), 1))),
})
export const sinh = emitter(Sinh)

/** y = asinh x = ln(x + √(x² + 1)): x near 0, sign x ln 2|x| far from it.  dx = dy / √(x² + 1). */
export const Asinh = unary({
  name: 'Asinh',
  since: 9,
  of: Math.asinh,
  vjp: ({ x, dy }) => div(dy, sqrt(add(mul(x, x), 1))),
})
export const asinh = emitter(Asinh)

/** y = tanh x.  dx = dy (1 − y²): keeps y, not x. */
export const Tanh = unary({ name: 'Tanh', since: 13, of: Math.tanh, vjp: ({ y, dy }) => mul(dy, sub(1, mul(y, y))) })
export const tanh = emitter(Tanh)

/** y = σ(x) = 1 / (1 + e⁻ˣ).  dx = dy y (1 − y): keeps y, not x. */
export const Sigmoid = unary({
  name: 'Sigmoid',
  since: 13,
  of: (x) => 1 / (1 + Math.exp(-x)),
  vjp: ({ y, dy }) => mul(mul(dy, y), sub(1, y)),
})
export const sigmoid = emitter(Sigmoid)

/** y = ln(1 + eˣ), computed as max(x, 0) + ln(1 + e^−|x|).  dx = dy σ(x). */
export const Softplus = unary({
  name: 'Softplus',
  since: 1,
  of: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  vjp: ({ x, dy }) => mul(dy, sigmoid(x)),
})
export const softplus = emitter(Softplus)

/** y = max(x, 0).  dx = dy [y > 0], 0 at 0; a product, since ONNX Runtime takes many times as long for `Where`. */
export const Relu = unary({
  name: 'Relu',
  since: 14,
  of: (x) => Math.max(x, 0),
  vjp: ({ y, dy }) => mul(dy, cast(greater(y, 0), 'float32')),
})
export const relu = emitter(Relu)

/** y = x where x > 0, eˣ − 1 elsewhere.  dx = dy (min(y, 0) + 1): keeps y, not x. */
export const Elu = unary({
  name: 'Elu',
  since: 6,
  of: (x) => (x > 0 ? x : Math.expm1(x)),
  vjp: ({ y, dy }) => mul(dy, add(min(y, 0), 1)),
})
export const elu = emitter(Elu)
