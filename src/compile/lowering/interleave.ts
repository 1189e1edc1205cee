import type { Dim } from '../../base/shape.js'
import type { Value } from '../../graph/types.js'
import { concat, reshape } from '../../ops/index.js'

/**
 * y[c, s i + u, t j + v, n] = parts[u][v][c, i, j, n]: s × t images [c, h, w, n] as one [c, s h, t w, n].
 * Columns meet along a new axis after w, and whole rows, which lie one after another, along one after h.
 */
export function interleave(parts: readonly (readonly Value[])[]): Value {
  const [[first]] = parts as readonly [readonly [Value]]
  const [c, h, w, n] = first.shape as readonly [number, number, number, number]
  const [s, t] = [parts.length, parts[0]?.length ?? 1]
  const rows = parts.map((row) =>
    reshape(
      join(
        row.map((part) => reshape(part, [c, h, w, 1, n])),
        3,
      ),
      [c, h, 1, w * t * n],
    ),
  )
  return reshape(join(rows, 2), [c, h * s, w * t, n])
}

/** The same of images [n, c, h, w], however many: y[n, c, s i + u, t j + v] = parts[u][v][n, c, i, j]. */
export function interleaveOuter(parts: readonly (readonly Value[])[]): Value {
  const [[first]] = parts as readonly [readonly [Value]]
  const [n, c, h, w] = first.shape as readonly [Dim, number, number, number]
  const [s, t] = [parts.length, parts[0]?.length ?? 1]
  const rows = parts.map((row) => {
    const columns = row.map((part) => reshape(part, [n, c, h, w, 1]))
    return reshape(join(columns, 4), [n, c, h, 1, w * t])
  })
  return reshape(join(rows, 3), [n, c, h * s, w * t])
}

const join = (parts: readonly Value[], axis: number): Value =>
  parts.length > 1 ? concat(parts, axis) : (parts[0] as Value)
