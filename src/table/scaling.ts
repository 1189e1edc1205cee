import type { Value } from '../graph/types.js'
import { add, cast, div, gather, greater, less, mul, reduceSum, reshape, sub, where } from '../ops/index.js'
import type { Scaling } from './spec.js'

/** A raw value as a feature. NaN, which stands for a missing value, stays NaN. The same as `emitScale`, to the bit. */
export const scale = (scaling: Scaling, x: number): number =>
  'knots' in scaling ? follow(scaling.knots, scaling.images, x) : (x - scaling.shift) / scaling.scale

/** A feature as a raw value. The same as `emitUnscale`, to the bit. */
export const unscale = (scaling: Scaling, z: number): number =>
  'knots' in scaling ? follow(scaling.images, scaling.knots, z) : z * scaling.scale + scaling.shift

/** @param x  float64 [batch, 1] */
export const emitScale = (scaling: Scaling, x: Value): Value =>
  'knots' in scaling ? emitFollow(scaling.knots, scaling.images, x) : div(sub(x, scaling.shift), scaling.scale)

/** @param z  float64 [batch, 1] */
export const emitUnscale = (scaling: Scaling, z: Value): Value =>
  'knots' in scaling ? emitFollow(scaling.images, scaling.knots, z) : add(mul(z, scaling.scale), scaling.shift)

/**
 * The piecewise linear function through (xᵢ, yᵢ), flat outside: with the last xₖ < x, y = yₖ + (x − xₖ) sₖ, where the slope
 * sₖ = (yₖ₊₁ − yₖ) / (xₖ₊₁ − xₖ).
 */
function follow(xs: readonly number[], ys: readonly number[], x: number): number {
  const [low, high] = [xs[0] as number, xs.at(-1) as number]
  const held = x > high ? high : x < low ? low : x
  let [k, end] = [0, xs.length - 1]
  while (end - k > 1) {
    const middle = (k + end) >> 1
    if ((xs[middle] as number) < held) k = middle
    else end = middle
  }
  return (ys[k] as number) + (held - (xs[k] as number)) * (slopesOf(xs, ys)[k] as number)
}

const slopes = new WeakMap<readonly number[], Float64Array>()

/** One for each piece; kept, because there are as many questions as there are cells. */
function slopesOf(xs: readonly number[], ys: readonly number[]): Float64Array {
  const known = slopes.get(xs)
  if (known) return known
  const found = Float64Array.from({ length: xs.length - 1 }, (_, k) => {
    const [x, after] = [xs[k] as number, xs[k + 1] as number]
    return ((ys[k + 1] as number) - (ys[k] as number)) / (after - x)
  })
  slopes.set(xs, found)
  return found
}

/** k is how many inner knots lie below x: a sum of ones, exact in whatever order it is added. */
function emitFollow(xs: readonly number[], ys: readonly number[], x: Value): Value {
  const { builder } = x
  const list = (values: Iterable<number>) => {
    const data = Float64Array.from(values)
    return builder.constant({ dtype: 'float64', shape: [data.length], data })
  }
  const [low, high] = [xs[0] as number, xs.at(-1) as number]
  const held = where(greater(x, high), high, where(less(x, low), low, x))
  const inner = xs.slice(1, -1)
  const slopes = list(slopesOf(xs, ys))
  if (inner.length === 0) return add(mul(sub(held, low), slopes), ys[0] as number)
  const below = cast(greater(held, reshape(list(inner), [1, inner.length])), 'float32')
  const k = cast(reduceSum(below, { axes: [1], keepdims: true }), 'int32')
  return add(gather(list(ys), k), mul(sub(held, gather(list(xs), k)), gather(slopes, k)))
}
