import { estimator } from '../../model/estimator.js'
import { RECIPES } from '../../recipes/index.js'
import { openSource } from '../sources.js'
import { type LedgerPart, timed } from './row.js'

/** What the paper's 30 principal components leave of an image, and how far ours may be from it. */
const PUBLISHED = { perImage: 13.87, within: 0.01 }

export const components: LedgerPart = {
  summary: 'what 30 principal components leave of MNIST',
  async measure({ runtime, seeds: [seed = 1] }) {
    const { train, test } = await openSource('mnist', seed)
    const { value, seconds } = await timed(async () => {
      const model = await estimator(RECIPES.pca)({ latent: 30 }).fit(train, { seed, runtime })
      return (await model.evaluate(test)).perImage
    })
    return {
      rows: [
        {
          what: 'MNIST, 30 principal components: squared error per test image',
          source: 'Hinton & Salakhutdinov (2006)',
          published: `${PUBLISHED.perImage}`,
          ours: value.toFixed(3),
          met: Math.abs(value - PUBLISHED.perImage) <= PUBLISHED.within,
          command: 'diabolo train pca --latent 30 --data mnist --seed 1',
          seconds,
        },
      ],
    }
  },
}
