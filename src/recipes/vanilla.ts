import { defineRecipe } from './define.js'
import { buildShallow, CHAPTER, shallowOptions } from './shallow.js'

export const vanilla = defineRecipe({
  name: 'vanilla',
  summary: 'One hidden layer, narrower than the data: the network learns to squeeze each sample through it and back.',
  source: 'Rumelhart, Hinton & Williams (1986); Baldi & Hornik (1989)',
  options: shallowOptions,
  presets: { default: {}, book: CHAPTER },
  build: buildShallow,
})
