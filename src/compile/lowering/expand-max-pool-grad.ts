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

/**
 * One mask per element u of the window, in row-major order; x_u is x shifted so that x_u[i] is element u of window i,
 * inside_u is 0 where that element is padding:
 *
 *   r₀ = 1      m_u = [x_u = y] inside_u r_u      r_{u+1} = r_u − m_u      dx = Σ_u (m_u dy, put back where x_u was)
 *
 * r_u says that no element before u was the maximum, so of equal ones the first has the gradient; the last mask is r.
 */
export const expandMaxPoolGrad: Rule = ({ op, inputs, attrs }, builder) => {
  if ((op as unknown) !== MaxPoolGrad) return undefined
  const [x, y, dy] = inputs as [Value, Value, Value]
  return [byMasks({ x, y, dy }, attrs as unknown as PoolAttrs, builder)]
}

interface Operands {
  readonly x: Value
  readonly y: Value
  readonly dy: Value
}

function byMasks({ x, y, dy }: Operands, attrs: PoolAttrs, builder: GraphBuilder): Value {
  const [kh = 1, kw = 1] = attrs.kernel_shape
  const [top = 0, left = 0, bottom = 0, right = 0] = attrs.pads
  const [h, w] = x.shape.slice(2) as [number, number]
  const [oh, ow] = y.shape.slice(2) as [number, number]
  const padded = pad(x, { before: [0, 0, top, left], after: [0, 0, bottom, right] })
  let rest: Value | undefined
  let dx: Value | undefined
  for (let u = 0; u < kh; u++) {
    for (let v = 0; v < kw; v++) {
      const ranges = [tapRange(2, u, oh, attrs), tapRange(3, v, ow, attrs)]
      const last = u === kh - 1 && v === kw - 1
      const inside = insideOf(ranges, { rows: [top, top + h], columns: [left, left + w] }, builder)
      let mask = last && rest ? rest : cast(equal(slices(padded, ranges), y), 'float32')
      if (inside && !last) mask = mul(mask, inside)
      if (rest && !last) mask = mul(mask, rest)
      rest = rest ? sub(rest, mask) : sub(1, mask)
      const part = unslice(mul(mask, dy), padded.shape, ranges)
      dx = dx ? add(dx, part) : part
    }
  }
  return slices(dx as Value, [
    { axis: 2, from: top, to: top + h },
    { axis: 3, from: left, to: left + w },
  ])
}

/** Where element k of each window is, along an axis of the padded image. */
function tapRange(axis: 2 | 3, k: number, windows: number, { strides }: PoolAttrs): Required<Range> {
  const step = strides[axis - 2] as number
  return { axis, from: k, to: k + (windows - 1) * step + 1, step }
}

/** [1, 1, h', w'], 1 where these elements belong to the image and 0 where they are padding; nothing where all belong. */
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
  return builder.constant({ dtype: 'float32', shape: [1, 1, rows.length, columns.length], data })
}
