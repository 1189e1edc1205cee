import { z } from 'zod'
import type { ActivationName } from '../activations.js'
import { dense, denseSchema } from './dense.js'
import type { LayerKind } from './kind.js'
import {
  conv2d,
  conv2dSchema,
  convTranspose2d,
  convTranspose2dSchema,
  maxPool2d,
  maxPool2dSchema,
  maxUnpool2d,
  maxUnpool2dSchema,
  resize2d,
  resize2dSchema,
  unflatten,
  unflattenSchema,
} from './maps.js'
import { average, averageSchema, copy, copySchema } from './members.js'
import { squash, squashSchema, unsquash, unsquashSchema } from './squash.js'

export type { LayerKind, ParameterSpec, Pooled } from './kind.js'

export const layerSchema = z.discriminatedUnion('type', [
  denseSchema,
  conv2dSchema,
  convTranspose2dSchema,
  maxPool2dSchema,
  maxUnpool2dSchema,
  resize2dSchema,
  unflattenSchema,
  copySchema,
  averageSchema,
  squashSchema,
  unsquashSchema,
])

export type LayerSpec = z.infer<typeof layerSchema>

const LAYERS: { readonly [K in LayerSpec['type']]: LayerKind<Extract<LayerSpec, { type: K }>> } = {
  dense,
  conv2d,
  convTranspose2d,
  maxPool2d,
  maxUnpool2d,
  resize2d,
  unflatten,
  copy,
  average,
  squash,
  unsquash,
}

export const layerKind = (spec: LayerSpec): LayerKind<LayerSpec> => LAYERS[spec.type] as LayerKind<LayerSpec>

const OF_MAPS: ReadonlySet<LayerSpec['type']> = new Set([
  'conv2d',
  'convTranspose2d',
  'maxPool2d',
  'maxUnpool2d',
  'resize2d',
])

/** Whether a layer looks at its input as feature maps. */
export const takesMaps = ({ type }: LayerSpec): boolean => OF_MAPS.has(type)

/** Whether a layer uses parameters of the encoder's layer that it mirrors. */
export const isTied = (layer: LayerSpec): boolean => 'tied' in layer && layer.tied

/** What a tied layer mirrors. */
export const mirrorOf = ({ type }: LayerSpec): LayerSpec['type'] => (type === 'unsquash' ? 'squash' : type)

export const activationOf = (layer: LayerSpec): ActivationName => ('activation' in layer ? layer.activation : 'linear')

/** The nonlinearity that the values after these layers come out of: pooling, resizing and unflattening keep their range. */
export function activationAfter(layers: readonly LayerSpec[]): ActivationName {
  const last = layers.findLast((layer) => 'activation' in layer)
  return last ? activationOf(last) : 'linear'
}
