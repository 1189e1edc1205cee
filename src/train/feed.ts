import type { Tensor } from '../base/tensor.js'
import type { Samples } from '../data/dataset.js'
import type { Ordering } from '../data/order.js'
import type { Resident } from '../runtime/types.js'

/** Samples on the runtime's side, in the order in which they are to be visited. */
export interface Portion {
  /** [rows, width], as stored; not all of it need be visited. */
  readonly resident: Resident
  /** The same as they were before they were altered, where that is asked for. */
  readonly originals?: Resident
  /** int32 [rows]: their classes, where samples have any. */
  readonly labels?: Resident
  /** uint8 [rows, pixels]: the classes of their pixels, where samples have such. */
  readonly classMaps?: Resident
  /** Which rows of the resident, in order. */
  readonly places: Int32Array
  /** The same samples' numbers in the whole set, in the same order. */
  readonly samples: Int32Array
}

/** What of a portion is on the runtime's side. */
export type Brought = Pick<Portion, 'resident' | 'originals' | 'labels' | 'classMaps'>

/** How the samples are gone through once. */
export interface Visit extends Pick<Ordering, 'shuffle'> {
  /** From 1, which it is when left out. */
  readonly epoch?: number
  /** Samples of a step: portions are whole batches, but for the last one. */
  readonly batch: number
  /** How many were seen before, whole batches of them: the visit goes on from there. */
  readonly seen?: number
}

/** Training data on its way to the runtime's side, all at once or piece by piece. */
export interface Feed {
  readonly data: Samples
  /** Every sample once, but for those that were seen before. A portion may be used until the next one is asked for. Ends early when the caller aborts. */
  portions(visit: Visit): AsyncGenerator<Portion, void, void>
  /** Frees what is on the runtime's side. */
  close(): Promise<void>
}

/** Classes as graphs take them. */
export const labelTensor = (labels: Int32Array): Tensor<'int32'> => ({
  dtype: 'int32',
  shape: [labels.length],
  data: labels,
})

/** What a portion has on the runtime's side. */
export const residentsOf = ({ resident, originals, labels, classMaps }: Brought): Resident[] =>
  [resident, originals, labels, classMaps].filter((each) => each !== undefined)

/** What is left of a portion after so many samples. */
export const after = ({ places, samples, ...residents }: Portion, count: number): Portion => ({
  ...residents,
  places: places.subarray(count),
  samples: samples.subarray(count),
})
