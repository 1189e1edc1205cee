import type { Rng } from '../../base/random.js'

/** Width and height of an image, in pixels. */
export const SIDE = 28
/** Pixels of an image, a byte each. */
export const PIXELS = SIDE * SIDE

/** How wide the edge of the ink is, from black to white, in pixels. */
const FADE = 1.1
/** How deep a pixel's centre lies in the ink when it begins to be seen, in pixels: below it is black. */
const BLACK = -FADE / 2
/** How deep each pixel's centre lies in the ink, in pixels; negative outside. */
const depth = new Float64Array(PIXELS)
/** The image before it is centred. */
const grey = new Uint8Array(PIXELS)
/** How far each row is shifted to the right, in pixels. */
const jog = new Float64Array(SIDE)
/** Columns and rows that the ink has reached so far; beyond them the image is black. */
const reached = { left: 0, right: 0, top: 0, bottom: 0 }

/** Starts a blank image whose rows are shifted sideways at random, by at most `raggedness` ≤ 0.5 pixels. */
export function clear(raggedness: number, random: Rng): void {
  depth.fill(BLACK)
  reached.left = reached.top = SIDE
  reached.right = reached.bottom = -1
  for (let row = 0; row < SIDE; row++) jog[row] = raggedness * (2 * random.uniform() - 1)
}

/**
 * Inks a line whose half thickness goes from r0 at (x0, y0) to r1 at (x1, y1), in pixels: depth = max(depth, r − d),
 * d the distance to the line. Pixels that it cannot reach are not visited.
 */
export function ink(x0: number, y0: number, r0: number, x1: number, y1: number, r1: number): void {
  const reach = Math.max(r0, r1) + FADE / 2
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach))
  const right = Math.min(SIDE - 1, Math.floor(Math.max(x0, x1) + reach))
  const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach - 0.5))
  const bottom = Math.min(SIDE - 1, Math.floor(Math.max(y0, y1) + reach - 0.5))
  if (left < reached.left) reached.left = left
  if (right > reached.right) reached.right = right
  if (top < reached.top) reached.top = top
  if (bottom > reached.bottom) reached.bottom = bottom
  const dx = x1 - x0
  const dy = y1 - y0
  const dr = r1 - r0
  const perLength = 1 / (dx * dx + dy * dy + 1e-9)
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5 - y0
    const toLine = 0.5 - x0 - (jog[row] as number)
    for (let column = left, at = row * SIDE + left; column <= right; column++, at++) {
      const px = column + toLine
      const along = (px * dx + py * dy) * perLength
      const t = Math.max(0, Math.min(1, along))
      const ex = px - t * dx
      const ey = py - t * dy
      // not tested first whether it can be deeper: what that saves, wrongly predicted branches cost
      depth[at] = Math.max(depth[at] as number, r0 + t * dr - Math.sqrt(ex * ex + ey * ey))
    }
  }
}

/**
 * Writes the image at `target[offset …]`, row-major: 0 outside the ink, 255 inside, a linear ramp at its edge. It is
 * moved by whole pixels to where MNIST has the centre of mass, between 14 and 15 on both axes; what leaves it is lost.
 */
export function develop(target: Uint8Array, offset: number): void {
  const { left, right, top, bottom } = reached
  let mass = 0
  let massX = 0
  let massY = 0
  for (let row = top; row <= bottom; row++) {
    let massOfRow = 0
    for (let column = left, at = row * SIDE + left; column <= right; column++, at++) {
      const inside = depth[at] as number
      const value = Math.min(255, 128 + (256 / FADE) * inside) | 0
      grey[at] = value
      massOfRow += value
      massX += value * column
    }
    mass += massOfRow
    massY += massOfRow * row
  }
  // a pixel's centre is half a pixel from its edge
  const across = Math.ceil(SIDE / 2 - (massX + mass / 2) / mass)
  const down = Math.ceil(SIDE / 2 - (massY + mass / 2) / mass)
  const shift = offset + down * SIDE + across
  const first = Math.max(left, -across)
  const last = Math.min(right, SIDE - 1 - across)
  target.fill(0, offset, offset + PIXELS)
  for (let row = Math.max(top, -down); row <= Math.min(bottom, SIDE - 1 - down); row++) {
    for (let at = row * SIDE + first; at <= row * SIDE + last; at++) target[shift + at] = grey[at] as number
  }
}
