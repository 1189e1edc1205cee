import type { Tensor } from '../base/tensor.js'

/** `from` and `to` (exclusive) of each run. */
export function* runsOf(rows: number, perRun: number): Generator<readonly [from: number, to: number]> {
  for (let from = 0; from < rows; from += perRun) yield [from, Math.min(from + perRun, rows)]
}

/** Rows `from` … `to − 1`, sharing memory. */
export function rowsOf<T extends Tensor>(tensor: T, from: number, to: number): T {
  const { shape, data } = tensor
  const width = data.length / (shape[0] as number)
  return { ...tensor, shape: [to - from, ...shape.slice(1)], data: data.subarray(from * width, to * width) }
}
