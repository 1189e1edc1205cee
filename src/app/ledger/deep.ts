import type { Autoencoder } from '../../model/autoencoder.js'
import { estimator } from '../../model/estimator.js'
import { WITHOUT_MACHINES } from '../../recipes/deep.js'
import { RECIPES, type Recipe } from '../../recipes/index.js'
import { classifyByNeighbours, type LabelCurvePoint, labelCurve } from '../classification.js'
import { openSource } from '../sources.js'
import { FEW, fewLabelsRow } from './few-labels.js'
import { type LedgerContext, type LedgerPart, type LedgerRow, timed } from './row.js'

const SOURCE = 'Hinton & Salakhutdinov (2006)'

/** The layers of the paper, but for the code. */
const UNITS = [1000, 500, 250]

/** Squared errors per test image: the paper's, with Boltzmann machines first, and what the best recipe has to reach. */
const PRETRAINED = 3
const BEST = 2.3

/** Of test images, by 5 nearest neighbours among codes of two numbers. */
const NEIGHBOURS = 5
const ACCURACY = 0.9

/** The same network from drawn weights, by what optimisation has learned since. */
const PLAIN = { ...WITHOUT_MACHINES, learningRate: 0.001 } as const

const flagsOf = (options: Readonly<Record<string, string | number>>) =>
  Object.entries(options)
    .map(([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${value}`)
    .join(' ')

export const deep: LedgerPart = {
  summary: 'the deep autoencoder of 2006, with Boltzmann machines first and without; codes of two numbers',
  async measure(context) {
    const best = await trained(context, RECIPES.deep, {}, [FEW])
    const book = await trained(context, RECIPES.deep, { preset: 'book' })
    const plain = await trained(context, RECIPES.deep, PLAIN)
    const flat = await trained(context, RECIPES.deep, { units: [...UNITS, 2] })
    const flatBook = await trained(context, RECIPES.deep, { preset: 'book', units: [...UNITS, 2] })
    const components = await trained(context, RECIPES.pca, { latent: 2 })
    const size = (code: number) => `MNIST, 784-${UNITS.join('-')}-${code}`
    const squared = (found: Found, code: number, preset: string, bar: number): LedgerRow => ({
      what: `${size(code)}, ${preset}: squared error per test image`,
      source: SOURCE,
      published: PRETRAINED.toFixed(2),
      ...(bar !== PRETRAINED && { bar: bar.toFixed(2) }),
      ours: found.perImage.toFixed(2),
      met: found.perImage <= bar,
      command: `diabolo train deep${preset === 'default' ? '' : ` --preset ${preset}`} --seed 1`,
      seconds: found.seconds,
    })
    const accuracy = (found: Found, what: string, command: string, bar?: number): LedgerRow => ({
      what: `${what}: accuracy of ${NEIGHBOURS} nearest neighbours`,
      source: SOURCE,
      published: 'a picture only',
      ...(bar !== undefined && { bar: bar.toFixed(2) }),
      ours: found.accuracy.toFixed(3),
      met: bar === undefined ? null : found.accuracy >= bar,
      command: `diabolo train ${command} --seed 1 --out RUN && diabolo classify knn RUN`,
      seconds: found.seconds,
    })
    const two = `deep --units ${UNITS.join(',')},2`
    return {
      rows: [
        squared(best, 30, 'default', BEST),
        squared(book, 30, 'book', PRETRAINED),
        {
          ...squared(plain, 30, 'without Boltzmann machines', PRETRAINED),
          met: null,
          command: `diabolo train deep ${flagsOf(PLAIN)} --seed 1`,
        },
        fewLabelsRow(size(30), best.few, {
          command: `diabolo train deep --seed 1 --out RUN && diabolo classify curve RUN --labels ${FEW} --seed 1`,
          seconds: best.seconds,
        }),
        accuracy(flat, `${size(2)}, default`, two, ACCURACY),
        accuracy(flatBook, `${size(2)}, book`, `${two} --preset book`),
        accuracy(components, 'MNIST, 2 principal components', 'pca --latent 2'),
      ],
    }
  },
}

interface Found {
  readonly perImage: number
  readonly accuracy: number
  /** Test errors at few labels, of it and of the same network untrained, where that was asked for. */
  readonly few?: LabelCurvePoint | undefined
  readonly seconds: number
}

/** Trains, and says what its codes are good for. */
async function trained(
  { runtime, seeds: [seed = 1], note }: LedgerContext,
  recipe: Recipe,
  options: Readonly<Record<string, unknown>> = {},
  labels: readonly number[] = [],
): Promise<Found> {
  const source = await openSource('mnist', seed)
  const { train, validation, test } = source
  const { value: model, seconds } = await timed(
    (): Promise<Autoencoder> =>
      estimator(recipe)(options).fit(train, { seed, runtime, ...(validation && { validation }) }),
  )
  const { perImage } = await model.evaluate(test)
  const { error } = await classifyByNeighbours(model, { source, runtime, seed }, NEIGHBOURS)
  const [few] = await labelCurve(model, { source, runtime, seed }, { counts: labels, options: {} })
  await model.close()
  note(
    `${recipe.name} ${JSON.stringify(options)}: ${perImage.toFixed(3)} per image, ${(1 - error).toFixed(3)} by neighbours`,
  )
  return { perImage, accuracy: 1 - error, few, seconds }
}
