import { z } from 'zod'
import type { BuildContext, Built } from './define.js'
import { dense, denseBack, denseOptions, descent } from './options.js'

/** One hidden layer with everything that can be asked of it; what the recipes of this shape differ in is their defaults. */
export const shallowOptions = z.object({
  hidden: z.int().min(1).default(256).describe('units in the code layer'),
  ...denseOptions,
})

export const buildShallow = ({ width, options }: BuildContext<z.output<typeof shallowOptions>>): Built => ({
  encoder: [dense(options.hidden, options)],
  decoder: [denseBack(width, options, 'linear')],
  output: options.output,
  phases: [descent(options)],
})
