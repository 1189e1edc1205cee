import { RECIPES } from '../recipes/index.js'
import { estimator } from './estimator.js'

/** {@link RECIPES.vanilla} as something that can be fitted. */
export const vanilla = estimator(RECIPES.vanilla)

/** {@link RECIPES.pca} as something that can be fitted. */
export const pca = estimator(RECIPES.pca)
