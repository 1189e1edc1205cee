import { z } from 'zod'
import { defineRecipe } from './define.js'
import { dense, denseOptions, descent, reconstruction, trainingOptions } from './options.js'

export const vanilla = defineRecipe({
  name: 'vanilla',
  summary: 'One hidden layer, narrower than the data: the network learns to squeeze each sample through it and back.',
  source: 'Rumelhart, Hinton & Williams (1986); Baldi & Hornik (1989)',
  options: z.object({
    hidden: z.int().min(1).default(256).describe('units in the code layer'),
    ...denseOptions,
    ...trainingOptions,
  }),
  presets: {
    default: {},
    book: {
      activation: 'sigmoid',
      init: 'normal',
      sigma: 1,
      learningRate: 0.01,
      schedule: 'constant',
      warmup: 0,
      shuffle: false,
    },
  },
  build: ({ width, options }) => ({
    encoder: [dense(options.hidden, options)],
    decoder: [reconstruction(width, options)],
    output: options.output,
    phases: [descent(options)],
  }),
})
