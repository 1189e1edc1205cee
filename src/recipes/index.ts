import { pca } from './pca.js'
import { vanilla } from './vanilla.js'

/** Every recipe, in the order in which the cookbook tells them. */
export const RECIPES = { vanilla, pca } as const

export type RecipeName = keyof typeof RECIPES

export type { BuildContext, PresetName, Recipe } from './define.js'
