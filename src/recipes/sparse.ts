import { defineRecipe } from './define.js'
import { CHAPTER } from './options.js'
import { buildShallow, shallowOptions } from './shallow.js'

export const sparse = defineRecipe({
  name: 'sparse',
  summary:
    'A code whose units are off most of the time. A penalty holds every unit’s mean activation near a small target, so that each sample is told by few of them.',
  source: 'Ng, CS294A lecture notes (2011); Olshausen & Field (1996) for the idea',
  options: shallowOptions,
  presets: {
    default: { hidden: 512, activation: 'sigmoid', alpha: 7e-5, rho: 0.02 },
    book: { ...CHAPTER, alpha: 7.5e-5, rho: 0.02 },
  },
  table: ({ width }) => ({ hidden: 2 * width, epochs: 100 }),
  build: buildShallow,
})
