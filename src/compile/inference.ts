import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import type { Graph, Value } from '../graph/types.js'
import type { Metadata } from '../onnx/model.js'
import { mul, reduceMean, sub } from '../ops/index.js'
import { load, type StoredAs } from './epoch.js'
import { lower } from './lowering/index.js'
import type { Network, Parameters } from './network.js'

/** Where an inference graph finds its parameters: written into it, or fed with every run. */
export type Given = Parameters | 'fed'

/**
 * The whole model, from stored values to everything that is asked of it.
 *
 * inputs:   input [batch, width], as stored
 * outputs:  code float32 [batch, code], reconstruction float32 [batch, width] in the model's units,
 *           score float32 [batch]: mean squared error per value
 */
export function autoencoderGraph(network: Network, given: Given, stored: StoredAs): Graph {
  const builder = new GraphBuilder()
  const input = builder.input('input', { dtype: stored.dtype, shape: ['batch', network.width] })
  const parameters = place(builder, network, given)
  const x = load(input, stored)
  const code = network.encode(x, parameters)
  const { output } = network.decode(code, parameters)
  const error = sub(output, x)
  const score = reduceMean(mul(error, error), { axes: [1] })
  return builder.build({ code, reconstruction: output, score })
}

/** Input: code float32 [batch, code]. Output: reconstruction float32 [batch, width]. */
export function decoderGraph(network: Network, given: Given): Graph {
  const builder = new GraphBuilder()
  const width = network.codeShape.reduce((size, dim) => size * dim, 1)
  const code = builder.input('code', { dtype: 'float32', shape: ['batch', width] })
  const { output } = network.decode(code, place(builder, network, given))
  return builder.build({ reconstruction: output })
}

export type InferenceOutput = 'code' | 'reconstruction' | 'score'

/** @param only  the outputs to compute; all of them when left out */
export function compileAutoencoder(
  network: Network,
  given: Given,
  stored: StoredAs,
  metadata: Metadata = {},
  only?: readonly InferenceOutput[],
): Uint8Array {
  const graph = autoencoderGraph(network, given, stored)
  const outputs = graph.outputs.filter(({ name }) => only?.includes(name as InferenceOutput) ?? true)
  return encode(lower({ ...graph, outputs }), 'autoencoder', metadata)
}

export const compileDecoder = (network: Network, given: Given): Uint8Array =>
  encode(lower(decoderGraph(network, given)), 'decoder')

function place(builder: GraphBuilder, network: Network, given: Given): Record<string, Value> {
  const values = network.parameters.map(({ name, shape }) => {
    const known = given === 'fed' ? undefined : given[name]
    return [name, known ? builder.constant(known, name) : builder.input(name, { dtype: 'float32', shape })]
  })
  return Object.fromEntries(values)
}
