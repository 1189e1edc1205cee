import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { ACTIVATION_NAMES } from '../nn/activations.js'
import type { CorruptionInput } from '../nn/corruption.js'
import type { InitializerSpec } from '../nn/initializers.js'
import type { DescendInput, LayerInput } from './define.js'

/** How a network is trained. */
export const trainingOptions = {
  epochs: z.int().min(1).default(10).describe('passes over the training data'),
  batchSize: z.int().min(1).default(100).describe('samples per step'),
  learningRate: z.number().positive().default(0.01).describe('step size of the optimizer'),
  optimizer: z.enum(['adam', 'sgd']).default('adam').describe('update rule'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('momentum of sgd'),
  weightDecay: z
    .number()
    .min(0)
    .default(0)
    .describe('what of each weight decays: beside the step of adam (AdamW), by the gradient of sgd'),
  schedule: z
    .enum(['constant', 'cosine', 'step'])
    .default('cosine')
    .describe('how the learning rate changes over the run'),
  warmup: z.number().min(0).max(1).default(0.1).describe('part of the run over which the learning rate rises'),
  loss: z.enum(['mse', 'crossEntropy']).default('mse').describe('what is made small'),
  shuffle: z.boolean().default(true).describe('a new order every epoch'),
}

/** How weights start. */
export const initOptions = {
  init: z.enum(['glorot', 'he', 'normal']).default('glorot').describe('how weights start'),
  sigma: z.number().positive().default(1).describe('standard deviation of "normal" starting weights'),
}

/** Nonlinearities. */
export const activationOptions = {
  activation: z.enum(ACTIVATION_NAMES).default('elu').describe('nonlinearity of hidden layers'),
  output: z.enum(ACTIVATION_NAMES).default('sigmoid').describe('nonlinearity of the reconstruction'),
}

/** What is done to samples before they are encoded. */
export const corruptionOptions = {
  noise: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'strength: standard deviation (gaussian), or part of the values (masking, saltAndPepper, mix, swap); 0 is off',
    ),
  corruption: z
    .enum(['gaussian', 'masking', 'saltAndPepper', 'mix', 'swap'])
    .default('gaussian')
    .describe('kind of noise on the input'),
  fresh: z.boolean().default(true).describe('new noise every epoch; otherwise drawn once'),
  spare: z.number().min(0).max(1).default(0).describe('part of the samples left clean'),
}

/** Images that are moved a little before they are seen, all by standard deviations. */
const augmentationOptions = {
  rotation: z.number().min(0).default(0).describe('images are turned by so many radians, anew every epoch; 0 is off'),
  stretch: z.number().min(0).default(0).describe('and each side is stretched, by a logarithm of so much'),
  shear: z.number().min(0).default(0).describe('and rows are moved by so many pixels a row'),
  shift: z.number().min(0).default(0).describe('and all is moved by so many pixels'),
  moved: z.number().gt(0).max(1).default(1).describe('part of the images that are moved'),
  wanted: z
    .enum(['moved', 'original'])
    .default('moved')
    .describe('what is wanted back of a moved image: as it was moved, or as it was before'),
}

/** Images as they are. */
export const STILL = { rotation: 0, stretch: 0, shear: 0, shift: 0 } as const

/** A code whose units are off most of the time. */
const sparsityOptions = {
  alpha: z.number().min(0).default(0).describe('weight of the sparsity penalty, the sum of KL(ρ‖ρ̂); 0 is off'),
  rho: z.number().gt(0).lt(1).default(0.05).describe('mean activation wanted of every unit'),
}

/** What can be asked of every network that follows gradients: options that compose, whatever its layers are. */
export const networkOptions = {
  ...activationOptions,
  ...initOptions,
  ...corruptionOptions,
  ...augmentationOptions,
  ...sparsityOptions,
  ...trainingOptions,
}

/** The same for networks of dense layers. */
export const denseOptions = {
  tied: z.boolean().default(false).describe("the decoder's weights are the transpose of the encoder's"),
  ...networkOptions,
}

export type NetworkOptions = z.output<z.ZodObject<typeof networkOptions>>
export type DenseOptions = z.output<z.ZodObject<typeof denseOptions>>

/** The chapter's way to train dense networks. */
export const CHAPTER = {
  activation: 'sigmoid',
  init: 'normal',
  sigma: 1,
  learningRate: 0.01,
  schedule: 'constant',
  warmup: 0,
  shuffle: false,
} as const

/** A phase of gradient descent with these options. */
export function descent(options: NetworkOptions, name = 'train'): DescendInput {
  const { loss, alpha, rho, rotation, stretch, shear, shift, moved: part, wanted } = options
  const moves = rotation > 0 || stretch > 0 || shear > 0 || shift > 0
  return {
    ...descentTo({ type: loss }, options, name),
    ...(moves && { augmentation: { type: 'affine', rotation, stretch, shear, shift, part, wanted } }),
    ...(alpha > 0 && { penalties: [{ type: 'klSparsity', rho, weight: alpha }] }),
  }
}

type DescentOptions = Omit<z.output<z.ZodObject<typeof trainingOptions & typeof corruptionOptions>>, 'loss'>

/** The same, whatever is made small. */
export function descentTo(loss: DescendInput['loss'], options: DescentOptions, name: string): DescendInput {
  const { epochs, batchSize, learningRate, optimizer, momentum, schedule, warmup, shuffle, weightDecay } = options
  const corruption = corruptionOf(options)
  const decay = weightDecay > 0 && { weightDecay }
  return {
    kind: 'descend',
    name,
    epochs,
    batchSize,
    shuffle,
    optimizer:
      optimizer === 'adam'
        ? { name: 'adam', learningRate, ...decay }
        : { name: 'sgd', learningRate, momentum, ...decay },
    schedule: { name: schedule, warmup },
    loss,
    ...(corruption && { corruption }),
  }
}

function corruptionOf({ noise, corruption, fresh, spare }: DescentOptions): CorruptionInput | undefined {
  if (noise === 0) return undefined
  if (corruption !== 'gaussian' && noise >= 1) {
    throw new DiaboloError('E_OPTION', {
      at: 'option "noise"',
      expected: `a number below 1: the part of the values that "${corruption}" changes`,
      found: `${noise}`,
      hint: 'give a part such as 0.3, or the corruption "gaussian", whose noise is a standard deviation',
    })
  }
  switch (corruption) {
    case 'gaussian':
      return { type: 'gaussian', sigma: noise, fresh, spare }
    case 'mix':
      return { type: 'mix', amount: noise, fresh, spare }
    default:
      return { type: corruption, part: noise, fresh, spare }
  }
}

/** What a layer is made of. */
type LayerOptions = Pick<DenseOptions, 'activation' | 'init' | 'sigma' | 'tied'>

export const dense = (units: number, options: Omit<LayerOptions, 'tied'>): LayerInput => ({
  type: 'dense',
  units,
  activation: options.activation,
  init: initializer(options),
})

/** A layer of the decoder, without a nonlinearity of its own where it is the last. */
export const denseBack = (units: number, options: LayerOptions, activation = options.activation): LayerInput => ({
  type: 'dense',
  units,
  activation,
  ...(options.tied ? { tied: true } : { init: initializer(options) }),
})

export const initializer = ({ init, sigma }: Pick<NetworkOptions, 'init' | 'sigma'>): InitializerSpec =>
  init === 'normal' ? { name: 'normal', sigma } : { name: init }
