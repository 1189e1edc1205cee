import { compileResidualCovariance, compileResidualSquares } from '../../compile/moments.js'
import type { ScoreName } from '../../nn/scores.js'
import { rowsPerRun } from '../batches.js'
import type { Method, SolveContext } from './index.js'
import { averageAroundMean, averageOver, matrix, vector } from './moments.js'

/** The least variance of a value's residuals, as part of the mean over all values: none counts without bound. */
const LEAST = 1e-4

/** What the network's score must know of ordinary residuals, found from the training rows. */
export const calibrate: Method = (context) => CALIBRATIONS[context.network.spec.score ?? 'squared'](context)

const CALIBRATIONS: { readonly [S in ScoreName]: Method } = {
  squared: async () => ({ parameters: {} }),

  async standardized({ runtime, network, feed, parameters }) {
    const session = await runtime.open(compileResidualSquares(network, parameters, feed.data))
    const outputs = feed.data.missing ? ['squares', 'present'] : ['squares']
    const found = await averageOver(session, feed, outputs, {}, rowsPerRun(network)).finally(() => session.close())
    const { squares, present } = found ?? {}
    if (!squares) return undefined
    const variances = present ? squares.map((square, i) => square / ((present[i] as number) || 1)) : squares
    return { parameters: { 'score.scale': vector(Float32Array.from(floored(variances), Math.sqrt)) } }
  },

  /** W = V Λ^(−½) Vᵀ of the residuals' covariance V Λ Vᵀ. */
  async mahalanobis(context: SolveContext) {
    const { runtime, network, feed, parameters } = context
    const width = network.parameters.find(({ name }) => name === 'score.center')?.shape[0] as number
    const session = await runtime.open(compileResidualCovariance(network, parameters, feed.data))
    const found = await averageAroundMean(session, feed, width, ['products'], rowsPerRun(network)).finally(() =>
      session.close(),
    )
    if (!found) return undefined
    const { values, vectors } = await runtime.eigen(
      matrix(width, width, Float32Array.from(found.averages.products as Float64Array)),
    )
    const roots = floored(Float64Array.from(values.data)).map((variance) => 1 / Math.sqrt(variance))
    return {
      parameters: {
        'score.center': vector(Float32Array.from(found.mean)),
        'score.whitening': matrix(width, width, recompose(vectors.data, roots)),
      },
    }
  },
}

function floored(variances: Float64Array): Float64Array {
  const mean = variances.reduce((sum, variance) => sum + variance, 0) / variances.length
  // where nothing is ever missed, any residual is as strange as any other
  const least = mean > 0 ? LEAST * mean : 1
  return variances.map((variance) => Math.max(variance, least))
}

/** V diag(d) Vᵀ */
function recompose(vectors: Float32Array, diagonal: Float64Array): Float32Array {
  const n = diagonal.length
  const out = new Float32Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < n; k++)
        sum += (vectors[i * n + k] as number) * (diagonal[k] as number) * (vectors[j * n + k] as number)
      out[i * n + j] = sum
      out[j * n + i] = sum
    }
  }
  return out
}
