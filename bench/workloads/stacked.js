/** @import { Layer, Workload } from '../types.js' */
import { stepFlops } from './flops.js'
import { ADAM, IMAGES, PLAIN } from './mnist.js'

/** @type {readonly Layer[]} */
const layers = [
  { type: 'dense', units: 500, activation: 'sigmoid' },
  { type: 'dense', units: 50, activation: 'sigmoid' },
  { type: 'dense', units: 500, activation: 'sigmoid', tied: 1 },
  { type: 'dense', units: 784, activation: 'linear', tied: 0 },
]

/**
 * The stacked recipe's second half: all layers together, the decoder's weights the encoder's, transposed.
 *
 * @satisfies {Workload}
 */
export const stacked = {
  name: 'stacked',
  task: 'train',
  summary: '784–500–50–500–784 tied, sigmoid, gaussian noise 0.3 on the input, MSE, Adam 0.001, batch 100',
  ...IMAGES,
  rows: 20_000,
  layers,
  loss: 'mse',
  noise: { type: 'gaussian', sigma: 0.3, clip: true, fresh: false },
  adam: ADAM,
  recipe: {
    name: 'stacked',
    seed: 1,
    options: {
      ...PLAIN,
      units: [500, 50],
      activation: 'sigmoid',
      output: 'sigmoid',
      init: 'glorot',
      tied: true,
      pretrainEpochs: 0,
      noise: 0.3,
      spare: 0,
      loss: 'mse',
    },
  },
  flops: stepFlops(layers, IMAGES),
}
