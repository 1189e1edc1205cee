import { z } from 'zod'
import type { BuildContext, Built } from './define.js'
import {
  corruptionOptions,
  dense,
  denseBack,
  denseOptions,
  descent,
  sparsityOptions,
  trainingOptions,
} from './options.js'

/** One hidden layer with everything that can be asked of it; what the recipes of this shape differ in is their defaults. */
export const shallowOptions = z.object({
  hidden: z.int().min(1).default(256).describe('units in the code layer'),
  ...denseOptions,
  ...corruptionOptions,
  ...sparsityOptions,
  ...trainingOptions,
})

export const buildShallow = ({ width, options }: BuildContext<z.output<typeof shallowOptions>>): Built => ({
  encoder: [dense(options.hidden, options)],
  decoder: [denseBack(width, options, 'linear')],
  output: options.output,
  phases: [descent(options)],
})

/** The chapter's way to train, for every recipe with one hidden layer. */
export const CHAPTER = {
  activation: 'sigmoid',
  init: 'normal',
  sigma: 1,
  learningRate: 0.01,
  schedule: 'constant',
  warmup: 0,
  shuffle: false,
} as const
