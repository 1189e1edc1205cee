import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import type { Graph } from '../graph/types.js'
import { matmul, reshape, topK } from '../ops/index.js'
import { lower } from './lowering/index.js'

/**
 * The rows nearest to a query by the cosine, query and rows being of length 1: one product with all of them.
 *
 * inputs:   query float32 [width, 1], rows float32 [rows, width]
 * outputs:  score float32 [1, count], the highest first; row int64 [1, count]
 */
export function cosineGraph(rows: number, width: number, count: number): Graph {
  const builder = new GraphBuilder()
  const query = builder.input('query', { dtype: 'float32', shape: [width, 1] })
  const all = builder.input('rows', { dtype: 'float32', shape: [rows, width] })
  const { values, indices } = topK(reshape(matmul(all, query), [1, rows]), count)
  return builder.build({ score: values, row: indices })
}

export const compileCosines = (rows: number, width: number, count: number): Uint8Array =>
  encode(lower(cosineGraph(rows, width, count)), 'cosines')
