import { estimator } from '../../model/estimator.js'
import { RECIPES } from '../../recipes/index.js'
import { openSource } from '../sources.js'
import { type LedgerPart, timed } from './row.js'

const UNITS = 256

export const boltzmann: LedgerPart = {
  summary: 'an autoencoder and a Boltzmann machine with codes of one size',
  async measure({ runtime, seeds: [seed = 1] }) {
    const { train, test } = await openSource('mnist', seed)
    const options = { hidden: UNITS }
    const vanilla = await timed(() => estimator(RECIPES.vanilla)(options).fit(train, { seed, runtime }))
    const rbm = await timed(() => estimator(RECIPES.rbm)(options).fit(train, { seed, runtime }))
    const [own, other] = [await vanilla.value.evaluate(test), await rbm.value.evaluate(test)]
    const row = { source: 'none: side by side', published: '-', met: null }
    return {
      rows: [
        {
          ...row,
          what: `MNIST, autoencoder of ${UNITS} units: squared error per test image`,
          ours: own.perImage.toFixed(2),
          command: `diabolo train vanilla --hidden ${UNITS} --seed 1`,
          seconds: vanilla.seconds,
        },
        {
          ...row,
          what: `MNIST, restricted Boltzmann machine of ${UNITS} units: squared error per test image`,
          ours: other.perImage.toFixed(2),
          words: 'it is trained to find the data likely; both reconstructions are in one figure of the cookbook',
          command: `diabolo train rbm --hidden ${UNITS} --seed 1`,
          seconds: rbm.seconds,
        },
      ],
    }
  },
}
