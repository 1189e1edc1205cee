import type { Value } from '../graph/types.js'
import { elu, relu, sigmoid, softplus, tanh } from '../ops/index.js'

/** Elementwise nonlinearities, by the name a spec gives them. */
export const ACTIVATIONS = {
  linear: (x: Value): Value => x,
  sigmoid,
  tanh,
  relu,
  elu,
  softplus,
} as const

export type ActivationName = keyof typeof ACTIVATIONS

export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as [ActivationName, ...ActivationName[]]
