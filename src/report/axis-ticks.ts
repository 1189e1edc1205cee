/** Where an axis starts and ends, and its marked values. */
export interface Ticks {
  readonly min: number
  readonly max: number
  readonly values: readonly number[]
}

/**
 * Multiples of 1, 2 or 5 × 10ⁿ, about `count` steps of them, widened to cover [min, max]; upwards by as much again
 * where four digits could not tell min and max apart.
 */
export function spaceLinearly(min: number, max: number, count: number): Ticks {
  const size = Math.max(Math.abs(min), Math.abs(max))
  if (max - min <= size / 1000) return spaceLinearly(min, max + (size || 1), count)
  const step = stepFor(max - min, count)
  const first = Math.floor(min / step + 1e-9)
  const last = Math.ceil(max / step - 1e-9)
  const values = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
  return { min: values[0] as number, max: values.at(-1) as number, values }
}

/** 1, 2 and 5 × 10ⁿ, or the powers of ten alone where those are more than eight, widened to cover [min, max]; 0 < min. */
export function spaceLogarithmically(min: number, max: number): Ticks {
  const fine = coverDecades(min, max, [1, 2, 5])
  const values = fine.length <= 8 ? fine : coverDecades(min, max, [1])
  return { min: values[0] as number, max: values.at(-1) as number, values }
}

/** Whole numbers within [first, last], at most `count` steps of 1, 2 or 5 × 10ⁿ; the axis ends where the data ends. */
export function spaceIntegers(first: number, last: number, count: number): Ticks {
  const max = Math.max(last, first + 1)
  const step = Math.max(1, stepFor(max - first, count))
  const start = Math.ceil(first / step)
  const values = Array.from({ length: Math.floor(max / step) - start + 1 }, (_, i) => (start + i) * step)
  return { min: first, max, values }
}

function stepFor(span: number, count: number): number {
  const rough = span / count
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10)
}

/** The values factor × 10ⁿ from the last at or below `min` to the first at or above `max`, at least two of them. */
function coverDecades(min: number, max: number, factors: readonly number[]): number[] {
  const all: number[] = []
  for (let power = Math.floor(Math.log10(min)) - 1; power <= Math.ceil(Math.log10(max)) + 1; power++) {
    for (const factor of factors) all.push(Number(`${factor}e${power}`))
  }
  const from = all.findLastIndex((value) => value <= min)
  const to = all.findIndex((value) => value >= max)
  return all.slice(from, Math.max(to, from + 1) + 1)
}
