import { DiaboloError } from '../base/errors.js'
import type { RunResult } from './types.js'

/**
 * An output that was brought here, as numbers.
 *
 * @throws E_RUNTIME when the graph has no such float32 output
 */
export function floats({ fetched }: RunResult, name: string): Float32Array {
  const data = fetched[name]?.data
  if (data instanceof Float32Array) return data
  throw new DiaboloError('E_RUNTIME', {
    at: `output "${name}"`,
    expected: 'float32 numbers',
    found: data ? 'another type' : `outputs ${Object.keys(fetched).join(', ')}`,
    hint: 'this is a fault in the graph that was compiled',
  })
}
