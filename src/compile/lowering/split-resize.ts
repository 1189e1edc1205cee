import type { Rule } from '../../graph/rewrite.js'
import type { Value } from '../../graph/types.js'
import { gather, interpolationMatrix, matmul, planeOf, Resize } from '../../ops/index.js'

/**
 * ONNX Runtime finds the source of row i as ⌊i / s⌋ with s = out/in, both rounded to float32, which for some sizes is one
 * less than the exact ⌊i in / out⌋ where that quotient is whole (14 → 2: row 1 is row 6, not 7). Such a nearest
 * Resize becomes, axis by axis, a choice of rows and a product with a 0/1 matrix for columns.
 */
export const splitResize: Rule = ({ op, inputs, attrs, outputs }, builder) => {
  if ((op as unknown) !== Resize || attrs.mode !== 'nearest') return undefined
  const x = inputs[0] as Value
  const [h, w] = planeOf(x)
  const [oh, ow] = planeOf(outputs[0] as Value)
  if (isExact(h, oh) && isExact(w, ow)) return undefined
  const rows = BigInt64Array.from({ length: oh }, (_, i) => BigInt(Math.floor((i * h) / oh)))
  const tall = oh === h ? x : gather(x, builder.constant({ dtype: 'int64', shape: [oh], data: rows }), 2)
  if (ow === w) return [tall]
  return [matmul(tall, interpolationMatrix(x, { from: w, to: ow, mode: 'nearest', transposed: true }))]
}

/** Whether float32 finds the same rows as exact arithmetic. */
function isExact(from: number, to: number): boolean {
  const scale = Math.fround(to / from)
  for (let i = 0; i < to; i++) {
    if (Math.floor(Math.fround(i / scale)) !== Math.floor((i * from) / to)) return false
  }
  return true
}
