import { defineRecipe } from './define.js'
import { CHAPTER } from './options.js'
import { buildShallow, shallowOptions } from './shallow.js'

export const denoising = defineRecipe({
  name: 'denoising',
  summary:
    'Noisy samples in, clean ones out: a code wider than the data cannot simply copy, because a copy would keep the noise. What it learns is what the data looks like.',
  source: 'Vincent et al. (2008)',
  options: shallowOptions,
  presets: {
    default: { hidden: 800, noise: 0.3, tied: true, loss: 'crossEntropy', learningRate: 0.006 },
    book: { ...CHAPTER, hidden: 800, noise: 0.3, fresh: false, alpha: 0.05, rho: 0.02 },
  },
  table: ({ width }) => ({ hidden: 2 * width, corruption: 'masking' as const, noise: 0.2, epochs: 100, tied: false }),
  build: buildShallow,
})
