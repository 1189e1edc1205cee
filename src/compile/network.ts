import { DiaboloError } from '../base/errors.js'
import { rng } from '../base/random.js'
import { sizeOf } from '../base/shape.js'
import { type Tensor, tensor } from '../base/tensor.js'
import type { Value } from '../graph/types.js'
import { ACTIVATIONS } from '../nn/activations.js'
import { initialize } from '../nn/initializers.js'
import { activate, type LayerSpec, layerKind, type ParameterSpec } from '../nn/layers.js'
import { reshape } from '../ops/index.js'
import type { Spec } from './spec.js'

/** Tensors by parameter name: `encoder.0.weight`. */
export type Parameters = Readonly<Record<string, Tensor<'float32'>>>

type Values = Readonly<Record<string, Value>>

/** A spec with every shape worked out: what it learns, and the graph of each half. */
export interface Network {
  readonly spec: Spec
  /** Values per sample. */
  readonly width: number
  readonly codeShape: readonly number[]
  readonly parameters: readonly ParameterSpec[]
  /** x float32 [batch, width] → code float32 [batch, code] */
  readonly encode: (x: Value, parameters: Values) => Value
  /** code float32 [batch, code] → output and logits, float32 [batch, width] */
  readonly decode: (code: Value, parameters: Values) => { readonly logits: Value; readonly output: Value }
}

interface Stage {
  readonly layer: LayerSpec
  readonly prefix: string
  readonly input: readonly number[]
}

/**
 * @throws E_SHAPE when the decoder does not give back as many values as a sample has
 */
export function buildNetwork(spec: Spec): Network {
  const width = sizeOf(spec.input)
  const encoder = stages(spec.encoder, 'encoder', spec.input)
  const codeShape = outputShape(spec.encoder, spec.input)
  const decoder = stages(spec.decoder, 'decoder', codeShape)
  const reconstructed = outputShape(spec.decoder, codeShape)
  if (sizeOf(reconstructed) !== width) {
    throw new DiaboloError('E_SHAPE', {
      at: `decoder of "${spec.recipe}"`,
      expected: `${width} values per sample`,
      found: `${sizeOf(reconstructed)}`,
      hint: 'give the last layer of the decoder as many units as a sample has values',
    })
  }
  const parameters = [...encoder, ...decoder].flatMap(({ layer, prefix, input }) =>
    layerKind(layer)
      .parameters(layer, input)
      .map((parameter) => ({ ...parameter, name: prefix + parameter.name })),
  )
  return {
    spec,
    width,
    codeShape,
    parameters,
    encode: (x, values) => flatten(run(encoder, unflatten(x, spec.input), values)),
    decode: (code, values) => {
      const logits = flatten(run(decoder, unflatten(code, codeShape), values))
      return { logits, output: ACTIVATIONS[spec.output](logits) }
    },
  }
}

/** Starting values; each parameter's depend on the seed and its own name only. */
export function initialParameters({ parameters }: Network, seed: number): Parameters {
  const entries = parameters.map(({ name, shape, init, fan }) => {
    const values = initialize(init, shape, fan, rng(seed, 'init', name))
    return [name, tensor('float32', shape, values)]
  })
  return Object.fromEntries(entries)
}

function stages(layers: readonly LayerSpec[], side: string, input: readonly number[]): Stage[] {
  return layers.map((layer, i) => ({
    layer,
    prefix: `${side}.${i}.`,
    input: outputShape(layers.slice(0, i), input),
  }))
}

const outputShape = (layers: readonly LayerSpec[], input: readonly number[]): readonly number[] =>
  layers.reduce((shape, layer) => layerKind(layer).outputShape(layer, shape), input)

const run = (chain: readonly Stage[], x: Value, values: Values): Value =>
  chain.reduce((value, { layer, prefix }) => {
    const own = Object.entries(values).flatMap(([name, parameter]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), parameter] as const] : [],
    )
    return activate(layer, layerKind(layer).emit(layer, value, Object.fromEntries(own)))
  }, x)

const unflatten = (x: Value, shape: readonly number[]) => reshape(x, [x.shape[0] ?? 1, ...shape])

const flatten = (x: Value) => reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1) as readonly number[])])
