import { defineRecipe } from './define.js'
import { third } from './for-table.js'
import { CHAPTER } from './options.js'
import { buildShallow, shallowOptions } from './shallow.js'

export const vanilla = defineRecipe({
  name: 'vanilla',
  summary: 'One hidden layer, narrower than the data. The network learns to squeeze each sample through it and back.',
  source: 'Rumelhart, Hinton & Williams (1986); Baldi & Hornik (1989)',
  options: shallowOptions,
  presets: { default: {}, book: CHAPTER },
  table: ({ columns }) => ({ hidden: third(columns), epochs: 100 }),
  build: buildShallow,
})
