import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import type { Graph, Value } from '../graph/types.js'
import { emitPresent } from '../nn/columns.js'
import { gather, gemm, mul, reduceMean, reduceSum, reshape, sub } from '../ops/index.js'
import { load, type StoredAs } from './epoch.js'
import { place } from './inference.js'
import { lower } from './lowering/index.js'
import type { Network, Parameters } from './network.js'

/** Some rows of a data set, as they are stored. */
function storedRows(builder: GraphBuilder, width: number, stored: StoredAs): Value {
  const data = builder.input('data', { dtype: stored.dtype, shape: ['rows', width] })
  const rows = builder.input('rows', { dtype: 'int32', shape: ['picked'] })
  return gather(data, rows)
}

/** The same as the model sees them. */
const rowsOf = (builder: GraphBuilder, width: number, stored: StoredAs): Value =>
  load(storedRows(builder, width, stored), stored)

const meanOf = (builder: GraphBuilder, width: number): Value =>
  builder.input('mean', { dtype: 'float32', shape: [width] })

const encodeMoments = (graph: Graph): Uint8Array => encode(lower(graph), 'moments')

const sumOver = (x: Value): Value => reduceSum(x, { axes: [0] })

/**
 * Sums over some rows of a data set.
 *
 * inputs:   data [rows, width] as stored, rows int32 [picked], mean float32 [width]
 * outputs:  sum float32 [width] = Σ (x − mean), squares float32 [width] = Σ (x − mean)²
 */
export function compileVariance(width: number, stored: StoredAs): Uint8Array {
  const builder = new GraphBuilder()
  const x = sub(rowsOf(builder, width, stored), meanOf(builder, width))
  return encodeMoments(builder.build({ sum: sumOver(x), squares: sumOver(mul(x, x)) }))
}

/**
 * The same with products float32 [width, width] = Σ (x − mean)ᵀ (x − mean) in place of the squares.
 */
export function compileCovariance(width: number, stored: StoredAs): Uint8Array {
  const builder = new GraphBuilder()
  const x = sub(rowsOf(builder, width, stored), meanOf(builder, width))
  return encodeMoments(builder.build({ sum: sumOver(x), products: gemm(x, x, { transA: true }) }))
}

/**
 * What a covariance makes of some directions, as sums over some rows.
 *
 * inputs:   data [rows, width] as stored, rows int32 [picked], mean float32 [width], basis float32 [width, directions]
 * outputs:  sum float32 [width] = Σ (x − mean), squares float32 [width] = Σ (x − mean)²,
 *           products float32 [width, directions] = Σ (x − mean)ᵀ (x − mean) basis
 */
export function compileSketch(width: number, directions: number, stored: StoredAs): Uint8Array {
  const builder = new GraphBuilder()
  const x = sub(rowsOf(builder, width, stored), meanOf(builder, width))
  const basis = builder.input('basis', { dtype: 'float32', shape: [width, directions] })
  const products = gemm(x, gemm(x, basis), { transA: true })
  return encodeMoments(builder.build({ sum: sumOver(x), squares: sumOver(mul(x, x)), products }))
}

/**
 * Sums over the residuals of some rows, e [picked, members, values].
 *
 * inputs:   data [rows, width] as stored, rows int32 [picked]
 * outputs:  squares float32 [values] = Σ e², averaged over the members; where values may be missing, over the rows in which
 *           each is not, and present float32 [values], how many those are
 */
export function compileResidualSquares(network: Network, given: Parameters, stored: StoredAs): Uint8Array {
  const builder = new GraphBuilder()
  const raw = storedRows(builder, network.width, stored)
  const residuals = network.residuals(load(raw, stored), place(builder, network, given))
  const squares = reduceMean(mul(residuals, residuals), { axes: [1] })
  if (!stored.missing) return encodeMoments(builder.build({ squares: sumOver(squares) }))
  const present = emitPresent(raw)
  return encodeMoments(builder.build({ squares: sumOver(mul(squares, present)), present: sumOver(present) }))
}

/**
 * Sums over the residuals that the members of a network have on average, ē [picked, values].
 *
 * inputs:   data [rows, width] as stored, rows int32 [picked], mean float32 [values]
 * outputs:  sum float32 [values] = Σ (ē − mean), products float32 [values, values] = Σ (ē − mean)ᵀ (ē − mean)
 */
export function compileResidualCovariance(network: Network, given: Parameters, stored: StoredAs): Uint8Array {
  const builder = new GraphBuilder()
  const x = rowsOf(builder, network.width, stored)
  const residuals = network.residuals(x, place(builder, network, given))
  const values = residuals.shape[2] as number
  const centred = sub(reshape(reduceMean(residuals, { axes: [1] }), ['picked', values]), meanOf(builder, values))
  return encodeMoments(builder.build({ sum: sumOver(centred), products: gemm(centred, centred, { transA: true }) }))
}
