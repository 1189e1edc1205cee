import { type Dim, type Shape, sizeOf, stridesOf } from '../base/shape.js'
import { emit } from '../graph/builder.js'
import type { Array64, Value } from '../graph/types.js'
import { defineOp, frontAxis, misfit } from './define.js'
import { reshape } from './reshape.js'

/** Indices `from`, `from + step`, … below `to` along one axis. */
export interface Range {
  readonly axis: number
  readonly from: number
  readonly to: number
  /** 1 when left out. */
  readonly step?: number
}

type SliceAttrs = {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly axes: readonly number[]
  readonly steps: readonly number[]
}

/** Ranges along some axes, all of the others.  dx is dy between zeros. */
export const Slice = defineOp<SliceAttrs>({
  name: 'Slice',
  since: 13,
  attrs: { starts: 'input', ends: 'input', axes: 'input', steps: 'input' },
  shape: ([x], attrs) => {
    const { dtype, shape } = x as Value
    const lengths = [...shape]
    for (const { axis, from, to, step } of rangesOf(attrs)) {
      const length = shape[axis]
      if (typeof length !== 'number' || from < 0 || to > length || from >= to || step < 1)
        misfit('Slice', `a range within 0 … ${length}`, `${from} … ${to} in steps of ${step}`)
      lengths[axis] = Math.ceil((to - from) / step)
    }
    if (new Set(attrs.axes).size !== attrs.axes.length) misfit('Slice', 'distinct axes', `[${attrs.axes}]`)
    return [{ dtype, shape: lengths }]
  },
  kernel: ([x], attrs, [y]) => {
    const { shape, data } = x as Array64
    const strides = stridesOf(shape)
    let start = 0
    for (const { axis, from, step } of rangesOf(attrs)) {
      start += from * (strides[axis] as number)
      strides[axis] = (strides[axis] as number) * step
    }
    const out = y?.shape as readonly number[]
    return [Float64Array.from({ length: sizeOf(out) }, (_, k) => data[start + stridedIndex(k, out, strides)] as number)]
  },
  vjp: ({ inputs, dy, attrs }) => [() => unslice(dy, (inputs[0] as Value).shape, rangesOf(attrs))],
  identity: ([x], { ends, steps, axes, starts }) =>
    x && starts.every((from, i) => from === 0 && steps[i] === 1 && ends[i] === x.shape[axes[i] as number])
      ? x
      : undefined,
})

export const slices = (x: Value, ranges: readonly Range[]): Value =>
  emit(Slice, [x], {
    starts: ranges.map(({ from }) => from),
    ends: ranges.map(({ to }) => to),
    axes: ranges.map(({ axis }) => axis),
    steps: ranges.map(({ step }) => step ?? 1),
  })

export const slice = (x: Value, range: Range): Value => slices(x, [range])

const rangesOf = ({ starts, ends, axes, steps }: SliceAttrs): Required<Range>[] =>
  axes.map((axis, i) => ({ axis, from: starts[i] ?? 0, to: ends[i] ?? 0, step: steps[i] ?? 1 }))

/**
 * The transpose of slicing: a step s is undone by s − 1 zeros after each element, [k] → [k, 1] → [k, s] → [k s], of which
 * the last may reach beyond x and are cut off; then zeros before and after.
 */
export function unslice(dy: Value, shape: Shape, ranges: readonly Required<Range>[]): Value {
  const before = shape.map(() => 0)
  const after = shape.map(() => 0)
  let dx = dy
  for (const { axis, from, step } of ranges) {
    const length = shape[axis] as number
    dx = spaced(dx, axis, step)
    const reach = dx.shape[axis] as number
    if (from + reach > length) dx = slice(dx, { axis, from: 0, to: length - from })
    before[axis] = from
    after[axis] = Math.max(0, length - from - reach)
  }
  return pad(dx, { before, after })
}

/** step − 1 zeros after each element along an axis. */
function spaced(x: Value, axis: number, step: number): Value {
  if (step === 1) return x
  const [left, length, right] = [x.shape.slice(0, axis), x.shape[axis] as number, x.shape.slice(axis + 1)]
  const column = reshape(x, [...left, length, 1, ...right])
  const zeros = column.shape.map(() => 0)
  const padded = pad(column, { before: zeros, after: zeros.with(axis + 1, step - 1) })
  return reshape(padded, [...left, length * step, ...right])
}

/** Zeros before and after x along each axis; first all the befores, then all the afters.  dx is what of dy lies between. */
export const Pad = defineOp<{ readonly pads: readonly number[] }>({
  name: 'Pad',
  since: 21,
  attrs: { pads: 'input' },
  shape: ([x], { pads }) => {
    const { dtype, shape } = x as Value
    if (pads.length !== 2 * shape.length || pads.some((zeros) => zeros < 0))
      misfit('Pad', `${2 * shape.length} numbers of zeros`, `[${pads}]`)
    return [{ dtype, shape: shape.map((dim, axis) => padded(dim, pads, axis)) }]
  },
  kernel: ([x], { pads }, [y]) => {
    const { shape, data } = x as Array64
    const strides = stridesOf(y?.shape as readonly number[])
    const start = strides.reduce((sum, stride, axis) => sum + stride * (pads[axis] as number), 0)
    const out = new Float64Array(sizeOf(y?.shape as readonly number[]))
    data.forEach((value, k) => {
      out[start + stridedIndex(k, shape, strides)] = value
    })
    return [out]
  },
  vjp: ({ inputs, dy, attrs: { pads } }) => [
    () => {
      const { shape } = inputs[0] as Value
      const ranges = shape.flatMap((dim, axis) => {
        if (dim === dy.shape[axis]) return []
        const from = pads[axis] as number
        return [{ axis, from, to: from + (dim as number) }]
      })
      return ranges.length > 0 ? slices(dy, ranges) : dy
    },
  ],
  identity: ([x], { pads }) => (pads.every((zeros) => zeros === 0) ? x : undefined),
})

/** How many zeros to put before and after, one number per axis. */
export interface Margins {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

export function pad(x: Value, { before, after }: Margins): Value {
  const pads = [...before, ...after]
  return pads.length === 2 * x.shape.length && pads.every((zeros) => zeros === 0) ? x : emit(Pad, [x], { pads })
}

function padded(dim: Dim, pads: readonly number[], axis: number): Dim {
  const zeros = (pads[axis] as number) + (pads[pads.length / 2 + axis] as number)
  if (zeros === 0) return dim
  return typeof dim === 'number' ? dim + zeros : misfit('Pad', 'no zeros along an axis of unknown length', dim)
}

/** Elements of x by index along an axis: y[…, indices[i], …].  Not differentiated: data is gathered, parameters are not. */
export const Gather = defineOp<{ readonly axis: number }>({
  name: 'Gather',
  since: 13,
  attrs: { axis: 'int' },
  shape: (inputs, { axis }) => {
    const [x, indices] = inputs as readonly [Value, Value]
    const along = frontAxis('Gather', axis, x.shape.length)
    if (!['int32', 'int64'].includes(indices.dtype)) misfit('Gather', 'indices of int32 or int64', indices.dtype)
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)] }]
  },
  kernel: (inputs, { axis }, [y]) => {
    const [x, indices] = inputs as readonly [Array64, Array64]
    const along = frontAxis('Gather', axis, x.shape.length)
    const length = x.shape[along] as number
    const run = sizeOf(x.shape.slice(along + 1))
    const count = indices.data.length
    const out = new Float64Array(sizeOf(y?.shape as readonly number[]))
    for (let o = 0; o * count * run < out.length; o++) {
      indices.data.forEach((index, i) => {
        const from = (o * length + index) * run
        out.set(x.data.subarray(from, from + run), (o * count + i) * run)
      })
    }
    return [out]
  },
  vjp: null,
})
export const gather = (x: Value, indices: Value, axis = 0): Value => emit(Gather, [x, indices], { axis })

/** The index of the largest element along the last axis, int64; of equal ones the first. */
export const ArgMax = defineOp<{ readonly axis: number; readonly keepdims: number }>({
  name: 'ArgMax',
  since: 13,
  attrs: { axis: 'int', keepdims: 'int' },
  shape: ([x], { axis, keepdims }) => {
    const { shape } = x as Value
    if (frontAxis('ArgMax', axis, shape.length) !== shape.length - 1) misfit('ArgMax', 'the last axis', `${axis}`)
    return [{ dtype: 'int64', shape: [...shape.slice(0, -1), ...(keepdims ? [1] : [])] }]
  },
  kernel: ([x]) => {
    const { shape, data } = x as Array64
    const width = shape.at(-1) as number
    return [
      Float64Array.from({ length: data.length / width }, (_, row) => {
        const run = data.subarray(row * width, (row + 1) * width)
        return run.indexOf(run.reduce((most, value) => Math.max(most, value)))
      }),
    ]
  },
  vjp: null,
})
export const argMax = (x: Value): Value => emit(ArgMax, [x], { axis: -1, keepdims: 0 })

/** Where the k-th element of a shape, in row-major order, stands in an array of these strides. */
function stridedIndex(k: number, shape: readonly number[], strides: readonly number[]): number {
  let index = 0
  let rest = k
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const dim = shape[axis] as number
    index += (rest % dim) * (strides[axis] as number)
    rest = Math.floor(rest / dim)
  }
  return index
}
