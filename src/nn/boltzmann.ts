import type { Rng } from '../base/random.js'
import type { Value } from '../graph/types.js'
import { add, cast, floor, less, mul, sigmoid, sub } from '../ops/index.js'
import type { OutputName } from './activations.js'

/**
 * What a unit of a restricted Boltzmann machine is: on or off with a probability, or a real number around a mean with
 * unit variance.
 */
export type UnitKind = 'bernoulli' | 'gaussian'

interface Unit {
  /** What its total input says of it: the probability to be on, or the mean. */
  readonly mean: (x: Value) => Value
  /** A state drawn from that; `sum` adds two numbers of the bank. */
  readonly sample: (mean: Value, sum: Value) => Value
  /** What a number of the bank is. */
  readonly draw: (random: Rng) => number
}

const UNITS: { readonly [K in UnitKind]: Unit } = {
  // frac(a + b) of two uniform numbers is uniform
  bernoulli: {
    mean: sigmoid,
    sample: (mean, sum) => cast(less(sub(sum, floor(sum)), mean), 'float32'),
    draw: (random) => random.uniform(),
  },
  // (a + b) / √2 of two standard normal numbers is one
  gaussian: {
    mean: (x) => x,
    sample: (mean, sum) => add(mean, mul(sum, Math.SQRT1_2)),
    draw: (random) => random.normal(),
  },
}

export const unitOf = (kind: UnitKind): Unit => UNITS[kind]

/** The units whose mean a nonlinearity gives; nothing for those that belong to no such machine. */
export const unitKindOf = (activation: OutputName): UnitKind | undefined =>
  activation === 'sigmoid' ? 'bernoulli' : activation === 'linear' ? 'gaussian' : undefined

/** A state of each unit, from its mean and two rows of the bank, each of its shape. */
export const emitSample = (kind: UnitKind, mean: Value, first: Value, second: Value): Value =>
  unitOf(kind).sample(mean, add(first, second))
