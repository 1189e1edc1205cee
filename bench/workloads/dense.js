/** @import { Layer, Workload } from '../types.js' */
import { stepFlops } from './flops.js'
import { ADAM, IMAGES, PLAIN } from './mnist.js'

/** @type {readonly Layer[]} */
const layers = [
  { type: 'dense', units: 256, activation: 'sigmoid' },
  { type: 'dense', units: 784, activation: 'linear' },
]

/**
 * The classic autoencoder of a cookbook: one hidden layer, sigmoid twice, mean squared error, Adam.
 *
 * @satisfies {Workload}
 */
export const dense = {
  name: 'dense',
  task: 'train',
  summary: '784–256–784, sigmoid both, MSE, Adam 0.001, batch 100, 28×28 images stored as bytes',
  ...IMAGES,
  rows: 55_000,
  layers,
  loss: 'mse',
  adam: ADAM,
  recipe: {
    name: 'vanilla',
    seed: 1,
    options: { ...PLAIN, hidden: 256, activation: 'sigmoid', output: 'sigmoid', init: 'glorot', loss: 'mse' },
  },
  flops: stepFlops(layers, IMAGES),
}
