import { type Dataset, widthOf } from '../data/dataset.js'
import { type CorruptionInput, corruptionSchema, corruptValues, type NoiseStream } from '../nn/corruption.js'

export interface CorruptOptions {
  readonly seed?: number
  /** Which epoch's noise, for corruptions that are fresh every epoch. */
  readonly epoch?: number
  /** Noise for samples to test on differs from all that is trained on. */
  readonly stream?: NoiseStream
}

/**
 * Samples as a network that is trained with this corruption sees them: the noise of a sample depends on the seed, the epoch
 * and its row only.
 *
 * @returns float32 samples in the model's units
 */
export function corrupt(data: Dataset, corruption: CorruptionInput, options: CorruptOptions = {}): Dataset {
  const { seed = 0, epoch = 0, stream = 'test' } = options
  const values = Float32Array.from(data.values, (value) => Math.fround(value * data.scale))
  corruptValues(corruptionSchema.parse(corruption), values, widthOf(data), { seed, epoch, stream })
  return { ...data, dtype: 'float32', scale: 1, values }
}
