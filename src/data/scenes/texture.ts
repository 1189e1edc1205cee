import type { Rng } from '../../base/random.js'

/*
 * Like the built-in digits, textures use only arithmetic that every engine rounds alike, so that a seed gives the same bytes
 * everywhere.
 */

/** How bright a surface is at a pixel: about 0 to 1, not clipped. */
export type Texture = (x: number, y: number) => number

const KINDS = ['clouds', 'stripes', 'checks', 'gradient'] as const

/**
 * A surface of some kind, direction and size, around a mean brightness.
 *
 * @param mean   its mean brightness
 * @param swing  how far it departs from the mean
 */
export function drawTexture(random: Rng, mean: number, swing: number): Texture {
  const kind = KINDS[random.int(KINDS.length)] as (typeof KINDS)[number]
  const pattern = PATTERNS[kind](random)
  return (x, y) => mean + swing * pattern(x, y)
}

/** Each from −1 to 1. */
const PATTERNS: { readonly [K in (typeof KINDS)[number]]: (random: Rng) => Texture } = {
  clouds: (random) => {
    const [coarse, fine] = [lattice(random, 6 + 10 * random.uniform()), lattice(random, 2 + 3 * random.uniform())]
    return (x, y) => 0.65 * coarse(x, y) + 0.35 * fine(x, y)
  },
  stripes: (random) => {
    const along = directed(drawDirection(random), 4 + 8 * random.uniform())
    const phase = random.uniform()
    return (x, y) => wave(along(x, y) + phase)
  },
  checks: (random) => {
    const side = 4 + 8 * random.uniform()
    const [u, v] = drawDirection(random)
    const [along, across] = [directed([u, v], side), directed([-v, u], side)]
    return (x, y) => ((Math.floor(along(x, y)) + Math.floor(across(x, y))) % 2 === 0 ? 0.8 : -0.8)
  },
  gradient: (random) => {
    const along = directed(drawDirection(random), 48)
    return (x, y) => Math.max(-1, Math.min(1, 2 * along(x - 24, y - 24)))
  },
}

type Direction = readonly [x: number, y: number]

/** A unit vector: a point of the disc, moved to its rim. */
function drawDirection(random: Rng): Direction {
  for (;;) {
    const [x, y] = [2 * random.uniform() - 1, 2 * random.uniform() - 1]
    const length = Math.sqrt(x * x + y * y)
    if (length > 0.1 && length <= 1) return [x / length, y / length]
  }
}

/** How many periods a pixel lies along a direction. */
const directed =
  ([u, v]: Direction, period: number): Texture =>
  (x, y) =>
    (x * u + y * v) / period

/** A wave of period 1, from −1 to 1. */
const wave = (t: number): number => {
  const part = 2 * (t - Math.floor(t)) - 1
  return 2 * smooth(part < 0 ? -part : part) - 1
}

/** Points of a lattice, a side each way: enough for the finest one across a scene. */
const POINTS = 32

/** Value noise: drawn numbers at the points of a lattice, smoothly interpolated between them. */
function lattice(random: Rng, spacing: number): Texture {
  const values = Float64Array.from({ length: POINTS * POINTS }, () => 2 * random.uniform() - 1)
  const at = (column: number, row: number) => values[(row % POINTS) * POINTS + (column % POINTS)] as number
  return (x, y) => {
    const [u, v] = [x / spacing, y / spacing]
    const [column, row] = [Math.floor(u), Math.floor(v)]
    const [s, t] = [smooth(u - column), smooth(v - row)]
    const top = at(column, row) * (1 - s) + at(column + 1, row) * s
    const bottom = at(column, row + 1) * (1 - s) + at(column + 1, row + 1) * s
    return top * (1 - t) + bottom * t
  }
}

/** 3 t² − 2 t³ */
const smooth = (t: number): number => t * t * (3 - 2 * t)
