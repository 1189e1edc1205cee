import {
  covers,
  type Dim,
  type DType,
  isStatic,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
} from '../base/shape.js'
import { emit } from '../graph/builder.js'
import type { Array64, Value } from '../graph/types.js'
import { spread, unbroadcast } from './binary.js'
import { defineOp, frontAxis, misfit, requireOneType } from './define.js'
import { slice } from './select.js'

/** y = x. */
export const Identity = defineOp({
  name: 'Identity',
  since: 16,
  attrs: {},
  shape: ([x]) => [x as Value],
  kernel: ([x]) => [(x as Array64).data],
  vjp: ({ dy }) => [() => dy],
  identity: ([x]) => x,
})
export const identity = (x: Value): Value => emit(Identity, [x], {})

const isReal = (dtype: DType) => dtype === 'float32' || dtype === 'float64'

/** y = x in another type; fractions are cut off on the way to integers.  dx = dy between floats. */
export const Cast = defineOp<{ readonly to: DType }>({
  name: 'Cast',
  since: 19,
  attrs: { to: 'dtype' },
  shape: ([x], { to }) => [{ dtype: to, shape: (x as Value).shape }],
  kernel: ([x], { to }) => {
    const { data } = x as Array64
    return [isReal(to) ? data : data.map(to === 'bool' ? (v) => +(v !== 0) : Math.trunc)]
  },
  vjp: ({ inputs, attrs: { to }, dy }) => {
    const from = inputs[0]?.dtype ?? 'float32'
    return [isReal(from) && isReal(to) ? () => cast(dy, from) : null]
  },
  identity: ([x], { to }) => (x?.dtype === to ? x : undefined),
})
export const cast = (x: Value, to: DType): Value => emit(Cast, [x], { to })

/**
 * The same numbers in another shape. At most one length may be a name, and stands for what is left over: ONNX's −1.
 * dx = dy in x's shape.
 */
export const Reshape = defineOp<{ readonly shape: readonly number[] }>({
  name: 'Reshape',
  since: 21,
  attrs: { shape: 'input' },
  shape: ([x], { shape }) => {
    const { dtype, shape: own } = x as Value
    const open = shape.filter((dim) => dim === -1).length
    const [named, ...others] = own.filter((dim) => typeof dim === 'string')
    if (open > 1 || others.length > 0 || shape.some((dim) => dim < -1))
      misfit('Reshape', 'one open length at most', `${showShape(own)} to ${showShape(shape)}`)
    const known = sizeOf(shape.filter((dim) => dim !== -1))
    const size = sizeOf(own.filter((dim) => typeof dim === 'number'))
    if (open === 0 && (named !== undefined || size !== known))
      misfit('Reshape', `a tensor of ${known} elements`, showShape(own))
    if (named !== undefined && size !== known) misfit('Reshape', `${known} elements per ${named}`, showShape(own))
    if (size % known !== 0) misfit('Reshape', `a multiple of ${known} elements`, showShape(own))
    return [{ dtype, shape: shape.map((dim) => (dim === -1 ? (named ?? size / known) : dim)) }]
  },
  kernel: ([x]) => [(x as Array64).data],
  vjp: ({ inputs, dy }) => [() => reshape(dy, (inputs[0] as Value).shape)],
  identity: ([x], { shape }) => (x && sameShape(x.shape, shape) ? x : undefined),
})
export const reshape = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape)
    ? x
    : emit(Reshape, [x], { shape: shape.map((dim) => (typeof dim === 'string' ? -1 : dim)) })

/** y[i_perm] = x[i].  dx = dy with the inverse permutation. */
export const Transpose = defineOp<{ readonly perm: readonly number[] }>({
  name: 'Transpose',
  since: 21,
  attrs: { perm: 'ints' },
  shape: ([x], { perm }) => {
    const { dtype, shape } = x as Value
    if (perm.length !== shape.length || !shape.every((_, axis) => perm.includes(axis)))
      misfit('Transpose', `a permutation of the axes of ${showShape(shape)}`, showShape(perm))
    return [{ dtype, shape: perm.map((axis) => shape[axis] as Dim) }]
  },
  kernel: ([x], { perm }, [y]) => {
    const { shape, data } = x as Array64
    const own = stridesOf(shape)
    return [
      gatherStrided(
        data,
        y?.shape as readonly number[],
        perm.map((axis) => own[axis] as number),
      ),
    ]
  },
  vjp: ({ dy, attrs: { perm } }) => [
    () =>
      transpose(
        dy,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
  ],
  identity: ([x], { perm }) => (perm.every((axis, i) => axis === i) ? x : undefined),
})
export const transpose = (x: Value, perm: readonly number[]): Value => emit(Transpose, [x], { perm })

/** x broadcast to a shape.  dx = Σ dy over the axes it was broadcast along. */
export const Expand = defineOp<{ readonly shape: readonly number[] }>({
  name: 'Expand',
  since: 13,
  attrs: { shape: 'input' },
  shape: ([x], { shape }) => {
    const { dtype, shape: own } = x as Value
    return covers(shape, own)
      ? [{ dtype, shape }]
      : misfit('Expand', `a shape that broadcasts to ${showShape(shape)}`, showShape(own))
  },
  kernel: ([x], { shape }) => [spread(x as Array64, shape)],
  vjp: ({ inputs, dy }) => [() => unbroadcast(dy, (inputs[0] as Value).shape)],
  identity: ([x], { shape }) => (x && sameShape(x.shape, shape) ? x : undefined),
})
export function expand(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x
  if (!isStatic(shape)) return misfit('Expand', 'known lengths', showShape(shape))
  return emit(Expand, [x], { shape })
}

/** The inputs one after another along an axis.  Each dx is its slice of dy. */
export const Concat = defineOp<{ readonly axis: number }>({
  name: 'Concat',
  since: 13,
  attrs: { axis: 'int' },
  shape: (inputs, { axis }) => {
    const [first] = inputs as readonly Value[]
    const { dtype, shape } = first as Value
    requireOneType('Concat', inputs)
    const along = frontAxis('Concat', axis, shape.length)
    const fits = inputs.every(
      (x) => x.shape.length === shape.length && x.shape.every((dim, i) => i === along || dim === shape[i]),
    )
    const lengths: Shape = inputs.map((x) => x.shape[along] as Dim)
    if (!fits || !isStatic(lengths)) return misfit('Concat', `shapes that differ along axis ${along} only`, inputs)
    return [{ dtype, shape: shape.map((dim, i) => (i === along ? lengths.reduce((a, b) => a + b, 0) : dim)) }]
  },
  kernel: (inputs, { axis }, [y]) => {
    const shape = y?.shape as readonly number[]
    const along = frontAxis('Concat', axis, shape.length)
    const inner = sizeOf(shape.slice(along + 1))
    const out = new Float64Array(sizeOf(shape))
    let offset = 0
    for (const x of inputs) {
      const run = (x.shape[along] as number) * inner
      for (let o = 0; o * run < x.data.length; o++) {
        out.set(x.data.subarray(o * run, (o + 1) * run), o * (shape[along] as number) * inner + offset)
      }
      offset += run
    }
    return [out]
  },
  vjp: ({ inputs, dy, attrs: { axis } }) => {
    let start = 0
    return inputs.map((x) => {
      const from = start
      const along = frontAxis('Concat', axis, x.shape.length)
      start += x.shape[along] as number
      const to = start
      return () => slice(dy, { axis: along, from, to })
    })
  },
})
export const concat = (inputs: readonly Value[], axis: number): Value => emit(Concat, inputs, { axis })

/** Elements read at these strides, in row-major order of the shape. */
function gatherStrided(data: Float64Array, shape: readonly number[], strides: readonly number[]): Float64Array {
  const own = stridesOf(shape)
  return Float64Array.from({ length: data.length }, (_, k) => {
    const i = shape.reduce(
      (sum, dim, axis) => sum + (strides[axis] as number) * (Math.floor(k / (own[axis] as number)) % dim),
      0,
    )
    return data[i] as number
  })
}
