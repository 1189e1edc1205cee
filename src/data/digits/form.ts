/** One way of writing a digit (a crossed seven, a plain one), as points that the pen passes through. */
export interface Form {
  /** How often writers choose this form; only ratios within a digit matter. */
  readonly share: number
  /** Index of the first point of each stroke, then the number of points. */
  readonly starts: readonly number[]
  /** 1 where the path has a corner, one per point. */
  readonly corners: Uint8Array
  /** x, y of every point in digit heights, y downwards; any mean of exemplars is again a legible digit. */
  readonly exemplars: readonly Float64Array[]
}

const POINT = /^(-?\d+),(-?\d+)(!?)$/

/**
 * Reads a form from exemplars with the same strokes, three points or more each, and the same corners. Points are `x,y`
 * in hundredths of the digit's height; `!` marks a corner; `|` lifts the pen.
 */
export function form(share: number, ...exemplars: readonly string[]): Form {
  const parsed = exemplars.map((text) => text.split('|').map((stroke) => stroke.trim().split(/\s+/)))
  const [first = []] = parsed
  const starts = [0]
  for (const stroke of first) starts.push((starts.at(-1) ?? 0) + stroke.length)
  const corners = Uint8Array.from(first.flat(), (point) => (point.endsWith('!') ? 1 : 0))
  return { share, starts, corners, exemplars: parsed.map((strokes) => coordinates(strokes.flat())) }
}

function coordinates(points: readonly string[]): Float64Array {
  const values = points.flatMap((point) => {
    const [, x, y] = POINT.exec(point) ?? []
    return [Number(x) / 100, Number(y) / 100]
  })
  return Float64Array.from(values)
}
