import type { Array64, Value } from '../graph/types.js'
import { mul } from './binary.js'
import { equal } from './compare.js'
import { defineOp, frontAxis, misfit } from './define.js'
import { reduceSum } from './reduce.js'
import { cast, reshape } from './reshape.js'

type Attrs = { readonly axis: number; readonly largest: number; readonly sorted: number; readonly k: readonly number[] }

/**
 * The k largest along the last axis, the largest first and of equal ones the first, and where they stand.
 *
 * outputs:  values float32 [..., k], indices int64 [..., k]
 *
 * dx = Σₖ dyₖ where the k-th stood, 0 elsewhere.
 */
export const TopK = defineOp<Attrs>({
  name: 'TopK',
  since: 11,
  attrs: { axis: 'int', largest: 'int', sorted: 'int', k: 'input' },
  shape: ([x], { axis, largest, sorted, k: [k = 0, ...more] }) => {
    const { dtype, shape } = x as Value
    if (dtype !== 'float32') misfit('TopK', 'a tensor of float32', dtype)
    if (frontAxis('TopK', axis, shape.length) !== shape.length - 1) misfit('TopK', 'the last axis', `${axis}`)
    if (largest !== 1 || sorted !== 1) misfit('TopK', 'the largest, in order', `${largest}, ${sorted}`)
    const width = shape.at(-1)
    const fits = more.length === 0 && Number.isInteger(k) && k >= 1 && typeof width === 'number' && k <= width
    if (!fits) misfit('TopK', `one k from 1 to ${width}`, `${[k, ...more]}`)
    const found = [...shape.slice(0, -1), k]
    return [
      { dtype, shape: found },
      { dtype: 'int64', shape: found },
    ]
  },
  kernel: ([x], { k: [k = 0] }) => {
    const { shape, data } = x as Array64
    const width = shape.at(-1) as number
    const [values, indices] = [0, 1].map(() => new Float64Array((data.length / width) * k)) as [
      Float64Array,
      Float64Array,
    ]
    for (let row = 0; row * width < data.length; row++) {
      const run = data.subarray(row * width, (row + 1) * width)
      const order = Array.from(run.keys()).sort((a, b) => (run[b] as number) - (run[a] as number) || a - b)
      order.slice(0, k).forEach((at, i) => {
        values[row * k + i] = run[at] as number
        indices[row * k + i] = at
      })
    }
    return [values, indices]
  },
  vjp: ({ inputs: [x], outputs: [, indices], dy }) => [() => spread(dy, indices as Value, x as Value)],
})

/** @param x  [..., width]: what dy [..., k] is put into, at `indices` */
function spread(dy: Value, indices: Value, x: Value): Value {
  const width = x.shape.at(-1) as number
  const places = BigInt64Array.from({ length: width }, (_, i) => BigInt(i))
  const all = x.builder.constant({ dtype: 'int64', shape: [width], data: places })
  const apart = (value: Value) => reshape(value, [...value.shape, 1])
  const chosen = cast(equal(apart(indices), all), 'float32')
  return reduceSum(mul(chosen, apart(dy)), { axes: [dy.shape.length - 1] })
}

/** Where the k largest along the last axis stand, and what they are. */
export function topK(x: Value, k: number): { readonly values: Value; readonly indices: Value } {
  const outputs = x.builder.emit(TopK, [x], { axis: -1, largest: 1, sorted: 1, k: [k] })
  const [values, indices] = outputs as readonly [Value, Value]
  return { values, indices }
}
