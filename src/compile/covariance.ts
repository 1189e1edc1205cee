import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import { gather, gemm, reduceSum, sub } from '../ops/index.js'
import { load, type StoredAs } from './epoch.js'
import { lower } from './lowering/index.js'

/**
 * Sums over some rows of a data set.
 *
 * inputs:   data [rows, width] as stored, rows int32 [picked], mean float32 [width]
 * outputs:  sum float32 [width] = Σ (x − mean), products float32 [width, width] = Σ (x − mean)ᵀ (x − mean)
 */
export function compileCovariance(width: number, stored: StoredAs): Uint8Array {
  const builder = new GraphBuilder()
  const data = builder.input('data', { dtype: stored.dtype, shape: ['rows', width] })
  const rows = builder.input('rows', { dtype: 'int32', shape: ['picked'] })
  const mean = builder.input('mean', { dtype: 'float32', shape: [width] })
  const x = sub(load(gather(data, rows), stored), mean)
  const products = gemm(x, x, { transA: true })
  return encode(lower(builder.build({ sum: reduceSum(x, { axes: [0] }), products })), 'covariance')
}
