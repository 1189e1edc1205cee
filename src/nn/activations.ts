import type { Value } from '../graph/types.js'
import { elu, relu, sigmoid, softmax, softplus, tanh } from '../ops/index.js'

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

/** What may stand between the logits and the reconstruction: softmax makes shares of them that add up to 1. */
export const OUTPUTS = { ...ACTIVATIONS, softmax: (x: Value): Value => softmax(x) } as const

export type OutputName = keyof typeof OUTPUTS

export const OUTPUT_NAMES = Object.keys(OUTPUTS) as [OutputName, ...OutputName[]]
