import { GraphBuilder } from '../graph/builder.js'
import { type Annotations, encode } from '../graph/encode.js'
import type { Graph, Value } from '../graph/types.js'
import { greater, mul, reduceMean, softplus, sub } from '../ops/index.js'
import { load, type StoredAs } from './epoch.js'
import { lower } from './lowering/index.js'
import type { Network, Parameters } from './network.js'

/** Where an inference graph finds its parameters: written into it, or fed with every run. */
export type Given = Parameters | 'fed'

/** The two things that are measured against each other: what a network is given, and what it should make of it. */
export type Side = 'input' | 'target'

/**
 * The whole model, from stored values to everything that is asked of it.
 *
 * inputs:   input [batch, width], as stored
 * outputs:  code float32 [batch, code], reconstruction float32 [batch, width] in the model's units,
 *           score float32 [batch]: mean squared error per value; with a threshold also
 *           anomaly bool [batch]: score > threshold
 */
export function autoencoderGraph(network: Network, given: Given, stored: StoredAs, threshold?: number): Graph {
  const builder = new GraphBuilder()
  const input = builder.input('input', { dtype: stored.dtype, shape: ['batch', network.width] })
  const parameters = place(builder, network, given)
  const x = load(input, stored)
  const code = network.encode(x, parameters)
  const { output } = network.decode(code, parameters)
  const error = sub(output, x)
  const score = reduceMean(mul(error, error), { axes: [1] })
  return builder.build({
    code,
    reconstruction: output,
    score,
    ...(threshold !== undefined && { anomaly: greater(score, threshold) }),
  })
}

/**
 * How well one thing is made of another: of noisy samples clean ones, of samples themselves.
 *
 * inputs:   input [batch, width] and target [batch, width], each as stored
 * outputs:  squaredError float32 [batch], mean per value; crossEntropy float32 [batch], nats per value, where the model
 *           ends in a sigmoid
 */
export function measureGraph(network: Network, given: Given, stored: Readonly<Record<Side, StoredAs>>): Graph {
  const builder = new GraphBuilder()
  const placed = (side: Side) => {
    const { dtype } = stored[side]
    return load(builder.input(side, { dtype, shape: ['batch', network.width] }), stored[side])
  }
  const [input, target] = [placed('input'), placed('target')]
  const parameters = place(builder, network, given)
  const { logits, output } = network.decode(network.encode(input, parameters), parameters)
  const error = sub(output, target)
  const squaredError = reduceMean(mul(error, error), { axes: [1] })
  if (network.output !== 'sigmoid') return builder.build({ squaredError })
  const crossEntropy = reduceMean(sub(softplus(logits), mul(target, logits)), { axes: [1] })
  return builder.build({ squaredError, crossEntropy })
}

export const compileMeasure = (network: Network, given: Given, stored: Readonly<Record<Side, StoredAs>>): Uint8Array =>
  encode(lower(measureGraph(network, given, stored)), 'measure')

/** input [batch, width] as stored → code float32 [batch, values]: what so many layers of the encoder make of it. */
export function compileEncoder(network: Network, given: Given, stored: StoredAs, layers: number): Uint8Array {
  const builder = new GraphBuilder()
  const input = builder.input('input', { dtype: stored.dtype, shape: ['batch', network.width] })
  const code = network.encodeUpTo(layers, load(input, stored), place(builder, network, given))
  return encode(lower(builder.build({ code })), 'encoder')
}

/** Input: code float32 [batch, code]. Output: reconstruction float32 [batch, width]. */
export function decoderGraph(network: Network, given: Given): Graph {
  const builder = new GraphBuilder()
  const width = network.codeShape.reduce((size, dim) => size * dim, 1)
  const code = builder.input('code', { dtype: 'float32', shape: ['batch', width] })
  const { output } = network.decode(code, place(builder, network, given))
  return builder.build({ reconstruction: output })
}

export type InferenceOutput = 'code' | 'reconstruction' | 'score' | 'anomaly'

export interface InferenceOptions extends Annotations {
  /** The outputs to compute; all of them when left out. */
  readonly only?: readonly InferenceOutput[]
  /** A sample with a larger score is an anomaly. */
  readonly threshold?: number | undefined
  /** The graph's name. */
  readonly name?: string
}

export function compileAutoencoder(
  network: Network,
  given: Given,
  stored: StoredAs,
  { only, threshold, name = 'autoencoder', ...annotations }: InferenceOptions = {},
): Uint8Array {
  const graph = autoencoderGraph(network, given, stored, threshold)
  const outputs = graph.outputs.filter(({ name }) => only?.includes(name as InferenceOutput) ?? true)
  return encode(lower({ ...graph, outputs }), name, annotations)
}

export const compileDecoder = (network: Network, given: Given, annotations?: Annotations): Uint8Array =>
  encode(lower(decoderGraph(network, given)), 'decoder', annotations)

export function place(builder: GraphBuilder, network: Network, given: Given): Record<string, Value> {
  const values = network.parameters.map(({ name, shape }) => {
    const known = given === 'fed' ? undefined : given[name]
    return [name, known ? builder.constant(known, name) : builder.input(name, { dtype: 'float32', shape })]
  })
  return Object.fromEntries(values)
}
