import type { Rng } from '../../base/random.js'
import type { Path } from './pen.js'
import { clear, ink, SIDE } from './raster.js'
import type { Style } from './style.js'

/** The box that the ink fills with its longer side, in pixels, as in MNIST (LeCun et al. 1998). */
const BOX = 20
/** Where the box begins on both axes. */
const CORNER = (SIDE - BOX) / 2

/** Inks a path, scaled to the box. Leaves pixels in the path where it had digit heights. */
export function print(path: Path, { radius, nib, raggedness }: Style, random: Rng): void {
  fitBox(path, radius)
  clear(raggedness, random)
  const { count, x, y, press, lift } = path
  for (let i = 0; i < count; i++) {
    const begins = lift[i] === 1
    const from = begins ? i : i - 1
    const x0 = x[from] as number
    const y0 = y[from] as number
    const x1 = x[from + 1] as number
    const y1 = y[from + 1] as number
    const dx = x1 - x0
    const dy = y1 - y0
    const flat = (dx * dx) / (dx * dx + dy * dy + 1e-9)
    press[i] = (press[i] as number) * radius * (1 + nib * (2 * flat - 1))
    if (!begins) ink(x0, y0, press[i - 1] as number, x1, y1, press[i] as number)
  }
}

/** Scales and moves a path so that its ink, `radius` pixels around it, lies in the box from its corner. */
function fitBox({ count, x, y }: Path, radius: number): void {
  let left = Number.POSITIVE_INFINITY
  let right = Number.NEGATIVE_INFINITY
  let top = Number.POSITIVE_INFINITY
  let bottom = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) {
    left = Math.min(left, x[i] as number)
    right = Math.max(right, x[i] as number)
    top = Math.min(top, y[i] as number)
    bottom = Math.max(bottom, y[i] as number)
  }
  const scale = (BOX - 2 * radius) / Math.max(right - left, bottom - top)
  for (let i = 0; i < count; i++) {
    x[i] = ((x[i] as number) - left) * scale + radius + CORNER
    y[i] = ((y[i] as number) - top) * scale + radius + CORNER
  }
}
