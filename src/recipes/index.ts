import { convolutional } from './convolutional.js'
import { deep } from './deep.js'
import { denoising } from './denoising.js'
import { documents } from './documents.js'
import { ensemble } from './ensemble.js'
import { pca } from './pca.js'
import { rbm } from './rbm.js'
import { segnet } from './segnet.js'
import { sparse } from './sparse.js'
import { stacked } from './stacked.js'
import { vanilla } from './vanilla.js'

/** Every recipe, in the order in which the cookbook tells them. */
export const RECIPES = {
  vanilla,
  sparse,
  denoising,
  convolutional,
  stacked,
  pca,
  rbm,
  deep,
  ensemble,
  documents,
  segnet,
} as const

export type RecipeName = keyof typeof RECIPES

export type { BuildContext, PresetName, Recipe } from './define.js'
