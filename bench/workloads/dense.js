/** @import { Workload } from '../types.js' */

const [D, H, B] = [784, 256, 100]

/**
 * The classic autoencoder of a cookbook: one hidden layer, sigmoid twice, mean squared error, Adam.
 *
 * @satisfies {Workload}
 */
export const dense = {
  name: 'dense',
  summary: `${D}–${H}–${D}, sigmoid both, MSE, Adam 0.001, batch ${B}, 28×28 images stored as bytes`,
  rows: 55_000,
  width: D,
  scale: 1 / 255,
  batch: B,
  layers: [
    { units: H, activation: 'sigmoid' },
    { units: D, activation: 'sigmoid' },
  ],
  loss: 'mse',
  adam: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  recipe: {
    name: 'vanilla',
    seed: 1,
    options: {
      hidden: H,
      activation: 'sigmoid',
      output: 'sigmoid',
      init: 'glorot',
      loss: 'mse',
      optimizer: 'adam',
      learningRate: 0.001,
      schedule: 'constant',
      warmup: 0,
      batchSize: B,
      // the stored order is the order of everyone
      shuffle: false,
    },
  },
  flops: {
    perStep: 5 * 2 * B * D * H,
    formula: `5 products (two forward, two weight gradients, one hidden gradient) × 2 × ${B} × ${D} × ${H}; nothing else is counted`,
  },
}
