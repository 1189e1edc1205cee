import { DiaboloError } from '../base/errors.js'
import { sameShape, showShape } from '../base/shape.js'
import type { Value } from '../graph/types.js'
import { ACTIVATIONS, type ActivationName } from '../nn/activations.js'
import { activationOf, type LayerSpec, layerKind, type Pooled } from '../nn/layers/index.js'

export type Values = Readonly<Record<string, Value>>

/** A layer at its place. */
export interface Stage {
  readonly layer: LayerSpec
  /** Of its parameters, `encoder.0.` */
  readonly prefix: string
  readonly input: readonly number[]
  /** Of the encoder's layer whose parameters a tied layer uses: `encoder.0.` */
  readonly tied?: string
}

/** What the poolings of an encoder took and gave, by their prefix: a decoder that unpools needs to know. */
export type Memory = Map<string, Pooled>

export const stages = (layers: readonly LayerSpec[], side: string, input: readonly number[]): Stage[] =>
  layers.map((layer, i) => ({
    layer,
    prefix: `${side}.${i}.`,
    input: outputShape(layers.slice(0, i), input),
  }))

export const linearised = (stage: Stage): Stage =>
  'activation' in stage.layer ? { ...stage, layer: { ...stage.layer, activation: 'linear' } } : stage

export const outputShape = (layers: readonly LayerSpec[], input: readonly number[]): readonly number[] =>
  layers.reduce((shape, layer) => layerKind(layer).outputShape(layer, shape), input)

/**
 * The layers one after another. No nonlinearity here ever falls, so a maximum can be taken before it: max f(x) = f(max x),
 * and f is not computed for what pooling drops.
 *
 * @param memory  where poolings leave what they took and gave, and unpoolings find it
 */
export function run(chain: readonly Stage[], x: Value, values: Values, memory: Memory = new Map()): Value {
  let value = x
  let pending: ActivationName = 'linear'
  chain.forEach(({ layer, prefix, tied }, i) => {
    const parameters = { ...(tied !== undefined && under(tied, values)), ...under(prefix, values) }
    const activation = layer.type === 'maxPool2d' ? pending : activationOf(layer)
    const deferred = chain[i + 1]?.layer.type === 'maxPool2d'
    pending = deferred ? activation : 'linear'
    value = value.builder.within(prefix.slice(0, -1), () => {
      const pooled = layer.type === 'maxUnpool2d' ? memory.get(poolPrefix(layer.pool)) : undefined
      const emitted = layerKind(layer).emit(layer, value, parameters, pooled)
      if (layer.type === 'maxPool2d') memory.set(prefix, { size: layer.size, x: value, y: emitted })
      return deferred ? emitted : ACTIVATIONS[activation](emitted)
    })
  })
  return value
}

const poolPrefix = (layer: number): string => `encoder.${layer}.`

/** Those whose names begin like this, by the rest of their names. */
const under = (prefix: string, values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    ),
  )

/**
 * Makes sure that every unpooling is tied to a pooling that gave maps of its shape, and took some of the size it gives.
 *
 * @param encoder  of the whole network
 * @throws E_SPEC naming the first one that is not
 */
export function requirePools(decoder: readonly Stage[], encoder: readonly Stage[]): void {
  for (const { layer, prefix, input } of decoder) {
    if (layer.type !== 'maxUnpool2d') continue
    const pool = encoder[layer.pool]
    const wanted = [input[0] ?? 0, ...layer.size]
    const isFitting =
      pool?.layer.type === 'maxPool2d' &&
      sameShape(pool.input, wanted) &&
      sameShape(outputShape([pool.layer], pool.input), input)
    if (isFitting) continue
    throw new DiaboloError('E_SPEC', {
      at: `spec.${prefix.slice(0, -1)}`,
      expected: `encoder layer ${layer.pool} to pool maps ${showShape(wanted)} to ${showShape(input)}`,
      found: pool ? `"${pool.layer.type}" of ${showShape(pool.input)}` : 'no such layer',
      hint: 'give "pool" the number of the "maxPool2d" that it undoes, and "size" what that layer takes',
    })
  }
}
