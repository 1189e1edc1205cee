import { DiaboloError } from '../../base/errors.js'
import { compileVariance } from '../../compile/moments.js'
import { widthOf } from '../../data/dataset.js'
import type { Method } from './index.js'
import { averageAroundMean, vector } from './moments.js'

/** Standard deviations below this part of the mean's size are rounding: the value is a constant, and its scale 1. */
const ROUNDING = 1e-6

/**
 * Shift and scale of a "squash" layer that comes first: each value's mean and standard deviation over the rows, 1 where it
 * is always the same.
 *
 * @throws E_SPEC when the network does not begin with such a layer
 */
export const standardize: Method = async ({ runtime, network, feed }) => {
  const [first] = network.spec.encoder
  if (first?.type !== 'squash') {
    throw new DiaboloError('E_SPEC', {
      at: 'spec.encoder.0, for a phase that solves "standardize"',
      expected: 'a "squash" layer',
      found: first ? `"${first.type}"` : 'nothing',
      hint: 'begin the encoder with { "type": "squash" }, and end the decoder with { "type": "unsquash" }',
    })
  }
  const width = widthOf(feed.data)
  const session = await runtime.open(compileVariance(width, feed.data))
  const found = await averageAroundMean(session, feed, width, ['squares']).finally(() => session.close())
  if (!found) return undefined
  const { mean, averages } = found
  const scale = (averages.squares as Float64Array).map((variance, i) => {
    const deviation = Math.sqrt(variance)
    return deviation > ROUNDING * Math.abs(mean[i] as number) ? deviation : 1
  })
  const parameters = {
    'encoder.0.shift': vector(Float32Array.from(mean)),
    'encoder.0.scale': vector(Float32Array.from(scale)),
  }
  return { parameters }
}
