import { z } from 'zod'
import { sizeOf } from '../base/shape.js'
import type { Value } from '../graph/types.js'
import { gemm, reshape } from '../ops/index.js'
import { ACTIVATION_NAMES, ACTIVATIONS } from './activations.js'
import { type Fan, type InitializerSpec, initializerSchema } from './initializers.js'

/** A learned tensor of a layer, before it has a value. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly init: InitializerSpec
  readonly fan: Fan
}

/** A kind of layer: what it makes of a sample's shape, what it learns, and the graph it emits. */
export interface LayerKind<S> {
  readonly outputShape: (spec: S, input: readonly number[]) => readonly number[]
  readonly parameters: (spec: S, input: readonly number[]) => readonly ParameterSpec[]
  /**
   * @param x           float32 [batch, ...input]
   * @param parameters  by the names that `parameters` gave
   * @returns           float32 [batch, ...output], before the activation
   */
  readonly emit: (spec: S, x: Value, parameters: Readonly<Record<string, Value>>) => Value
}

export const denseSchema = z.strictObject({
  type: z.literal('dense'),
  units: z.int().min(1),
  activation: z.enum(ACTIVATION_NAMES).default('linear'),
  init: initializerSchema.default({ name: 'glorot' }),
})

/** z = x W + b, with x flattened to [batch, in], W [in, units], b [units]. */
const dense: LayerKind<z.infer<typeof denseSchema>> = {
  outputShape: ({ units }) => [units],
  parameters: ({ units, init }, input) => {
    const fan = { in: sizeOf(input), out: units }
    return [
      { name: 'weight', shape: [fan.in, fan.out], init, fan },
      { name: 'bias', shape: [units], init: { name: 'zeros' }, fan },
    ]
  },
  emit: (_, x, { weight, bias }) => {
    const w = weight as Value
    return gemm(reshape(x, [x.shape[0] ?? 1, w.shape[0] ?? 1]), w, { c: bias as Value })
  },
}

export const layerSchema = z.discriminatedUnion('type', [denseSchema])

export type LayerSpec = z.infer<typeof layerSchema>

const LAYERS: { readonly [K in LayerSpec['type']]: LayerKind<Extract<LayerSpec, { type: K }>> } = { dense }

export const layerKind = (spec: LayerSpec): LayerKind<LayerSpec> => LAYERS[spec.type]

/** The activation of a layer applied to what it emitted. */
export const activate = ({ activation }: LayerSpec, x: Value): Value => ACTIVATIONS[activation](x)
