import { z } from 'zod'
import { defineRecipe } from './define.js'
import { third } from './for-table.js'

export const pca = defineRecipe({
  name: 'pca',
  summary:
    'Principal component analysis: the best that a linear code of this size can do, found in closed form. The yardstick for every other recipe.',
  source: 'Pearson (1901); Hotelling (1933)',
  options: z.object({ latent: z.int().min(1).default(256).describe('components in the code') }),
  presets: { default: {}, book: {} },
  table: ({ columns }) => ({ latent: third(columns) }),
  build: ({ width, options }) => ({
    encoder: [{ type: 'dense', units: options.latent }],
    decoder: [{ type: 'dense', units: width }],
    output: 'linear',
    phases: [{ kind: 'solve', method: 'principalComponents' }],
  }),
})
