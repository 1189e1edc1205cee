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
  [height, width, channels]: ImageShape,
  { xx, xy, yx, yy, x0, y0 }: Affine,
): void {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2]
  const across = new Float64Array(4)
  const down = new Float64Array(4)
  const columns = new Int32Array(4)
  const isByte = target instanceof Uint8Array
  let out = at.target
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - middleX, y - middleY]
      const u = xx * dx + xy * dy + x0 + middleX
      const v = yx * dx + yy * dy + y0 + middleY
      const [left, top] = [Math.floor(u), Math.floor(v)]
      weigh(across, u - left)
      weigh(down, v - top)
      for (let i = 0; i < 4; i++) columns[i] = channels * within(left - 1 + i, width)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let j = 0; j < 4; j++) {
          const row = at.source + channels * width * within(top - 1 + j, height) + channel
          let line = 0
          for (let i = 0; i < 4; i++) line += (across[i] as number) * (source[row + (columns[i] as number)] as number)
          sum += (down[j] as number) * line
        }
        target[out++] = isByte ? Math.min(255, Math.max(0, Math.round(sum))) : sum
      }
    }
  }
}

const within = (index: number, length: number) => (index < 0 ? 0 : index < length ? index : length - 1)

/** What each of four neighbours counts at this part of the way from the second to the third. */
function weigh(weights: Float64Array, part: number): void {
  const a = SHARPNESS
  const rest = 1 - part
  weights[0] = a * part * rest * rest
  weights[1] = ((a + 2) * part - (a + 3)) * part * part + 1
  weights[2] = ((a + 2) * rest - (a + 3)) * rest * rest + 1
  weights[3] = a * rest * part * part
}
