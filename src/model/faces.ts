import type { Dataset } from '../data/dataset.js'
import type { Table } from '../data/table.js'
import type { Segmentation } from './segmentation.js'

/** Numbers with their shape, the first axis counting samples. */
export interface Rows {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * A data set, or its values: bytes (seen as value/255) or floats in the model's own units, row after row. For models of
 * tables also a table: its columns are found by name, and those that the model does not know are left alone.
 */
export type DataLike = Dataset | Table | Float32Array | Uint8Array

export interface Evaluation {
  /**
   * Mean squared error per value. Of a table, the mean error of the values that are there, of which a constant guess has 1. Of
   * classes of pixels, of their probabilities against 1 for the class that a pixel has and 0 for the others.
   */
  readonly mse: number
  /** Squared error per sample: mse × values per sample, or columns. */
  readonly perImage: number
  /**
   * Sigmoid cross-entropy, nats per value; for models whose reconstruction comes out of a sigmoid. Of classes of pixels, nats
   * per pixel.
   */
  readonly crossEntropy?: number
  /** Of models that tell the class of every pixel. */
  readonly segmentation?: Segmentation
  readonly rows: number
}

export interface Classified {
  /** Of each sample the most probable class, from 0. */
  readonly labels: Int32Array
  /** float32 [rows, classes] */
  readonly probabilities: Rows
}

export interface EncodeOptions {
  /** How many layers of the encoder to run; all of them when left out. Feature maps come as [channels, height, width]. */
  readonly layers?: number
}
