import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import type { Graph, Value } from '../graph/types.js'
import { add, argMax, cast, equal, matmul, max, mul, reduceSum, reshape, sub, transpose } from '../ops/index.js'
import { lower } from './lowering/index.js'

/**
 * Squared Euclidean distances by one product: |q|² + |x|² − 2 q·x. What rounding makes negative is 0.
 *
 * inputs:   queries float32 [queries, width], rows float32 [rows, width]
 * outputs:  closeness float32 [queries, rows]: minus the squared distance
 */
export function distanceGraph(width: number): Graph {
  const builder = new GraphBuilder()
  const queries = builder.input('queries', { dtype: 'float32', shape: ['queries', width] })
  const rows = builder.input('rows', { dtype: 'float32', shape: ['rows', width] })
  const lengths = transpose(squaredLengths(rows), [1, 0])
  const products = matmul(queries, transpose(rows, [1, 0]))
  const squared = add(sub(squaredLengths(queries), mul(products, 2)), lengths)
  return builder.build({ closeness: mul(max(squared, 0), -1) })
}

/**
 * A half-step of k-means (Lloyd 1982): each row goes to its nearest centre, of equally near ones the first.
 *
 * inputs:   rows float32 [rows, width], centres float32 [clusters, width]
 * outputs:  cluster float32 [rows], whole numbers; distance float32 [rows], squared, to the nearest centre;
 *           sum float32 [clusters, width] and count float32 [clusters] of the rows of each cluster
 */
export function assignmentGraph(width: number, clusters: number): Graph {
  const builder = new GraphBuilder()
  const rows = builder.input('rows', { dtype: 'float32', shape: ['rows', width] })
  const centres = builder.input('centres', { dtype: 'float32', shape: [clusters, width] })
  // |x − c|² = |x|² − n with n = 2 x·c − |c|²: the largest n is the nearest centre
  const near = sub(mul(matmul(rows, transpose(centres, [1, 0])), 2), transpose(squaredLengths(centres), [1, 0]))
  const nearest = argMax(near)
  const numbers = BigInt64Array.from({ length: clusters }, (_, i) => BigInt(i))
  const all = builder.constant({ dtype: 'int64', shape: [clusters], data: numbers })
  const member = cast(equal(reshape(nearest, ['rows', 1]), all), 'float32')
  const own = reduceSum(mul(member, near), { axes: [1] })
  const lengths = reduceSum(mul(rows, rows), { axes: [1] })
  return builder.build({
    cluster: cast(nearest, 'float32'),
    distance: max(sub(lengths, own), 0),
    sum: matmul(transpose(member, [1, 0]), rows),
    count: reduceSum(member, { axes: [0] }),
  })
}

/** [rows, width] → [rows, 1] */
const squaredLengths = (rows: Value): Value => reduceSum(mul(rows, rows), { axes: [1], keepdims: true })

export const compileDistances = (width: number): Uint8Array => encode(lower(distanceGraph(width)), 'distances')

export const compileAssignment = (width: number, clusters: number): Uint8Array =>
  encode(lower(assignmentGraph(width, clusters)), 'assignment')
