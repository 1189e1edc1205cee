import type { Figure, FigureOptions } from './figure.js'

export interface FeatureMapsOptions extends FigureOptions {
  /** float32 [samples, channels, height, width], row-major: what a convolutional layer made of each sample. */
  readonly maps: Float32Array
  /** Of one sample: `[height, width, channels]`, any number of channels. */
  readonly shape: readonly number[]
  /** One caption per sample: `a three`. None unless given. */
  readonly names?: readonly string[]
  /** `own` stretches each map over all colours, `common` lets all share one scale; `own` unless given. */
  readonly scaling?: 'own' | 'common'
  /** Maps in a row; unless given, all of a sample's, or near a square for a single sample. */
  readonly columns?: number
}

export function drawFeatureMaps(_options: FeatureMapsOptions): Figure {
  throw new Error('being written')
}
