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

const entry = (name: string, recipe: RecipeName, preset: PresetName, options = {}, shown = true): Entry => ({
  name,
  recipe,
  preset,
  options,
  shown,
})

/** What is run, in this order: the yardstick first, then each recipe in both presets, with what it is compared with. */
export function entriesOf(extent: Extent): readonly Entry[] {
  const duel = { noise: DUEL.noise, epochs: extent === 'quick' ? QUICK.convolutionalEpochs : DUEL.epochs }
  return [
    entry('pca', 'pca', 'default', { latent: 256 }),
    entry('vanilla', 'vanilla', 'default'),
    entry('vanilla-book', 'vanilla', 'book'),
    entry('vanilla-book-glorot', 'vanilla', 'book', { init: 'glorot' }, false),
    entry('sparse', 'sparse', 'default'),
    entry('sparse-book', 'sparse', 'book'),
    entry('denoising', 'denoising', 'default'),
    entry('denoising-book', 'denoising', 'book'),
    entry('convolutional', 'convolutional', 'default', duel),
    entry('convolutional-book', 'convolutional', 'book', duel),
    entry('denoising-at-0.5', 'denoising', 'default', duel, false),
    entry('stacked', 'stacked', 'default'),
    entry('stacked-book', 'stacked', 'book'),
    entry('stacked-not-pretrained', 'stacked', 'default', { pretrainEpochs: 0 }, false),
  ].map((each) => (extent === 'quick' ? shortened(each) : each))
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
