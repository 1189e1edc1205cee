import { DiaboloError } from '../base/errors.js'

/** Codes of one bit per unit, packed. */
export interface BinaryCodes {
  readonly rows: number
  readonly bits: number
  /** [rows, ⌈bits / 64⌉ · 8], unit j of a row is bit j mod 8 of its byte ⌊j / 8⌋; what is over is 0. */
  readonly bytes: Uint8Array
}

/** Bytes that a code takes: whole words of 64 bits, which are compared at once. */
export const bytesPerCode = (bits: number): number => Math.ceil(bits / 64) * 8

/**
 * Each unit's median over the codes: with it as the threshold a bit is 1 in half of the codes and tells the most.
 *
 * @param codes  float32 [rows, width], row-major
 * @see Salakhutdinov & Hinton (2009), Semantic hashing
 */
export function mediansOf(codes: Float32Array, width: number): Float32Array {
  const rows = codes.length / width
  const column = new Float32Array(rows)
  return Float32Array.from({ length: width }, (_, j) => {
    for (let row = 0; row < rows; row++) column[row] = codes[row * width + j] as number
    column.sort()
    const middle = Math.floor(rows / 2)
    const [above, below] = [column[middle] as number, column[Math.max(0, middle - 1)] as number]
    return rows % 2 === 1 ? above : (above + below) / 2
  })
}

/**
 * One bit per unit: whether it lies above its threshold.
 *
 * @param codes       float32 [rows, width], row-major
 * @param thresholds  float32 [width]
 * @throws E_SHAPE when these are not whole rows
 */
export function binarise(codes: Float32Array, thresholds: Float32Array): BinaryCodes {
  const bits = thresholds.length
  if (bits === 0 || codes.length % bits !== 0) {
    throw new DiaboloError('E_SHAPE', {
      at: 'binary codes',
      expected: `a multiple of ${bits} values, one threshold for each of a row`,
      found: `${codes.length}`,
      hint: 'give thresholds for codes of the same width',
    })
  }
  const rows = codes.length / bits
  const step = bytesPerCode(bits)
  const bytes = new Uint8Array(rows * step)
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < bits; j++) {
      if (!((codes[row * bits + j] as number) > (thresholds[j] as number))) continue
      const at = row * step + (j >> 3)
      bytes[at] = (bytes[at] as number) | (1 << (j & 7))
    }
  }
  return { rows, bits, bytes }
}
