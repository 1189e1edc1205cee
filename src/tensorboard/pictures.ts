import { encode } from 'fast-png'
import type { Picture } from './event.js'

/** Pictures of one size, one after another, as bytes or as floats in [0, 1]. */
export interface Pictures {
  readonly values: Float32Array | Uint8Array
  /** `[height, width, channels]`, 1 channel (grey) or 3 (RGB). */
  readonly shape: readonly [height: number, width: number, channels: number]
}

/** Pictures side by side, so many in a row; what is left of the last row is black. */
export function tilePictures({ values, shape }: Pictures, columns: number): Picture {
  const [high, wide, channels] = shape
  const size = high * wide * channels
  const rows = Math.ceil(values.length / size / columns)
  const [width, height] = [columns * wide, rows * high]
  const data = new Uint8Array(width * height * channels)
  const bytes = values instanceof Uint8Array ? values : toBytes(values)
  const line = wide * channels
  for (let picture = 0; picture * size < bytes.length; picture++) {
    const left = (picture % columns) * line
    const top = Math.floor(picture / columns) * high
    for (let y = 0; y < high; y++) {
      const from = picture * size + y * line
      data.set(bytes.subarray(from, from + line), (top + y) * width * channels + left)
    }
  }
  return { width, height, channels, png: encode({ width, height, data, channels }) }
}

const toBytes = (values: Float32Array): Uint8Array =>
  Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))))
