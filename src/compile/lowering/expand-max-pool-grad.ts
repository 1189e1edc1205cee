import type { Rule } from '../../graph/rewrite.js'
import type { Value } from '../../graph/types.js'
import { add, MaxPoolGrad, mul, type PoolAttrs, pad, type Range, slices, sub, unslice } from '../../ops/index.js'
import { innerShapeOf, inward, outward } from './innermost.js'
import { interleave, interleaveOuter } from './interleave.js'
import { elementsOf, type HeightAxis, type Pooling, padded } from './window-elements.js'

/**
 * The gradient goes round the window's elements u in row-major order, and each takes it where it is the maximum; x_u is x
 * shifted so that x_u[i] is element u of window i, inside_u is 0 where that element is padding:
 *
 *   r₀ = dy      g_u = [x_u = y] inside_u r_u      r_{u+1} = r_u − g_u      dx = Σ_u (g_u put back where x_u was)
 *
 * Of equal maxima the first takes all; what is left for the last element is r. Everything has the size of y until it is
 * put back: by interleaving where windows do not overlap, else by adding. All of it with the batch innermost, [c, h, w, n],
 * where its size is known, and otherwise as images come. `MaxPool` with indices takes many times as long.
 */
export const expandMaxPoolGrad: Rule = ({ op, inputs, attrs }) => {
  if ((op as unknown) !== MaxPoolGrad) return undefined
  const isInner = innerShapeOf(inputs[0] as Value) !== undefined
  const [x, y, dy] = (isInner ? inputs.map(inward) : inputs) as [Value, Value, Value]
  const pooling: Pooling = { x, y, attrs: attrs as unknown as PoolAttrs, height: isInner ? 1 : 2 }
  const dx = withinPads(gradient(pooling, dy), pooling)
  return [isInner ? outward(dx) : dx]
}

/** What one element of every window takes of the gradient, of y's shape, and where these elements are. */
interface Share {
  readonly taken: Value
  readonly ranges: readonly Required<Range>[]
}

function gradient(pooling: Pooling, dy: Value): Value {
  const { x, attrs, height } = pooling
  const shares = sharesOf(pooling, dy)
  const { shape } = padded(x, pooling)
  const isTiled = attrs.strides.every((stride, axis) => stride === attrs.kernel_shape[axis])
  return isTiled ? tile(shares, shape as Value['shape'], height) : overlap(shares, shape)
}

/** One share per row and column of the window. */
function sharesOf(pooling: Pooling, dy: Value): Share[][] {
  const elements = elementsOf(pooling)
  const last = elements.at(-1)?.at(-1)
  let rest = dy
  return elements.map((row) =>
    row.map((element) => {
      const { ranges } = element
      if (element === last) return { taken: rest, ranges }
      const taken = mul(rest, element.isLargest())
      rest = sub(rest, taken)
      return { taken, ranges }
    }),
  )
}

/** Windows side by side; rows and columns beyond the last are zeros. */
function tile(shares: readonly (readonly Share[])[], shape: Value['shape'], height: HeightAxis): Value {
  const put = height === 1 ? interleave : interleaveOuter
  const tiles = put(shares.map((row) => row.map(({ taken }) => taken)))
  const beyond = shape.map((length, axis) =>
    axis === height || axis === height + 1 ? (length as number) - (tiles.shape[axis] as number) : 0,
  )
  return pad(tiles, { before: [0, 0, 0, 0], after: beyond })
}

const overlap = (shares: readonly (readonly Share[])[], shape: Value['shape']): Value =>
  shares
    .flat()
    .map(({ taken, ranges }) => unslice(taken, shape, ranges))
    .reduce(add)

function withinPads(dx: Value, { x, attrs, height }: Pooling): Value {
  const [top, left] = attrs.pads as [number, number]
  const [h, w] = x.shape.slice(height, height + 2) as [number, number]
  return slices(dx, [
    { axis: height, from: top, to: top + h },
    { axis: height + 1, from: left, to: left + w },
  ])
}
