import { DiaboloError } from '../../base/errors.js'
import { showShape } from '../../base/shape.js'
import type { Value } from '../../graph/types.js'
import type { Fan, InitializerSpec } from '../initializers.js'

/** A learned tensor of a layer, before it has a value. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly init: InitializerSpec
  readonly fan: Fan
  /** Set in closed form, and never by gradients. */
  readonly fixed?: true
}

/** What a pooling took and gave, for the unpooling that is tied to it. */
export interface Pooled {
  /** Height and width of the window. */
  readonly size: number
  /** float32 [batch, c, h, w] */
  readonly x: Value
  /** float32 [batch, c, h', w'] */
  readonly y: Value
}

/**
 * A kind of layer: what it makes of a sample's shape, what it learns, and the graph it emits.
 * Shapes are of one sample; feature maps are [channels, height, width].
 */
export interface LayerKind<S> {
  /** @throws E_SHAPE when the layer cannot take such a sample */
  readonly outputShape: (spec: S, input: readonly number[]) => readonly number[]
  readonly parameters: (spec: S, input: readonly number[]) => readonly ParameterSpec[]
  /**
   * @param x           float32 [batch, ...input]
   * @param parameters  by the names that `parameters` gave, and `weight` where it is another layer's
   * @param pooled      of the pooling that the layer is tied to, where that was computed in the same graph
   * @returns           float32 [batch, ...output], before the activation
   */
  readonly emit: (spec: S, x: Value, parameters: Readonly<Record<string, Value>>, pooled?: Pooled) => Value
}

/** Channels, height and width of feature maps. */
export type MapShape = readonly [channels: number, height: number, width: number]

export function mapShape(layer: string, input: readonly number[]): MapShape {
  if (input.length === 3) return input as unknown as MapShape
  throw new DiaboloError('E_SHAPE', {
    at: `layer "${layer}"`,
    expected: 'feature maps [channels, height, width]',
    found: showShape(input),
    hint: 'give images, or put an "unflatten" layer before it',
  })
}
