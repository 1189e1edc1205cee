import type { GraphBuilder } from '../../graph/builder.js'
import type { Rule } from '../../graph/rewrite.js'
import type { Value } from '../../graph/types.js'
import {
  add,
  cast,
  equal,
  MaxPoolGrad,
  mul,
  type PoolAttrs,
  pad,
  type Range,
  slices,
  sub,
  unslice,
} from '../../ops/index.js'
import { innerShapeOf, inward, outward } from './innermost.js'
import { interleave } from './interleave.js'
import { tapRange } from './tap-range.js'

/**
 * The gradient goes round the window's elements u in row-major order, and each takes it where it is the maximum; x_u is x
 * shifted so that x_u[i] is element u of window i, inside_u is 0 where that element is padding:
 *
 *   r₀ = dy      g_u = [x_u = y] inside_u r_u      r_{u+1} = r_u − g_u      dx = Σ_u (g_u put back where x_u was)
 *
 * Of equal maxima the first takes all; what is left for the last element is r. Everything has the size of y until it is
 * put back: by interleaving where windows do not overlap, else by adding. All of it with the batch innermost, [c, h, w, n].
 * `MaxPool` with indices takes many times as long.
 */
export const expandMaxPoolGrad: Rule = ({ op, inputs, attrs }, builder) => {
  if ((op as unknown) !== MaxPoolGrad || !innerShapeOf(inputs[0] as Value)) return undefined
  const [x, y, dy] = inputs.map(inward) as [Value, Value, Value]
  const pool = attrs as unknown as PoolAttrs
  const [top, left, bottom, right] = pool.pads as [number, number, number, number]
  const [, h, w] = x.shape as readonly number[] as [number, number, number]
  const padded = pad(x, { before: [0, top, left, 0], after: [0, bottom, right, 0] })
  const shares = share({ x, padded, y, dy }, pool, builder)
  const tiled = pool.strides.every((stride, axis) => stride === pool.kernel_shape[axis])
  const dx = tiled ? tile(shares, padded) : overlap(shares, padded)
  const within = slices(dx, [
    { axis: 1, from: top, to: top + h },
    { axis: 2, from: left, to: left + w },
  ])
  return [outward(within)]
}

interface Operands {
  readonly x: Value
  readonly padded: Value
  readonly y: Value
  readonly dy: Value
}

/** What one element of every window takes of the gradient, [c, h', w', n], and where these elements are. */
interface Share {
  readonly taken: Value
  readonly ranges: readonly Required<Range>[]
}

/** One share per row and column of the window. */
function share({ x, padded, y, dy }: Operands, attrs: PoolAttrs, builder: GraphBuilder): Share[][] {
  const [kh, kw] = attrs.kernel_shape as [number, number]
  const [sh, sw] = attrs.strides as [number, number]
  const [top, left] = attrs.pads as [number, number]
  const [h, w] = x.shape.slice(1, 3) as [number, number]
  const [oh, ow] = y.shape.slice(1, 3) as [number, number]
  let rest = dy
  return count(kh).map((u) =>
    count(kw).map((v) => {
      const ranges = [tapRange(1, u, oh, sh), tapRange(2, v, ow, sw)]
      if (u === kh - 1 && v === kw - 1) return { taken: rest, ranges }
      const isLargest = cast(equal(slices(padded, ranges), y), 'float32')
      const inside = insideOf(ranges, { rows: [top, top + h], columns: [left, left + w] }, builder)
      const taken = mul(rest, inside ? mul(isLargest, inside) : isLargest)
      rest = sub(rest, taken)
      return { taken, ranges }
    }),
  )
}

/** Windows side by side; rows and columns beyond the last are zeros. */
function tile(shares: readonly (readonly Share[])[], { shape }: Value): Value {
  const tiles = interleave(shares.map((row) => row.map(({ taken }) => taken)))
  const beyond = shape.map((length, axis) => (length as number) - (tiles.shape[axis] as number))
  return pad(tiles, { before: [0, 0, 0, 0], after: beyond })
}

const overlap = (shares: readonly (readonly Share[])[], { shape }: Value): Value =>
  shares
    .flat()
    .map(({ taken, ranges }) => unslice(taken, shape, ranges))
    .reduce(add)

const count = (length: number): number[] => [...Array(length).keys()]

/** [1, h', w', 1], 1 where these elements belong to the image and 0 where they are padding; nothing where all belong. */
function insideOf(
  [vertical, horizontal]: readonly Required<Range>[],
  image: { readonly rows: readonly [number, number]; readonly columns: readonly [number, number] },
  builder: GraphBuilder,
): Value | undefined {
  const along = (range: Required<Range> | undefined, [from, to]: readonly [number, number]) => {
    const flags: number[] = []
    if (range) for (let i = range.from; i < range.to; i += range.step) flags.push(+(i >= from && i < to))
    return flags
  }
  const [rows, columns] = [along(vertical, image.rows), along(horizontal, image.columns)]
  if ([...rows, ...columns].every((flag) => flag === 1)) return undefined
  const data = Float32Array.from(rows.flatMap((row) => columns.map((column) => row * column)))
  return builder.constant({ dtype: 'float32', shape: [1, rows.length, columns.length, 1], data })
}
