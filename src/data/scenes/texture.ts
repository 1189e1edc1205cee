import type { Rng } from '../../base/random.js'

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
    const along = direction(random, 4 + 8 * random.uniform())
    const phase = random.uniform()
    return (x, y) => Math.sin(2 * Math.PI * (along(x, y) + phase))
  },
  checks: (random) => {
    const side = 4 + 8 * random.uniform()
    const angle = 2 * Math.PI * random.uniform()
    const [along, across] = [turned(angle, side), turned(angle + Math.PI / 2, side)]
    return (x, y) => ((Math.floor(along(x, y)) + Math.floor(across(x, y))) % 2 === 0 ? 0.8 : -0.8)
  },
  gradient: (random) => {
    const along = direction(random, 48)
    return (x, y) => Math.max(-1, Math.min(1, 2 * along(x - 24, y - 24)))
  },
}

const direction = (random: Rng, period: number): Texture => turned(2 * Math.PI * random.uniform(), period)

/** How many periods a pixel lies along a direction. */
function turned(angle: number, period: number): Texture {
  const [cos, sin] = [Math.cos(angle) / period, Math.sin(angle) / period]
  return (x, y) => x * cos + y * sin
}

/** Points of a lattice, a side each way: enough for the finest one across a scene. */
const POINTS = 32

/** Value noise: drawn numbers at the points of a lattice, smoothly interpolated between them. */
function lattice(random: Rng, spacing: number): Texture {
  const values = Float64Array.from({ length: POINTS ** 2 }, () => 2 * random.uniform() - 1)
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
