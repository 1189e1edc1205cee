/** [height, width, channels] */
export type ImageShape = readonly [height: number, width: number, channels: number]

/**
 * An affine map of places, both in pixels from the middle of the image: what is at (x, y) of the new image is read at
 * (xx x + xy y + x0, yx x + yy y + y0) of the old one.
 */
export interface Affine {
  readonly xx: number
  readonly xy: number
  readonly yx: number
  readonly yy: number
  readonly x0: number
  readonly y0: number
}

/** Of Keys (1981); −0.75 keeps edges as sharp as most image software does. */
const SHARPNESS = -0.75

/**
 * One image, moved: cubic convolution between its pixels (Keys 1981), and the nearest pixel beyond its edges. Bytes are rounded
 * and stay bytes.
 *
 * @param source  row-major, an image at `at`
 * @param target  where the new one is written, at its own `at`
 */
export function warp<T extends Uint8Array | Float32Array>(
  source: T,
  target: T,
  at: { readonly source: number; readonly target: number },
  shape: ImageShape,
  { xx, xy, yx, yy, x0, y0 }: Affine,
): void {
  const [height, width, channels] = shape
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2]
  const isByte = target instanceof Uint8Array
  const { left, right, top, bottom } = boundsOf(source, at.source, shape)
  let out = at.target
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = xx * (x - middleX) + xy * (y - middleY) + x0 + middleX
      const v = yx * (x - middleX) + yy * (y - middleY) + y0 + middleY
      const column = Math.floor(u)
      const row = Math.floor(v)
      if (column + 2 < left || column - 1 > right || row + 2 < top || row - 1 > bottom) {
        for (let channel = 0; channel < channels; channel++) target[out++] = 0
        continue
      }
      // written out: half of the time that loops over arrays take
      const w0 = outer(u - column)
      const w1 = inner(u - column)
      const w2 = inner(1 - (u - column))
      const w3 = outer(1 - (u - column))
      const c0 = channels * within(column - 1, width)
      const c1 = channels * within(column, width)
      const c2 = channels * within(column + 1, width)
      const c3 = channels * within(column + 2, width)
      down[0] = outer(v - row)
      down[1] = inner(v - row)
      down[2] = inner(1 - (v - row))
      down[3] = outer(1 - (v - row))
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let i = 0; i < 4; i++) {
          const k = at.source + channels * width * within(row - 1 + i, height) + channel
          const line =
            w0 * (source[k + c0] as number) +
            w1 * (source[k + c1] as number) +
            w2 * (source[k + c2] as number) +
            w3 * (source[k + c3] as number)
          sum += (down[i] as number) * line
        }
        target[out++] = isByte ? Math.min(255, Math.max(0, Math.round(sum))) : sum
      }
    }
  }
}

/** What each of four rows counts. */
const down = new Float64Array(4)

/** The smallest box that holds all that is not 0: what is read outside of it need not be weighed. */
function boundsOf(source: Uint8Array | Float32Array, from: number, [height, width, channels]: ImageShape) {
  let [left, right, top, bottom] = [width, -1, height, -1]
  const row = channels * width
  for (let y = 0, at = from; y < height; y++) {
    for (let i = 0; i < row; i++, at++) {
      if (source[at] === 0) continue
      const x = channels === 1 ? i : Math.floor(i / channels)
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      bottom = y
    }
  }
  // the outermost pixels are seen however far beyond them a place is
  return {
    left: left === 0 ? Number.NEGATIVE_INFINITY : left,
    right: right === width - 1 ? Number.POSITIVE_INFINITY : right,
    top: top === 0 ? Number.NEGATIVE_INFINITY : top,
    bottom: bottom === height - 1 ? Number.POSITIVE_INFINITY : bottom,
  }
}

/** What the outer two of four neighbours count, at this part of the way from the inner one. */
const outer = (part: number) => SHARPNESS * part * (1 - part) * (1 - part)

/** What the inner two count, so far from them. */
const inner = (part: number) => ((SHARPNESS + 2) * part - (SHARPNESS + 3)) * part * part + 1

const within = (index: number, length: number) => (index < 0 ? 0 : index < length ? index : length - 1)
