import { DiaboloError } from '../base/errors.js'
import { permutation, rng } from '../base/random.js'
import { type Dataset, widthOf } from './dataset.js'

export interface Split {
  readonly train: Dataset
  readonly test: Dataset
}

/**
 * A random part set aside for testing.
 *
 * @param part  of the rows, between 0 and 1; at least one row goes to each side
 * @throws E_DATA when there are fewer than two rows
 */
export function holdOut(data: Dataset, part: number, seed: number): Split {
  if (data.rows < 2) {
    throw new DiaboloError('E_DATA', {
      at: `data set "${data.name}"`,
      expected: 'at least 2 rows, one to train on and one to test on',
      found: `${data.rows}`,
      hint: 'give more rows, or a file with test rows of its own (--test)',
    })
  }
  const order = permutation(data.rows, rng(seed, 'split'))
  const tested = Math.min(data.rows - 1, Math.max(1, Math.round(part * data.rows)))
  return { train: pick(data, order.subarray(tested)), test: pick(data, order.subarray(0, tested)) }
}

/** The rows at these indices, copied. */
export function pick(data: Dataset, indices: Int32Array): Dataset {
  const width = widthOf(data)
  const size = indices.length * width
  const values = data.dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size)
  indices.forEach((from, to) => {
    values.set(data.values.subarray(from * width, (from + 1) * width), to * width)
  })
  const { labels, classMaps } = data
  return {
    ...data,
    rows: indices.length,
    values,
    ...(labels && { labels: Int32Array.from(indices, (i) => labels[i] as number) }),
    ...(classMaps && { classMaps: pickMaps(classMaps, classMaps.length / data.rows, indices) }),
  }
}

function pickMaps(classMaps: Uint8Array, pixels: number, indices: Int32Array): Uint8Array {
  const picked = new Uint8Array(indices.length * pixels)
  indices.forEach((from, to) => {
    picked.set(classMaps.subarray(from * pixels, (from + 1) * pixels), to * pixels)
  })
  return picked
}
