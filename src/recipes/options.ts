import { z } from 'zod'
import { ACTIVATION_NAMES } from '../nn/activations.js'
import type { InitializerSpec } from '../nn/initializers.js'
import type { DescendInput, LayerInput } from './define.js'

/** How a network is trained; the same for every recipe that follows gradients. */
export const trainingOptions = {
  epochs: z.int().min(1).default(10).describe('passes over the training data'),
  batchSize: z.int().min(1).default(100).describe('samples per step'),
  learningRate: z.number().positive().default(0.01).describe('step size of the optimizer'),
  optimizer: z.enum(['adam', 'sgd']).default('adam').describe('update rule'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('momentum of sgd'),
  schedule: z
    .enum(['constant', 'cosine', 'step'])
    .default('cosine')
    .describe('how the learning rate changes over the run'),
  warmup: z.number().min(0).max(1).default(0.1).describe('part of the run over which the learning rate rises'),
  loss: z.enum(['mse', 'crossEntropy']).default('mse').describe('what is made small'),
  shuffle: z.boolean().default(true).describe('a new order every epoch'),
}

/** What dense networks are made of. */
export const denseOptions = {
  activation: z.enum(ACTIVATION_NAMES).default('elu').describe('nonlinearity of hidden layers'),
  output: z.enum(ACTIVATION_NAMES).default('sigmoid').describe('nonlinearity of the reconstruction'),
  init: z.enum(['glorot', 'he', 'normal']).default('glorot').describe('how weights start'),
  sigma: z.number().positive().default(1).describe('standard deviation of "normal" starting weights'),
}

type Training = z.output<z.ZodObject<typeof trainingOptions>>
type Dense = z.output<z.ZodObject<typeof denseOptions>>

/** A phase of gradient descent with these options. */
export function descent(options: Training, name = 'train'): DescendInput {
  const { epochs, batchSize, learningRate, optimizer, momentum, schedule, warmup, loss, shuffle } = options
  return {
    kind: 'descend',
    name,
    epochs,
    batchSize,
    shuffle,
    optimizer: optimizer === 'adam' ? { name: 'adam', learningRate } : { name: 'sgd', learningRate, momentum },
    schedule: { name: schedule, warmup },
    loss: { type: loss },
  }
}

export const dense = (units: number, options: Dense): LayerInput => ({
  type: 'dense',
  units,
  activation: options.activation,
  init: initializer(options),
})

/** The last layer: its nonlinearity belongs to the model, which also needs the logits before it. */
export const reconstruction = (units: number, options: Dense): LayerInput => ({
  type: 'dense',
  units,
  init: initializer(options),
})

const initializer = ({ init, sigma }: Dense): InitializerSpec =>
  init === 'normal' ? { name: 'normal', sigma } : { name: init }
