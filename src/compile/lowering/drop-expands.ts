import { type Shape, sameShape } from '../../base/shape.js'
import type { Rule } from '../../graph/rewrite.js'
import type { Value } from '../../graph/types.js'
import { Add, Div, Expand, expand, Mul, Sub } from '../../ops/index.js'

const BROADCASTING = new Set<unknown>([Add, Sub, Mul, Div])

/**
 * Lets elementwise operators broadcast for themselves, so that the spread-out copy is never made:
 *
 *   op(expand(v), x) = op(v, x)            when x alone has the result's shape
 *   op(expand(v), s) = expand(op(v, s))    when s is a single number
 */
export const dropExpands: Rule = ({ op, inputs, attrs, outputs }, builder) => {
  if (!BROADCASTING.has(op)) return undefined
  const [a, b] = inputs as [Value, Value]
  const shape = (outputs[0] as Value).shape
  const [va, vb] = [beforeExpand(a), beforeExpand(b)]
  if (va && fills(b, shape)) return builder.emit(op, [va, b], attrs)
  if (vb && fills(a, shape)) return builder.emit(op, [a, vb], attrs)
  if (va && isSingle(b)) return [expand(builder.emit(op, [va, b], attrs)[0] as Value, shape)]
  if (vb && isSingle(a)) return [expand(builder.emit(op, [a, vb], attrs)[0] as Value, shape)]
  return undefined
}

const beforeExpand = ({ source }: Value): Value | undefined =>
  source.kind === 'node' && (source.node.op as unknown) === Expand ? source.node.inputs[0] : undefined

const fills = (x: Value, shape: Shape) => sameShape(x.shape, shape) && !beforeExpand(x)

const isSingle = ({ shape }: Value) => shape.every((dim) => dim === 1)
