import { sizeOf } from '../base/shape.js'
import { slice } from '../data/dataset.js'
import { type PresetName, RECIPES, type Recipe, type RecipeName } from '../recipes/index.js'
import type { Source } from './sources.js'
import type { Plan } from './training-run.js'

/** How much is run: in two minutes what can be seen by then, or every preset as it is meant. */
export type Extent = 'quick' | 'full'

/** One training of the cookbook. */
export interface Entry {
  /** The name of its folder, of its line and of its row. */
  readonly name: string
  readonly recipe: RecipeName
  readonly preset: PresetName
  readonly options: Readonly<Record<string, unknown>>
  /** Shown with all its figures; the others are there to be compared with. */
  readonly shown: boolean
}

/** What the quick cookbook cuts: rows to train, to validate and to test on, and epochs. */
const QUICK = {
  trainRows: 12_000,
  validationRows: 1000,
  testRows: 2000,
  epochs: 5,
  convolutionalEpochs: 1,
  pretrainEpochs: 1,
}

/** Noise and epochs at which the convolutional and the dense network are compared. */
const DUEL = { noise: 0.5, epochs: 10 }

/** Small networks in which ways to grow are compared. */
const GROWTH = { filters: [8, 8], noise: 0, epochs: 3 }

const entry = (name: string, recipe: RecipeName, preset: PresetName, options = {}, shown = true): Entry => ({
  name,
  recipe,
  preset,
  options,
  shown,
})

/**
 * What is run, in this order: the yardsticks first, then each recipe in both presets, with what it is compared with.
 *
 * @param shape  of a sample: convolutions are for images, and a linear code is no wider than the sample
 */
export function entriesOf(extent: Extent, shape: readonly number[]): readonly Entry[] {
  const cut = extent === 'quick' ? { epochs: QUICK.convolutionalEpochs } : {}
  const [duel, growth] = [
    { ...DUEL, ...cut },
    { ...GROWTH, ...cut },
  ]
  const width = sizeOf(shape)
  const entries = [
    entry('pca', 'pca', 'default', { latent: Math.min(256, width) }),
    entry('pca-50', 'pca', 'default', { latent: Math.min(50, width) }, false),
    entry('vanilla', 'vanilla', 'default'),
    entry('vanilla-book', 'vanilla', 'book'),
    entry('vanilla-book-glorot', 'vanilla', 'book', { init: 'glorot' }, false),
    entry('rbm', 'rbm', 'default'),
    entry('sparse', 'sparse', 'default'),
    entry('sparse-book', 'sparse', 'book'),
    entry('denoising', 'denoising', 'default'),
    entry('denoising-book', 'denoising', 'book'),
    entry('convolutional', 'convolutional', 'default', duel),
    entry('convolutional-book', 'convolutional', 'book', duel),
    entry('denoising-at-0.5', 'denoising', 'default', duel, false),
    entry('grow-nearest', 'convolutional', 'default', { ...growth, upsampling: 'nearest' }, false),
    entry('grow-transposed', 'convolutional', 'default', { ...growth, upsampling: 'transposed' }, false),
    entry('stacked', 'stacked', 'default'),
    entry('stacked-book', 'stacked', 'book'),
    entry('stacked-not-pretrained', 'stacked', 'default', { pretrainEpochs: 0 }, false),
  ].filter(({ recipe }) => recipe !== 'convolutional' || shape.length === 3)
  return extent === 'quick' ? entries.map(shortened) : entries
}

function shortened(each: Entry): Entry {
  if (each.recipe === 'pca') return each
  const { epochs } = QUICK
  const fewer = each.recipe === 'stacked' ? { pretrainEpochs: QUICK.pretrainEpochs, epochs } : { epochs }
  return { ...each, options: { ...fewer, ...each.options } }
}

/** The data that an extent is run on. */
export function rowsOf(source: Source, extent: Extent): Source {
  if (extent === 'full') return source
  const { validation, train, test } = source
  return {
    ...source,
    train: slice(train, 0, QUICK.trainRows),
    ...(validation && { validation: slice(validation, 0, QUICK.validationRows) }),
    test: slice(test, 0, QUICK.testRows),
  }
}

export const planOf = ({ recipe, preset, options }: Entry): Plan => ({
  recipe: RECIPES[recipe] as unknown as Recipe,
  preset,
  options,
})
