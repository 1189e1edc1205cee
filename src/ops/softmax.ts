import { emit } from '../graph/builder.js'
import type { Array64, Operator, Value } from '../graph/types.js'
import { mul, sub } from './binary.js'
import { defineOp, frontAxis, misfit } from './define.js'
import { reduceSum } from './reduce.js'
import { exp } from './unary.js'

type Attrs = { readonly axis: number }

interface SoftmaxRule {
  readonly name: string
  /** Of one run of numbers, given its largest m and ln Σ e^(x − m). */
  readonly of: (x: number, largest: number, logSum: number) => number
  readonly vjp: (args: { readonly y: Value; readonly dy: Value }) => Value
}

/** Over the last axis; computed from x − max x, so that nothing overflows. */
function softmaxOperator({ name, of, vjp }: SoftmaxRule): Operator<Attrs> {
  return defineOp<Attrs>({
    name,
    since: 13,
    attrs: { axis: 'int' },
    shape: ([x], { axis }) => {
      const { dtype, shape } = x as Value
      if (dtype !== 'float32') misfit(name, 'a tensor of float32', dtype)
      if (frontAxis(name, axis, shape.length) !== shape.length - 1) misfit(name, 'the last axis', `${axis}`)
      return [{ dtype, shape }]
    },
    kernel: ([x]) => {
      const { shape, data } = x as Array64
      const width = shape.at(-1) as number
      const out = new Float64Array(data.length)
      for (let from = 0; from < data.length; from += width) {
        const run = data.subarray(from, from + width)
        const largest = run.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
        const logSum = Math.log(run.reduce((sum, value) => sum + Math.exp(value - largest), 0))
        run.forEach((value, i) => {
          out[from + i] = of(value, largest, logSum)
        })
      }
      return [out]
    },
    vjp: ({ y, dy }) => [() => vjp({ y, dy })],
  })
}

const overLast = (x: Value): Value => reduceSum(x, { axes: [x.shape.length - 1], keepdims: true })

/** y = eˣ / Σ eˣ.  dx = y (dy − Σ y dy). */
export const Softmax = softmaxOperator({
  name: 'Softmax',
  of: (x, largest, logSum) => Math.exp(x - largest - logSum),
  vjp: ({ y, dy }) => mul(y, sub(dy, overLast(mul(y, dy)))),
})
export const softmax = (x: Value): Value => emit(Softmax, [x], { axis: -1 })

/** y = x − ln Σ eˣ.  dx = dy − eʸ Σ dy. */
export const LogSoftmax = softmaxOperator({
  name: 'LogSoftmax',
  of: (x, largest, logSum) => x - largest - logSum,
  vjp: ({ y, dy }) => sub(dy, mul(exp(y), overLast(dy))),
})
export const logSoftmax = (x: Value): Value => emit(LogSoftmax, [x], { axis: -1 })
