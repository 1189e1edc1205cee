import { DiaboloError } from '../base/errors.js'
import { type Hit, highest } from './top-rows.js'

/** Rows to be searched by the angle between them and a query. */
export interface CosineIndex {
  readonly rows: number
  readonly width: number
  /**
   * The rows nearest to a query, by cosine similarity.
   *
   * @param query  float32 [width]
   * @returns      `count` hits at most, the nearest first; of equally near ones the earlier row
   * @throws E_SHAPE when the query has another width
   */
  search(query: Float32Array, count: number): Hit[]
}

/**
 * Exact search by scanning every row: x·q / (|x| |q|), where rows and query of length 0 are similar to nothing (0).
 *
 * @param codes  float32 [rows, width], row-major; copied
 * @throws E_SHAPE when these are not whole rows
 */
export function cosineIndex(codes: Float32Array, width: number): CosineIndex {
  requireWhole(codes.length, width)
  const unit = codes.slice()
  for (let from = 0; from < unit.length; from += width) normalise(unit.subarray(from, from + width))
  return {
    rows: unit.length / width,
    width,
    search(query, count) {
      if (query.length !== width) throw misfit(`${width} values`, `${query.length}`)
      return highest(products(unit, normalise(query.slice())), count)
    },
  }
}

/** Divides by the Euclidean length, in place. */
function normalise(values: Float32Array): Float32Array {
  const length = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))
  for (let i = 0; length > 0 && i < values.length; i++) values[i] = (values[i] as number) / length
  return values
}

/** Σⱼ xᵢⱼ qⱼ of every row; four sums side by side, for a processor adds independent numbers faster. */
function products(rows: Float32Array, query: Float32Array): Float32Array {
  const width = query.length
  const quads = width - (width % 4)
  const out = new Float32Array(rows.length / width)
  for (let row = 0, at = 0; row < out.length; row++) {
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let j = 0; j < quads; j += 4, at += 4) {
      a += (rows[at] as number) * (query[j] as number)
      b += (rows[at + 1] as number) * (query[j + 1] as number)
      c += (rows[at + 2] as number) * (query[j + 2] as number)
      d += (rows[at + 3] as number) * (query[j + 3] as number)
    }
    for (let j = quads; j < width; j++, at++) a += (rows[at] as number) * (query[j] as number)
    out[row] = a + b + (c + d)
  }
  return out
}

function requireWhole(length: number, width: number): void {
  if (Number.isInteger(width) && width > 0 && length > 0 && length % width === 0) return
  throw misfit(`a positive multiple of ${width} values`, `${length}`)
}

const misfit = (expected: string, found: string) =>
  new DiaboloError('E_SHAPE', {
    at: 'cosine index',
    expected,
    found,
    hint: 'search for codes that the same model made',
  })
