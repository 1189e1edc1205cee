import { z } from 'zod'
import { type DescendInput, defineRecipe } from './define.js'
import { third } from './for-table.js'
import { CHAPTER, dense, denseBack, denseOptions, descent, STILL } from './options.js'

const stackedOptions = z.object({
  units: z
    .array(z.int().min(1))
    .min(1)
    .readonly()
    .default([500, 50])
    .describe('units of each layer of the encoder; the last is the code'),
  pretrainEpochs: z
    .int()
    .min(0)
    .default(5)
    .describe('passes for each layer by itself, before all are trained; 0 is none'),
  pretrainLearningRate: z
    .number()
    .positive()
    .default(0.001)
    .describe('step size while layers are trained by themselves'),
  ...denseOptions,
})

export const stacked = defineRecipe({
  name: 'stacked',
  summary:
    'Several layers, each trained by itself on the codes of the one before, then all together from noisy samples to clean ones. The decoder uses the encoder’s weights, transposed.',
  source: 'Hinton & Salakhutdinov (2006); Bengio et al. (2007); Vincent et al. (2010)',
  options: stackedOptions,
  presets: {
    default: { tied: true, noise: 0.3, spare: 0.3, learningRate: 0.002, epochs: 20 },
    book: {
      ...CHAPTER,
      tied: true,
      pretrainEpochs: 5,
      pretrainLearningRate: 0.001,
      noise: 0.3,
      fresh: false,
      learningRate: 0.02,
      epochs: 30,
    },
  },
  table: ({ columns, width }) => ({ units: [width, third(columns)], epochs: 100, noise: 0.1, tied: false }),
  build: ({ width, options }) => {
    const { units } = options
    const sizes = [width, ...units]
    return {
      encoder: units.map((count) => dense(count, options)),
      decoder: [...units.keys()]
        .reverse()
        .map((i) => denseBack(sizes[i] as number, options, i === 0 ? 'linear' : options.activation)),
      output: options.output,
      phases: [...pretraining(options), descent(options, 'fine-tune')],
    }
  },
})

/** Each layer by itself, on clean input: what it is fed are the codes of the layers before it. */
function pretraining(options: z.output<typeof stackedOptions>): DescendInput[] {
  const { units, pretrainEpochs: epochs, pretrainLearningRate: learningRate } = options
  if (epochs === 0) return []
  return units.map((_, i) => ({
    ...descent(
      { ...options, ...STILL, epochs, learningRate, noise: 0, alpha: 0, ...(i > 0 && { loss: 'mse' }) },
      `pretrain ${i + 1}`,
    ),
    layers: { from: i, to: i + 1 },
  }))
}
