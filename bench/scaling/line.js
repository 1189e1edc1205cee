/** @import { Line } from './types.js' */

/**
 * The line through points that has the least squares of errors in y.
 *
 * @param {readonly { readonly x: number, readonly y: number }[]} points  at least two, not all of one x
 * @returns {Line}
 */
export function lineThrough(points) {
  const mean = (/** @type {(point: { x: number, y: number }) => number} */ of) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)]
  const perRow = mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2)
  const start = y - perRow * x
  const unexplained = mean((point) => (point.y - start - perRow * point.x) ** 2)
  return { start, perRow, r2: 1 - unexplained / mean((point) => (point.y - y) ** 2) }
}
