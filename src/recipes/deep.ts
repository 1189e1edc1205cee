import { z } from 'zod'
import { type ContrastInput, defineRecipe } from './define.js'
import { third } from './for-table.js'
import { dense, denseBack, denseOptions, descent, STILL } from './options.js'

const deepOptions = z.object({
  units: z
    .array(z.int().min(1))
    .min(1)
    .readonly()
    .default([1000, 500, 250, 30])
    .describe('units of each layer of the encoder; the last is the code, and linear'),
  rbmEpochs: z
    .int()
    .min(0)
    .default(0)
    .describe('passes for each layer as a restricted Boltzmann machine, before all are trained; 0 is none'),
  rbmLearningRate: z.number().positive().default(0.1).describe('step size of the Boltzmann machines'),
  rbmCodeLearningRate: z
    .number()
    .positive()
    .default(0.001)
    .describe('step size of the last machine, whose hidden units are Gaussian'),
  rbmWeightDecay: z.number().min(0).default(0.0002).describe('weight decay of the Boltzmann machines'),
  ...denseOptions,
})

type DeepOptions = z.output<typeof deepOptions>

/** What trains by gradients alone. */
export const WITHOUT_MACHINES = { activation: 'elu', init: 'glorot', rbmEpochs: 0 } as const

const PLAIN = { ...WITHOUT_MACHINES, ...STILL, learningRate: 0.001, batchSize: 100 } as const

export const deep = defineRecipe({
  name: 'deep',
  summary:
    'Many layers down to a very small linear code: in 2006 it could only be trained after each layer had been a Boltzmann machine, and here each is one for a few passes. It takes large steps, for tens of thousands of images; a few thousand learn more by --batch-size 100 --learning-rate 0.001, and with these steps it trains without machines, too: --rbm-epochs 0 --activation elu --init glorot.',
  source: 'Hinton & Salakhutdinov (2006)',
  options: deepOptions,
  presets: {
    default: {
      activation: 'sigmoid',
      init: 'normal',
      sigma: 0.1,
      rbmEpochs: 5,
      loss: 'crossEntropy',
      batchSize: 256,
      learningRate: 0.01,
      warmup: 0.05,
      epochs: 75,
      rotation: 0.1,
      stretch: 0.05,
      shear: 0.1,
      moved: 0.7,
    },
    book: {
      activation: 'sigmoid',
      init: 'normal',
      sigma: 0.1,
      rbmEpochs: 10,
      loss: 'crossEntropy',
      learningRate: 0.001,
      epochs: 60,
    },
  },
  flat: PLAIN,
  table: ({ columns }) => ({ ...PLAIN, units: [64, 32, third(columns)], epochs: 100 }),
  build: ({ width, options }) => {
    const { units, activation } = options
    const sizes = [width, ...units]
    const last = units.length - 1
    return {
      encoder: units.map((count, i) => ({ ...dense(count, options), activation: i === last ? 'linear' : activation })),
      decoder: [...units.keys()]
        .reverse()
        .map((i) => denseBack(sizes[i] as number, options, i === 0 ? 'linear' : activation)),
      output: options.output,
      phases: [...machines(options), descent(options, 'fine-tune')],
    }
  },
})

/** Each layer as a Boltzmann machine on the codes of the one before; weights start small, as such machines want them. */
function machines(options: DeepOptions): ContrastInput[] {
  const { units, rbmEpochs: epochs, rbmLearningRate, rbmCodeLearningRate, rbmWeightDecay: weightDecay } = options
  if (epochs === 0) return []
  return units.map((_, i) => ({
    kind: 'contrast',
    name: `pretrain ${i + 1}`,
    epochs,
    batchSize: options.batchSize,
    shuffle: options.shuffle,
    optimizer: {
      name: 'sgd',
      learningRate: i === units.length - 1 ? rbmCodeLearningRate : rbmLearningRate,
      momentum: 0.9,
    },
    schedule: { name: 'constant', warmup: 0.1 },
    weightDecay,
    layers: { from: i, to: i + 1 },
  }))
}
