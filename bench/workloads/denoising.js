/** @import { Layer, Workload } from '../types.js' */
import { stepFlops } from './flops.js'
import { ADAM, IMAGES, PLAIN } from './mnist.js'

/** @type {readonly Layer[]} */
const layers = [
  { type: 'dense', units: 800, activation: 'sigmoid' },
  { type: 'dense', units: 784, activation: 'linear' },
]

/**
 * A code wider than the data, noisy images in and clean ones out.
 *
 * @satisfies {Workload}
 */
export const denoising = {
  name: 'denoising',
  task: 'train',
  summary: '784–800–784, sigmoid both, gaussian noise 0.3 on the input, MSE, Adam 0.001, batch 100',
  ...IMAGES,
  rows: 20_000,
  layers,
  loss: 'mse',
  noise: { type: 'gaussian', sigma: 0.3, clip: true, fresh: false },
  adam: ADAM,
  recipe: {
    name: 'denoising',
    seed: 1,
    options: {
      ...PLAIN,
      hidden: 800,
      activation: 'sigmoid',
      output: 'sigmoid',
      init: 'glorot',
      tied: false,
      noise: 0.3,
      loss: 'mse',
    },
  },
  flops: stepFlops(layers, IMAGES),
}
