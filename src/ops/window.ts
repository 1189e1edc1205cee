import type { Dim, Shape } from '../base/shape.js'
import type { Array64, Value } from '../graph/types.js'
import { misfit } from './define.js'

/** How a window of kh × kw elements moves over an image: [vertical, horizontal]; pads are [top, left, bottom, right]. */
export type Window = {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly pads: readonly number[]
  readonly dilations: readonly number[]
}

/** Element `x` of an image plane meets element `k` of the window where the window gives element `y`; all row-major. */
export interface Tap {
  readonly x: number
  readonly k: number
  readonly y: number
}

/** Rows and columns of a plane. */
export type Plane = readonly [height: number, width: number]

/** [n, c, h, w] with only n possibly unknown. */
export function imageOf(
  op: string,
  { shape, dtype }: Pick<Value, 'shape' | 'dtype'>,
): readonly [Dim, number, number, number] {
  const [n, c, h, w] = shape
  const known = typeof c === 'number' && typeof h === 'number' && typeof w === 'number'
  if (shape.length === 4 && n !== undefined && known && dtype === 'float32') return [n, c, h, w]
  return misfit(op, 'images, float32 [n, channels, height, width]', `${dtype} [${shape.join(', ')}]`)
}

/** Elements a dilated window reaches over: d (k − 1) + 1. */
export const reachOf = ({ kernel, dilations }: Window, axis: 0 | 1): number =>
  (dilations[axis] as number) * ((kernel[axis] as number) - 1) + 1

/** Height and width that a window gives: ⌊(h + pads − reach) / stride⌋ + 1. */
export function windowed(op: string, [h, w]: Plane, window: Window): Plane {
  requireWindow(op, window)
  const { strides, pads } = window
  const along = (length: number, axis: 0 | 1) =>
    Math.floor(
      (length + (pads[axis] as number) + (pads[axis + 2] as number) - reachOf(window, axis)) /
        (strides[axis] as number),
    ) + 1
  const [oh, ow] = [along(h, 0), along(w, 1)]
  return oh > 0 && ow > 0 ? [oh, ow] : misfit(op, 'a window no larger than the padded image', `[${h}, ${w}]`)
}

export function requireWindow(op: string, { kernel, strides, pads, dilations }: Window): void {
  const fits = [kernel, strides, dilations].every((pair) => pair.length === 2 && pair.every((n) => n > 0))
  if (fits && pads.length === 4 && pads.every((n) => n >= 0)) return
  misfit(
    op,
    'two positive sizes, strides and dilations, and four pads',
    `[${kernel}], [${strides}], [${dilations}], [${pads}]`,
  )
}

/** All taps of a window that do not fall on padding, in row-major order of y, then of k. */
export function tapsOf({ kernel, strides, pads, dilations }: Window, [h, w]: Plane, [oh, ow]: Plane): Tap[] {
  const [kh, kw] = kernel as [number, number]
  const [sh, sw] = strides as [number, number]
  const [dh, dw] = dilations as [number, number]
  const [top, left] = pads as [number, number]
  const taps: Tap[] = []
  for (let i = 0; i < oh; i++) {
    for (let j = 0; j < ow; j++) {
      for (let u = 0; u < kh; u++) {
        for (let v = 0; v < kw; v++) {
          const [row, column] = [i * sh - top + u * dh, j * sw - left + v * dw]
          if (row < 0 || row >= h || column < 0 || column >= w) continue
          taps.push({ x: row * w + column, k: u * kw + v, y: i * ow + j })
        }
      }
    }
  }
  return taps
}

export const planeOf = ({ shape }: { readonly shape: Shape } | Array64): Plane => [
  shape[2] as number,
  shape[3] as number,
]
