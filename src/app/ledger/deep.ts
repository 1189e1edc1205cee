import { WITHOUT_MACHINES } from '../../recipes/deep.js'
import { RECIPES } from '../../recipes/index.js'
import { labelCurve } from '../classification.js'
import { FEW, fewLabelsRow } from './few-labels.js'
import { flagsOf, type Judged, learnMnist, squaredError } from './learn.js'
import type { LedgerPart, LedgerRow } from './row.js'

const SOURCE = 'Hinton & Salakhutdinov (2006)'

const SIZE = 'MNIST, 784-1000-500-250-30'

/** Squared errors per test image: the paper's, with Boltzmann machines first, and what the best recipe has to reach. */
const PRETRAINED = 3
const BEST = 2.3

/** The same network from drawn weights, by what optimisation has learned since. */
export const PLAIN = { ...WITHOUT_MACHINES, learningRate: 0.001 } as const

export const deep: LedgerPart = {
  summary: 'the deep autoencoder of 2006, with Boltzmann machines first and without',
  async measure(context) {
    const best = await learnMnist(context, RECIPES.deep, {}, async (model, how) => {
      const [few] = await labelCurve(model, how, { counts: [FEW], options: {} })
      return { ...(await squaredError(model, how)), few }
    })
    const book = await learnMnist(context, RECIPES.deep, { preset: 'book' }, squaredError)
    const plain = await learnMnist(context, RECIPES.deep, PLAIN, squaredError)
    const squared = (found: Judged<{ perImage: number }>, name: string, flags: string, bar: number): LedgerRow => ({
      what: `${SIZE}, ${name}: squared error per test image`,
      source: SOURCE,
      published: PRETRAINED.toFixed(2),
      ...(bar !== PRETRAINED && { bar: bar.toFixed(2) }),
      ours: found.perImage.toFixed(2),
      met: found.perImage <= bar,
      command: ['diabolo train deep', flags, '--seed 1'].filter(Boolean).join(' '),
      seconds: found.seconds,
    })
    return {
      rows: [
        squared(best, 'default', '', BEST),
        squared(book, 'book', '--preset book', PRETRAINED),
        { ...squared(plain, 'without Boltzmann machines', flagsOf(PLAIN), PRETRAINED), met: null },
        fewLabelsRow(SIZE, best.few, {
          command: `diabolo train deep --seed 1 --out RUN && diabolo classify curve RUN --labels ${FEW} --seed 1`,
          seconds: best.seconds,
        }),
      ],
    }
  },
}
