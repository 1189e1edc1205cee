import type { Rule } from '../../graph/rewrite.js'
import type { Value } from '../../graph/types.js'
import { add, MaxPoolPick, mul, type PoolAttrs, slices, sub } from '../../ops/index.js'
import { innerShapeOf, inward, outward } from './innermost.js'
import { elementsOf, type Pooling, padded } from './window-elements.js'

/**
 * What stands where each window has its first maximum: every element u gives its own where it is the first,
 *
 *   r₀ = 1      m_u = [x_u = y] inside_u r_u      r_{u+1} = r_u − m_u      out = Σ_u m_u v_u
 *
 * and the last one is where all others are not. The comparisons are those of `expandMaxPoolGrad`, and are shared with it.
 */
export const expandMaxPoolPick: Rule = ({ op, inputs, attrs }) => {
  if ((op as unknown) !== MaxPoolPick) return undefined
  const isInner = innerShapeOf(inputs[0] as Value) !== undefined
  const [x, y, values] = (isInner ? inputs.map(inward) : inputs) as [Value, Value, Value]
  const pooling: Pooling = { x, y, attrs: attrs as unknown as PoolAttrs, height: isInner ? 1 : 2 }
  const picked = pick(pooling, padded(values, pooling))
  return [isInner ? outward(picked) : picked]
}

function pick(pooling: Pooling, values: Value): Value {
  const elements = elementsOf(pooling).flat()
  const last = elements.length - 1
  let rest: Value | undefined
  return elements
    .map((element, i) => {
      const own = slices(values, element.ranges)
      if (i === last) return rest ? mul(rest, own) : own
      const isLargest = element.isLargest()
      const isFirst = rest ? mul(isLargest, rest) : isLargest
      rest = sub(rest ?? 1, isFirst)
      return mul(isFirst, own)
    })
    .reduce(add)
}
