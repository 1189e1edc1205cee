/** @import { Workload } from '../types.js' */
import { ADAM, IMAGES, PLAIN } from './mnist.js'

/**
 * Codes for all of MNIST's training images.
 *
 * @satisfies {Workload}
 */
export const encode = {
  name: 'encode',
  task: 'encode',
  summary: '60,000 images of 784 bytes to codes of 256 floats, sigmoid; one step is one pass over all of them',
  ...IMAGES,
  batch: 60_000,
  rows: 60_000,
  layers: [{ type: 'dense', units: 256, activation: 'sigmoid' }],
  loss: 'mse',
  adam: ADAM,
  recipe: {
    name: 'vanilla',
    seed: 1,
    options: { ...PLAIN, hidden: 256, activation: 'sigmoid', output: 'sigmoid', init: 'glorot', loss: 'mse' },
  },
  flops: { perStep: 2 * 60_000 * 784 * 256, formula: '2 × 60000×784×256; nothing else is counted' },
}
