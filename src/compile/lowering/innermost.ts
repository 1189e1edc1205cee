import { isStatic, sizeOf } from '../../base/shape.js'
import type { Value } from '../../graph/types.js'
import { gather, pad, reshape, transpose } from '../../ops/index.js'

/*
 * Images with the batch innermost, [c, h, w, n]. A pixel is then n numbers in a row: windows move by whole rows of
 * memory, pixels are chosen and put back by copying rows, and sums over the batch are part of matrix products. Each pass
 * turns what it takes and turns back what it gives; `sinkTransposes` cancels the turns between them.
 */

export const inward = (x: Value): Value => transpose(x, [1, 2, 3, 0])

/** [c, h, w, n] as [n, c, h, w]. */
export const OUTWARD = [3, 0, 1, 2]

export const outward = (x: Value): Value => transpose(x, OUTWARD)

/** [c, h, w, n] of images [n, c, h, w] of known number, nothing where that is unknown. */
export function innerShapeOf({ shape }: Value): readonly [number, number, number, number] | undefined {
  if (!isStatic(shape) || shape.length !== 4) return undefined
  const [n, c, h, w] = shape as readonly [number, number, number, number]
  return [c, h, w, n]
}

/** In `pixelsAt`, a pixel of zeros. */
export const NOWHERE = -1

/**
 * Pixels by their place in the plane, row-major, each as often as it is named.
 *
 * @param x       [c, h, w, n]
 * @param places  [k], each below h w, or NOWHERE
 * @returns       [c, k, n]
 */
export function pixelsAt(x: Value, places: readonly number[]): Value {
  const [c, h, w, n] = x.shape as readonly [number, number, number, number]
  const plane = reshape(x, [c, h * w, n])
  const padded = places.includes(NOWHERE) ? pad(plane, { before: [0, 0, 0], after: [0, 1, 0] }) : plane
  const data = Int32Array.from(places, (place) => (place === NOWHERE ? h * w : place))
  return gather(padded, x.builder.constant({ dtype: 'int32', shape: [data.length], data }), 1)
}

/** [r, …] as a matrix [r, rest]. */
export const flatRows = (x: Value): Value => {
  const [rows = 1, ...rest] = x.shape as readonly number[]
  return reshape(x, [rows, sizeOf(rest)])
}
