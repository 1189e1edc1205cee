import { RECIPES } from '../../recipes/index.js'
import { learnMnist, squaredError } from './learn.js'
import type { LedgerPart } from './row.js'

/** What the paper's 30 principal components leave of an image, and how far ours may be from it. */
const PUBLISHED = { perImage: 13.87, within: 0.01 }

export const components: LedgerPart = {
  summary: 'what 30 principal components leave of MNIST',
  async measure(context) {
    const { perImage, seconds } = await learnMnist(context, RECIPES.pca, { latent: 30 }, squaredError)
    return {
      rows: [
        {
          what: 'MNIST, 30 principal components: squared error per test image',
          source: 'Hinton & Salakhutdinov (2006)',
          published: `${PUBLISHED.perImage}`,
          ours: perImage.toFixed(3),
          met: Math.abs(perImage - PUBLISHED.perImage) <= PUBLISHED.within,
          command: 'diabolo train pca --latent 30 --data mnist --seed 1',
          seconds,
        },
      ],
    }
  },
}
