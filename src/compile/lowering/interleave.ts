import type { Dim } from '../../base/shape.js'
import type { Value } from '../../graph/types.js'
import { concat, reshape } from '../../ops/index.js'

/**
 * y[n, c, s i + u, t j + v] = parts[u][v][n, c, i, j]: s × t images [n, c, h, w] as one [n, c, s h, t w].
 * Columns meet along a new last axis, and whole rows, which lie one after another, along the one before.
 */
export function interleave(parts: readonly (readonly Value[])[]): Value {
  const [[first]] = parts as readonly [readonly [Value]]
  const [n, c, h, w] = first.shape as readonly [Dim, number, number, number]
  const [s, t] = [parts.length, parts[0]?.length ?? 1]
  const rows = parts.map((row) =>
    reshape(
      join(
        row.map((part) => reshape(part, [n, c, h, w, 1])),
        4,
      ),
      [n, c, h, 1, w * t],
    ),
  )
  return reshape(join(rows, 3), [n, c, h * s, w * t])
}

const join = (parts: readonly Value[], axis: number): Value =>
  parts.length > 1 ? concat(parts, axis) : (parts[0] as Value)
