import { z } from 'zod'
import type { Rng } from '../base/random.js'
import { sizeOf } from '../base/shape.js'

/** How a parameter starts. */
export const initializerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('zeros') }),
  z.strictObject({ name: z.literal('ones') }),
  z.strictObject({ name: z.literal('identity') }),
  z.strictObject({ name: z.literal('glorot') }),
  z.strictObject({ name: z.literal('he') }),
  z.strictObject({ name: z.literal('normal'), sigma: z.number().positive() }),
])

export type InitializerSpec = z.infer<typeof initializerSchema>

/** Units feeding into and out of a weight. */
export interface Fan {
  readonly in: number
  readonly out: number
}

/**
 * Starting values, float32, row-major.
 *
 * - `glorot`: uniform in ±√(6 / (in + out)) (Glorot & Bengio 2010)
 * - `he`: normal, σ = √(2 / in) (He et al. 2015)
 * - `normal`: normal, σ given; the chapter's N(0, 1) is `sigma: 1`
 * - `identity`: 1 on the diagonal of a square matrix, 0 beside it
 */
export function initialize(spec: InitializerSpec, shape: readonly number[], fan: Fan, random: Rng): Float32Array {
  const draw = sampler(spec, shape, fan, random)
  return Float32Array.from({ length: sizeOf(shape) }, draw)
}

function sampler(
  spec: InitializerSpec,
  shape: readonly number[],
  fan: Fan,
  random: Rng,
): (_: unknown, at: number) => number {
  switch (spec.name) {
    case 'zeros':
      return () => 0
    case 'ones':
      return () => 1
    case 'identity':
      return (_, at) => (at % ((shape.at(-1) as number) + 1) === 0 ? 1 : 0)
    case 'glorot': {
      const limit = Math.sqrt(6 / (fan.in + fan.out))
      return () => limit * (2 * random.uniform() - 1)
    }
    case 'he': {
      const sigma = Math.sqrt(2 / fan.in)
      return () => sigma * random.normal()
    }
    case 'normal':
      return () => spec.sigma * random.normal()
  }
}
