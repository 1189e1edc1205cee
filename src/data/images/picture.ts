/** Pixels of one image, [height, width, channels], row-major, 0 to 255; two channels are grey and alpha, four are colour and alpha. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
  readonly values: Uint8Array
}

/**
 * The same image in grey (1) or in colour (3). What is transparent lies on white.
 *
 * Grey is the luma of ITU-R BT.601, 0.299 r + 0.587 g + 0.114 b.
 */
export function toChannels({ width, height, channels, values }: Picture, wanted: 1 | 3): Picture {
  if (channels === wanted) return { width, height, channels, values }
  const out = new Uint8Array(width * height * wanted)
  const colours = channels >= 3 ? 3 : 1
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * channels
    const alpha = channels === colours ? 1 : (values[at + colours] as number) / 255
    const onWhite = (channel: number) => 255 + ((values[at + channel] as number) - 255) * alpha
    if (wanted === 1) {
      out[pixel] = Math.round(colours === 1 ? onWhite(0) : 0.299 * onWhite(0) + 0.587 * onWhite(1) + 0.114 * onWhite(2))
    } else
      for (let channel = 0; channel < 3; channel++)
        out[pixel * 3 + channel] = Math.round(onWhite(colours === 1 ? 0 : channel))
  }
  return { width, height, channels: wanted, values: out }
}

/**
 * The same image in another size. Each new pixel is the mean of the old ones around its place, weighted by a triangle
 * as wide as both sides of one pixel, of the new grid or of the old, whichever is coarser.
 */
export function resize(
  { width, height, channels, values }: Picture,
  to: { readonly width: number; readonly height: number },
): Picture {
  if (to.width === width && to.height === height) return { width, height, channels, values }
  const across = weightsOf(width, to.width)
  const down = weightsOf(height, to.height)
  const wide = new Float64Array(height * to.width * channels)
  for (let y = 0; y < height; y++) {
    for (const [x, { from, weights }] of across.entries()) {
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let i = 0; i < weights.length; i++)
          sum += (weights[i] as number) * (values[(y * width + from + i) * channels + c] as number)
        wide[(y * to.width + x) * channels + c] = sum
      }
    }
  }
  const out = new Uint8Array(to.height * to.width * channels)
  const step = to.width * channels
  for (const [y, { from, weights }] of down.entries()) {
    for (let x = 0; x < step; x++) {
      let sum = 0
      for (let i = 0; i < weights.length; i++) sum += (weights[i] as number) * (wide[(from + i) * step + x] as number)
      out[y * step + x] = Math.round(Math.min(255, Math.max(0, sum)))
    }
  }
  return { ...to, channels, values: out }
}

/** For every new place along an axis, which old ones count, and how much; each list sums to 1. */
function weightsOf(
  length: number,
  wanted: number,
): readonly { readonly from: number; readonly weights: Float64Array }[] {
  const scale = length / wanted
  const reach = Math.max(1, scale)
  return Array.from({ length: wanted }, (_, place) => {
    const centre = (place + 0.5) * scale
    const from = Math.max(0, Math.floor(centre - reach + 0.5))
    const to = Math.min(length, Math.floor(centre + reach + 0.5))
    const weights = Float64Array.from({ length: to - from }, (_, i) =>
      Math.max(0, 1 - Math.abs(from + i + 0.5 - centre) / reach),
    )
    const sum = weights.reduce((a, b) => a + b, 0)
    return { from, weights: weights.map((weight) => weight / sum) }
  })
}
