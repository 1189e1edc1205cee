import { DiaboloError } from '../base/errors.js'
import { type Dataset, widthOf } from '../data/dataset.js'
import type { Columns } from '../nn/columns.js'
import {
  type CorruptionInput,
  type CorruptionSpec,
  corruptionSchema,
  corruptValues,
  type NoiseStream,
} from '../nn/corruption.js'

export interface CorruptOptions {
  readonly seed?: number
  /** Which epoch's noise, for corruptions that are fresh every epoch. */
  readonly epoch?: number
  /** Noise for samples to test on differs from all that is trained on. */
  readonly stream?: NoiseStream
  /** Of a table, whose columns have one noise each. */
  readonly columns?: Columns | undefined
}

/**
 * Samples as a network that is trained with this corruption sees them: the noise of a sample depends on the seed, the epoch
 * and its row only.
 *
 * @returns float32 samples in the model's units
 * @throws E_OPTION naming the field of the corruption that is unknown or out of range
 */
export function corrupt(data: Dataset, corruption: CorruptionInput, options: CorruptOptions = {}): Dataset {
  const { seed = 0, epoch = 0, stream = 'test', columns } = options
  const values = Float32Array.from(data.values, (value) => Math.fround(value * data.scale))
  corruptValues(parseCorruption(corruption), values, widthOf(data), { seed, epoch, stream, columns })
  return { ...data, dtype: 'float32', scale: 1, values }
}

function parseCorruption(corruption: CorruptionInput): CorruptionSpec {
  const parsed = corruptionSchema.safeParse(corruption)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new DiaboloError('E_OPTION', {
    at: ['corruption', ...(issue?.path ?? [])].join('.'),
    expected: issue?.message ?? 'a valid corruption',
    found: JSON.stringify(corruption),
    hint: 'write for example { type: "gaussian", sigma: 0.3 } or { type: "masking", part: 0.3 }',
  })
}
