import { RECIPES } from '../recipes/index.js'
import { estimator } from './estimator.js'

/** {@link RECIPES.vanilla} as something that can be fitted. */
export const vanilla = estimator(RECIPES.vanilla)

/** {@link RECIPES.sparse} as something that can be fitted. */
export const sparse = estimator(RECIPES.sparse)

/** {@link RECIPES.denoising} as something that can be fitted. */
export const denoising = estimator(RECIPES.denoising)

/** {@link RECIPES.convolutional} as something that can be fitted. */
export const convolutional = estimator(RECIPES.convolutional)

/** {@link RECIPES.stacked} as something that can be fitted. */
export const stacked = estimator(RECIPES.stacked)

/** {@link RECIPES.pca} as something that can be fitted. */
export const pca = estimator(RECIPES.pca)

/** {@link RECIPES.ensemble} as something that can be fitted. */
export const ensemble = estimator(RECIPES.ensemble)

/** {@link RECIPES.rbm} as something that can be fitted. */
export const rbm = estimator(RECIPES.rbm)

/** {@link RECIPES.deep} as something that can be fitted. */
export const deep = estimator(RECIPES.deep)

/** {@link RECIPES.documents} as something that can be fitted. */
export const documents = estimator(RECIPES.documents)

/** {@link RECIPES.segnet} as something that can be fitted. */
export const segnet = estimator(RECIPES.segnet)
