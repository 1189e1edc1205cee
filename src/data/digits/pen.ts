import type { Rng } from '../../base/random.js'
import type { Form } from './form.js'
import { bell, displacement, type Style } from './style.js'

/** Where the pen went: a polyline along each stroke. */
export interface Path {
  count: number
  /** Positions, in digit heights. */
  readonly x: Float64Array
  readonly y: Float64Array
  /** Thickness, relative to the style's. */
  readonly press: Float64Array
  /** 1 where a stroke begins. */
  readonly lift: Uint8Array
}

/** Length of the pieces that a curve is cut into, in digit heights. */
const STEP = 0.06
/** Most pieces between two points, whatever their distance. */
const MOST_PIECES = 16
const MOST_POINTS = 32
const CAPACITY = MOST_PIECES * MOST_POINTS

const path: Path = {
  count: 0,
  x: new Float64Array(CAPACITY),
  y: new Float64Array(CAPACITY),
  press: new Float64Array(CAPACITY),
  lift: new Uint8Array(CAPACITY + 1),
}
/** The points of the digit being written. */
const px = new Float64Array(MOST_POINTS)
const py = new Float64Array(MOST_POINTS)
const press = new Float64Array(MOST_POINTS)
/** Direction of the path at each point, per unit of length. */
const tx = new Float64Array(MOST_POINTS)
const ty = new Float64Array(MOST_POINTS)
/** Distance of each point to the one before. */
const gap = new Float64Array(MOST_POINTS)

/** Writes a digit. The path is overwritten by the next one. */
export function writePath(form: Form, style: Style, random: Rng): Path {
  blend(form, random)
  deform(form.corners.length, style, random)
  path.count = 0
  for (let stroke = 0; stroke + 1 < form.starts.length; stroke++) {
    const from = form.starts[stroke] as number
    const to = form.starts[stroke + 1] as number
    direct(form.corners, style, from, to)
    press[from] = (press[from] as number) * (1 - style.taper * random.uniform())
    press[to - 1] = (press[to - 1] as number) * (1 - style.taper * random.uniform())
    trace(style, random, from, to)
  }
  return path
}

/** px, py = Σ wₑ exemplarₑ, with random weights wₑ that sum to 1. */
function blend({ corners, exemplars }: Form, random: Rng): void {
  const points = corners.length
  px.fill(0, 0, points)
  py.fill(0, 0, points)
  let total = 0
  for (const exemplar of exemplars) {
    const u = random.uniform()
    const weight = u * u + 1e-9
    total += weight
    for (let i = 0; i < points; i++) {
      px[i] = (px[i] as number) + weight * (exemplar[2 * i] as number)
      py[i] = (py[i] as number) + weight * (exemplar[2 * i + 1] as number)
    }
  }
  for (let i = 0; i < points; i++) {
    px[i] = (px[i] as number) / total
    py[i] = (py[i] as number) / total
  }
}

/** Moves the points: carelessness, then the elastic field, stretch, slant and turn about the middle of the digit. */
function deform(points: number, style: Style, random: Rng): void {
  const { field, halfTurn, slant, stretch, carelessness, pressure } = style
  const cos = (1 - halfTurn * halfTurn) / (1 + halfTurn * halfTurn)
  const sin = (2 * halfTurn) / (1 + halfTurn * halfTurn)
  let beforeX = 0
  let beforeY = 0
  for (let i = 0; i < points; i++) {
    const x = px[i] as number
    const y = py[i] as number
    const dx = x - beforeX
    const dy = y - beforeY
    const spread = carelessness * Math.min(0.35, Math.sqrt(dx * dx + dy * dy))
    beforeX = x
    beforeY = y
    const u = x - 0.5 + spread * bell(random)
    const v = y - 0.5 + spread * bell(random)
    const down = v + displacement(field, 7, 2 * u, 2 * v)
    const across = (u + displacement(field, 0, 2 * u, 2 * v)) * stretch - slant * down
    px[i] = cos * across - sin * down
    py[i] = sin * across + cos * down
    press[i] = 1 + pressure * bell(random)
  }
}

/**
 * Directions along one stroke: those of the parabola through three neighbours, parametrised by distance; the ends do
 * not bend (second derivative 0); a corner keeps only `roundness` of its direction.
 */
function direct(corners: Uint8Array, { roundness }: Style, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const dx = (px[i] as number) - (px[i - 1] as number)
    const dy = (py[i] as number) - (py[i - 1] as number)
    gap[i] = Math.sqrt(dx * dx + dy * dy) + 1e-6
  }
  for (let i = from + 1; i < to - 1; i++) {
    const h = gap[i] as number
    const k = gap[i + 1] as number
    const keep = (corners[i] === 1 ? roundness : 1) / (h + k)
    const before = (keep * k) / h
    const after = (keep * h) / k
    tx[i] = before * ((px[i] as number) - (px[i - 1] as number)) + after * ((px[i + 1] as number) - (px[i] as number))
    ty[i] = before * ((py[i] as number) - (py[i - 1] as number)) + after * ((py[i + 1] as number) - (py[i] as number))
  }
  directEnd(from, from + 1, gap[from + 1] as number)
  directEnd(to - 1, to - 2, -(gap[to - 1] as number))
}

function directEnd(end: number, next: number, run: number): void {
  tx[end] = (1.5 * ((px[next] as number) - (px[end] as number))) / run - 0.5 * (tx[next] as number)
  ty[end] = (1.5 * ((py[next] as number) - (py[end] as number))) / run - 0.5 * (ty[next] as number)
}

/** One stroke as a cubic Hermite spline through its points, shaken by a first-order autoregressive tremor. */
function trace({ tremor, roughness }: Style, random: Rng, from: number, to: number): void {
  let shakeX = 0
  let shakeY = 0
  path.lift[path.count] = 1
  for (let i = from + 1; i < to; i++) {
    const h = gap[i] as number
    const pieces = Math.min(MOST_PIECES - 1, Math.ceil(h / STEP))
    for (let piece = i === from + 1 ? 0 : 1; piece <= pieces; piece++) {
      const t = piece / pieces
      const s = 1 - t
      const start = s * s * (1 + 2 * t)
      const end = 1 - start
      const leave = h * t * s * s
      const arrive = -h * t * t * s
      shakeX = 0.7 * shakeX + tremor * (random.uniform() - 0.5)
      shakeY = 0.7 * shakeY + tremor * (random.uniform() - 0.5)
      const at = path.count++
      path.x[at] = hermite(px, tx, i, start, end, leave, arrive) + shakeX
      path.y[at] = hermite(py, ty, i, start, end, leave, arrive) + shakeY
      const thickness = s * (press[i - 1] as number) + t * (press[i] as number)
      path.press[at] = thickness * (1 + roughness * (random.uniform() - 0.5))
      path.lift[path.count] = 0
    }
  }
}

const hermite = (
  p: Float64Array,
  d: Float64Array,
  i: number,
  start: number,
  end: number,
  leave: number,
  arrive: number,
) => start * (p[i - 1] as number) + end * (p[i] as number) + leave * (d[i - 1] as number) + arrive * (d[i] as number)
