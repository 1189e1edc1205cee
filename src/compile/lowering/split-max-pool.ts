import type { Rule } from '../../graph/rewrite.js'
import type { Value } from '../../graph/types.js'
import { MaxPool, max, type PoolAttrs, planeOf, slices } from '../../ops/index.js'
import { innerShapeOf, inward, outward } from './innermost.js'
import { tapRange } from './tap-range.js'

/**
 * y = max over the window's elements u of x_u, where x_u is every window's element u: for windows side by side within the
 * image. The gradient takes the same x_u.
 */
export const splitMaxPool: Rule = ({ op, inputs, attrs, outputs }) => {
  const [x] = inputs as [Value]
  if ((op as unknown) !== MaxPool || !innerShapeOf(x)) return undefined
  const { kernel_shape: kernel, strides, pads } = attrs as unknown as PoolAttrs
  const tiled = kernel.every((length, axis) => length === strides[axis]) && pads.every((rows) => rows === 0)
  if (!tiled) return undefined
  const [[kh, kw], [oh, ow]] = [kernel as [number, number], planeOf(outputs[0] as Value)]
  const inner = inward(x)
  const elements = Array.from({ length: kh * kw }, (_, k) =>
    slices(inner, [tapRange(1, Math.floor(k / kw), oh, kh), tapRange(2, k % kw, ow, kw)]),
  )
  return [outward(elements.reduce(max))]
}
