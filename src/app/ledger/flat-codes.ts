import type { Autoencoder } from '../../model/autoencoder.js'
import { RECIPES, type Recipe } from '../../recipes/index.js'
import { drawCodeScatter } from '../../report/code-scatter.js'
import type { Figure } from '../../report/figure.js'
import { type Classifying, classifyByNeighbours } from '../classification.js'
import { PLAIN } from './deep.js'
import { flagsOf, learnMnist } from './learn.js'
import type { LedgerContext, LedgerPart, LedgerRow } from './row.js'

/** Of test images, by 5 nearest neighbours among codes of two numbers. */
const NEIGHBOURS = 5
const ACCURACY = 0.9

const DEEP = { units: [1000, 500, 250, 2] } as const

/** A code that need not tell how an image is turned and slanted has room for what it is. */
const ORIGINALS = { rotation: 0.2, stretch: 0.15, shear: 0.4, moved: 1, wanted: 'original' } as const

interface Way {
  readonly id: string
  readonly name: string
  readonly recipe: Recipe
  readonly options: Readonly<Record<string, string | number | readonly number[]>>
  readonly bar?: number
  readonly axes?: string
}

const WAYS: readonly Way[] = [
  {
    id: 'flat-codes-originals',
    name: '784-1000-500-250-2, moved images in, originals wanted',
    recipe: RECIPES.deep,
    options: { ...DEEP, ...ORIGINALS },
    bar: ACCURACY,
  },
  {
    id: 'flat-codes-pretrained',
    name: '784-1000-500-250-2, Boltzmann machines first',
    recipe: RECIPES.deep,
    options: DEEP,
  },
  {
    id: 'flat-codes-plain',
    name: '784-1000-500-250-2, without Boltzmann machines',
    recipe: RECIPES.deep,
    options: { ...DEEP, ...PLAIN },
  },
  {
    id: 'flat-codes-components',
    name: '2 principal components',
    recipe: RECIPES.pca,
    options: { latent: 2 },
    axes: 'principal component',
  },
]

export const flatCodes: LedgerPart = {
  summary:
    'codes of two numbers: of the deep network at its best, as it is with Boltzmann machines first, without them, and principal components',
  async measure(context) {
    const found: Measured[] = []
    for (const way of WAYS) found.push(await measureWay(context, way))
    return { rows: found.map(({ row }) => row), figures: found.map(({ figure }) => figure) }
  },
}

interface Measured {
  readonly row: LedgerRow
  readonly figure: Figure
}

async function measureWay(context: LedgerContext, way: Way): Promise<Measured> {
  const { name, recipe, options, bar } = way
  const { accuracy, figure, seconds } = await learnMnist(context, recipe, options, (model, how) =>
    judgeCodes(way, model, how),
  )
  context.note(`${name}: ${accuracy.toFixed(3)} by neighbours`)
  return {
    figure,
    row: {
      what: `MNIST, ${name}: accuracy of ${NEIGHBOURS} nearest neighbours`,
      source: 'Hinton & Salakhutdinov (2006)',
      published: 'a picture only',
      ...(bar !== undefined && { bar: bar.toFixed(2) }),
      ours: accuracy.toFixed(3),
      met: bar === undefined ? null : accuracy >= bar,
      command: `diabolo train ${recipe.name} ${flagsOf(options)} --seed 1 --out RUN && diabolo classify knn RUN --seed 1`,
      seconds,
    },
  }
}

/** How well neighbours of a test sample's code tell its class, and the codes as points. */
export async function judgeCodes(
  { id, name, axes = 'value of the code' }: Pick<Way, 'id' | 'name' | 'axes'>,
  model: Autoencoder,
  how: Classifying,
): Promise<{ readonly accuracy: number; readonly figure: Figure }> {
  const { test } = how.source
  const accuracy = 1 - (await classifyByNeighbours(model, how, NEIGHBOURS)).error
  const { data: codes } = await model.encode(test)
  const figure = await drawCodeScatter({
    id,
    title: name,
    caption: `Codes of test samples. Of all, ${(100 * accuracy).toFixed(1)}% are of the class of most of their ${NEIGHBOURS} nearest training samples.`,
    codes,
    labels: test.labels ?? [],
    xLabel: `first ${axes}`,
    yLabel: `second ${axes}`,
  })
  return { accuracy, figure }
}
