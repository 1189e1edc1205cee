import type { GraphBuilder } from '../../graph/builder.js'
import type { Value } from '../../graph/types.js'
import { cast, equal, mul, type PoolAttrs, pad, type Range, slices } from '../../ops/index.js'
import { tapRange } from './tap-range.js'

/** Where height stands in an image, and width after it: 1 in [c, h, w, n], 2 in [n, c, h, w]. */
export type HeightAxis = 1 | 2

/** What is to be known of one pooling: x, its largest values y, the window, and how the images lie. */
export interface Pooling {
  readonly x: Value
  readonly y: Value
  readonly attrs: PoolAttrs
  readonly height: HeightAxis
}

/** One element of every window: where these elements are in the padded image, and which of them are the maximum, 1 or 0. */
export interface WindowElement {
  readonly ranges: readonly Required<Range>[]
  readonly isLargest: () => Value
}

/** Zeros around an image, as a pooling's `pads` say. */
export function padded(image: Value, { attrs, height }: Pick<Pooling, 'attrs' | 'height'>): Value {
  const [top, left, bottom, right] = attrs.pads as [number, number, number, number]
  const none = [0, 0, 0, 0]
  return pad(image, {
    before: none.with(height, top).with(height + 1, left),
    after: none.with(height, bottom).with(height + 1, right),
  })
}

/** The elements of the window, one list per row of it. */
export function elementsOf(pooling: Pooling): WindowElement[][] {
  const { x, y, attrs, height } = pooling
  const [kh, kw] = attrs.kernel_shape as [number, number]
  const [sh, sw] = attrs.strides as [number, number]
  const [top, left] = attrs.pads as [number, number]
  const [h, w] = x.shape.slice(height, height + 2) as [number, number]
  const [oh, ow] = y.shape.slice(height, height + 2) as [number, number]
  const whole = padded(x, pooling)
  return count(kh).map((u) =>
    count(kw).map((v) => {
      const ranges = [tapRange(height, u, oh, sh), tapRange(height + 1, v, ow, sw)]
      return {
        ranges,
        isLargest: () => {
          const found = cast(equal(slices(whole, ranges), y), 'float32')
          const inside = insideOf(ranges, { rows: [top, top + h], columns: [left, left + w] }, x.builder)
          return inside ? mul(found, inside) : found
        },
      }
    }),
  )
}

const count = (length: number): number[] => [...Array(length).keys()]

/** 1 where these elements belong to the image and 0 where they are padding, to broadcast; nothing where all belong. */
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
  const shape = [1, 1, 1, 1].with(vertical?.axis ?? 1, rows.length).with(horizontal?.axis ?? 2, columns.length)
  return builder.constant({ dtype: 'float32', shape, data })
}
