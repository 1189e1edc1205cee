import type { Activity } from './activity.js'

/** What happens while a model is fitted, in the order in which it happens. */
export type FitEvent =
  | { readonly type: 'phase'; readonly phase: string; readonly epochs: number; readonly stepsPerEpoch: number }
  /** At least five times a second while steps are taken; of slow steps, after a few, half a second or one step apart. */
  | {
      readonly type: 'progress'
      readonly phase: string
      /** From 1. */
      readonly epoch: number
      readonly epochs: number
      /** Steps taken in this phase. */
      readonly step: number
      readonly steps: number
      /** Mean loss of the steps since the last progress event. */
      readonly loss: number
      readonly rowsPerSecond: number
      readonly secondsLeft: number
    }
  | ({ readonly type: 'epoch' } & EpochRecord)
  /** Something that a person should know, and that does not end the training. */
  | { readonly type: 'warning'; readonly message: string }

/** What was measured on the validation data, where there is any. */
export interface Validated {
  /** Mean squared error per value. */
  readonly validationMse?: number
  /** The part of the samples that are taken for another class, in phases that learn classes. */
  readonly validationError?: number
}

/** One line of a run's history. */
export interface EpochRecord extends Validated {
  readonly phase: string
  /** From 1. */
  readonly epoch: number
  /** Steps taken in this phase. */
  readonly step: number
  /** Mean training loss over the epoch's samples. */
  readonly loss: number
  /** Of the code over this epoch's samples, in phases with a sparsity penalty. */
  readonly activity?: Activity
  readonly learningRate: number
  readonly seconds: number
}
