/** @import { Layer, Workload } from '../types.js' */
import { stepFlops } from './flops.js'
import { ADAM, IMAGES, PLAIN } from './mnist.js'

/** @type {(filters: number) => Layer} */
const conv = (filters) => ({ type: 'conv', filters, kernel: 3, activation: 'relu' })

/** @type {readonly Layer[]} */
const layers = [
  conv(32),
  { type: 'pool' },
  conv(32),
  { type: 'pool' },
  conv(16),
  { type: 'pool' },
  { type: 'resize', size: [7, 7] },
  conv(16),
  { type: 'resize', size: [14, 14] },
  conv(32),
  { type: 'resize', size: [28, 28] },
  conv(32),
  { type: 'conv', filters: 1, kernel: 3, activation: 'linear' },
]

/**
 * The convolutional recipe's `book` preset: three convolutions down to 16 maps of 4 × 4, four back up.
 *
 * @satisfies {Workload}
 */
export const convolutional = {
  name: 'convolutional',
  task: 'train',
  summary: 'conv 32-32-16, pooled, and back; gaussian noise 0.5 on the input, cross-entropy, Adam 0.001, batch 100',
  ...IMAGES,
  rows: 10_000,
  layers,
  loss: 'crossEntropy',
  noise: { type: 'gaussian', sigma: 0.5, clip: true, fresh: false },
  adam: ADAM,
  recipe: {
    name: 'convolutional',
    seed: 1,
    options: { ...PLAIN, preset: 'book' },
  },
  flops: stepFlops(layers, IMAGES),
}
