import { RECIPES } from '../../recipes/index.js'
import { learnMnist, squaredError } from './learn.js'
import type { LedgerPart } from './row.js'

const UNITS = 256

export const boltzmann: LedgerPart = {
  summary: 'an autoencoder and a Boltzmann machine with codes of one size',
  async measure(context) {
    const options = { hidden: UNITS }
    const vanilla = await learnMnist(context, RECIPES.vanilla, options, squaredError)
    const rbm = await learnMnist(context, RECIPES.rbm, options, squaredError)
    const row = { source: 'none: side by side', published: '-', met: null }
    return {
      rows: [
        {
          ...row,
          what: `MNIST, autoencoder of ${UNITS} units: squared error per test image`,
          ours: vanilla.perImage.toFixed(2),
          command: `diabolo train vanilla --hidden ${UNITS} --seed 1`,
          seconds: vanilla.seconds,
        },
        {
          ...row,
          what: `MNIST, restricted Boltzmann machine of ${UNITS} units: squared error per test image`,
          ours: rbm.perImage.toFixed(2),
          words: 'it is trained to find the data likely; both reconstructions are in one figure of the cookbook',
          command: `diabolo train rbm --hidden ${UNITS} --seed 1`,
          seconds: rbm.seconds,
        },
      ],
    }
  },
}
