import { z } from 'zod'
import type { ContrastInput } from './define.js'
import { defineRecipe } from './define.js'

/** How a restricted Boltzmann machine is trained. */
export const contrastOptions = {
  gibbsSteps: z.int().min(1).default(1).describe('k of contrastive divergence: turns of Gibbs sampling per step'),
  persistent: z.boolean().default(false).describe('chains go on from step to step, not from the data'),
  weightDecay: z.number().min(0).default(0.0002).describe('what of each weight is taken off its gradient'),
}

const rbmOptions = z.object({
  hidden: z.int().min(1).default(256).describe('hidden units: the code'),
  visible: z
    .enum(['bernoulli', 'gaussian'])
    .default('bernoulli')
    .describe('visible units: on or off with a probability, or real numbers of unit variance'),
  ...contrastOptions,
  epochs: z.int().min(1).default(20).describe('passes over the training data'),
  batchSize: z.int().min(1).default(100).describe('samples per step'),
  learningRate: z.number().positive().default(0.05).describe('step size of sgd'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('momentum of sgd'),
  schedule: z.enum(['constant', 'cosine', 'step']).default('cosine').describe('how the learning rate changes'),
  warmup: z.number().min(0).max(1).default(0.05).describe('part of the run over which the learning rate rises'),
  sigma: z.number().positive().default(0.01).describe('standard deviation of the starting weights'),
  alpha: z.number().min(0).default(0).describe('weight of the sparsity penalty, the sum of KL(ρ‖ρ̂); 0 is off'),
  rho: z.number().gt(0).lt(1).default(0.05).describe('mean activation wanted of every hidden unit'),
  shuffle: z.boolean().default(true).describe('a new order every epoch'),
})

type RbmOptions = z.output<typeof rbmOptions>

export const rbm = defineRecipe({
  name: 'rbm',
  summary:
    'A restricted Boltzmann machine: two layers of random units that learn to dream up data like the data. Trained by contrastive divergence, not by gradients of a loss; the autoencoder’s older relative.',
  source: 'Smolensky (1986); Hinton (2002)',
  options: rbmOptions,
  presets: { default: {}, book: { learningRate: 0.1, schedule: 'constant', warmup: 0, epochs: 10 } },
  build: ({ width, options }) => ({
    encoder: [
      { type: 'dense', units: options.hidden, activation: 'sigmoid', init: { name: 'normal', sigma: options.sigma } },
    ],
    decoder: [{ type: 'dense', units: width, tied: true }],
    output: options.visible === 'bernoulli' ? 'sigmoid' : 'linear',
    phases: [contrastOf(options)],
  }),
})

const contrastOf = (options: RbmOptions): ContrastInput => {
  const { gibbsSteps, persistent, weightDecay, epochs, batchSize, learningRate, momentum } = options
  const { schedule, warmup, alpha, rho, shuffle } = options
  return {
    kind: 'contrast',
    gibbsSteps,
    persistent,
    weightDecay,
    epochs,
    batchSize,
    shuffle,
    optimizer: { name: 'sgd', learningRate, momentum },
    schedule: { name: schedule, warmup },
    ...(alpha > 0 && { penalties: [{ type: 'klSparsity', rho, weight: alpha }] }),
  }
}
