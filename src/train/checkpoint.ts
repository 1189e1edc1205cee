import type { Network, Parameters } from '../compile/network.js'
import type { Spec } from '../compile/spec.js'
import type { Samples } from '../data/dataset.js'
import type { EpochRecord } from './events.js'
import type { Explained } from './solve/index.js'

/**
 * All that is needed to go on with a training as if it had never been left: to the same bytes, from any step.
 *
 * There is no state of a random generator in it, because there is none: starting weights, orders and noise are pure
 * functions of (seed, phase, epoch, sample).
 */
export interface Checkpoint extends Standing {
  readonly identity: Identity
}

/** What a checkpoint belongs to. */
export interface Identity {
  readonly spec: Spec
  readonly seed: number
  readonly data: DataIdentity
  readonly validation?: DataIdentity
  /** Rows that are shuffled with one another. */
  readonly buffer: number
  /** `onnxruntime-node 1.30.0`. With another one, other threads or another device, last bits may differ. */
  readonly engine: string
  readonly device: string
  readonly threads: number
}

/** What tells data from other data; its name does not. */
export interface DataIdentity extends Pick<Samples, 'name' | 'rows' | 'shape' | 'dtype' | 'scale' | 'missing'> {
  /** As `fingerprintOf` gives it; missing in a browser's page that was not served securely. */
  readonly fingerprint?: string
  /** The SHA-256 of the samples' classes, where training is told them. */
  readonly labels?: string
  readonly classMaps?: string
}

/** How far a training has come. */
export interface Standing {
  readonly position: Position
  readonly history: readonly EpochRecord[]
  /**
   * Every parameter by name; what the optimizer remembers, `adam.m/encoder.0.weight`; and, where training stops early, the
   * parameters that validated best, `best/encoder.0.weight`.
   */
  readonly tensors: Parameters
  /** What principal components account for, once they are found. */
  readonly explained?: Explained
}

export interface Position {
  /** Which phase, from 0; as many as there are when all are over. */
  readonly phase: number
  /** The epoch under way, from 1; one more than there are when the phase is over. */
  readonly epoch: number
  /** Steps taken in this phase. */
  readonly step: number
  /** Samples of this epoch that were seen: the next one is at this place of the epoch's order. */
  readonly seen: number
  /** Over these samples: their losses, and what each unit of the code came to. */
  readonly sums: Sums
  /** Seconds of this phase, in steps and in waiting for samples. */
  readonly seconds: number
  /** The epoch of this phase that validated best. */
  readonly best?: Best
  /** What the phases before this one came to. */
  readonly before: { readonly steps: number; readonly seconds: number }
}

export interface Sums {
  readonly loss: number
  readonly activation?: readonly number[]
}

export interface Best {
  readonly epoch: number
  /** What it was validated by. */
  readonly error: number
}

/** Where a phase begins. */
export const beginning = (phase: number, before: Position['before'] = { steps: 0, seconds: 0 }): Position => ({
  phase,
  epoch: 1,
  step: 0,
  seen: 0,
  sums: { loss: 0 },
  seconds: 0,
  before,
})

/** What all phases up to here came to. */
export const totalsOf = ({ before, step, seconds }: Position): Position['before'] => ({
  steps: before.steps + step,
  seconds: before.seconds + seconds,
})

export const bestName = (name: string) => `best/${name}`

/** The network's parameters: those that validated best, where such were kept. */
export function parametersOf({ parameters }: Pick<Network, 'parameters'>, { tensors }: Standing): Parameters {
  const found = parameters.map(({ name }) => [name, tensors[bestName(name)] ?? tensors[name]])
  return Object.fromEntries(found)
}
