import { z } from 'zod'
import { type Built, defineRecipe, type LayerInput } from './define.js'
import {
  activationOptions,
  corruptionOptions,
  descentTo,
  initializer,
  initOptions,
  trainingOptions,
} from './options.js'

const { loss: _, ...howToTrain } = trainingOptions

const options = z.object({
  filters: z
    .array(z.int().min(1))
    .min(1)
    .readonly()
    .default([16, 32, 64])
    .describe('feature maps of each convolution of the encoder; pooling after it halves height and width'),
  kernel: z.int().min(1).default(3).describe("height and width of a convolution's window"),
  unpool: z
    .enum(['indices', 'resize'])
    .default('indices')
    .describe('how the decoder grows: each value back where its maximum was found, or by repeating pixels'),
  classes: z.int().min(2).default(11).describe('classes that a pixel may have, the ground included'),
  activation: activationOptions.activation,
  ...initOptions,
  ...corruptionOptions,
  ...howToTrain,
})

type Options = z.output<typeof options>

export const segnet = defineRecipe({
  name: 'segnet',
  summary:
    'Tells the class of every pixel: an encoder that pools, and a decoder that puts values back where the maxima were. What pooling forgets of edges is thus remembered at the price of an index.',
  source: 'Badrinarayanan, Kendall & Cipolla (2017)',
  data: 'scenes',
  options,
  presets: {
    default: { activation: 'relu', init: 'he', batchSize: 50, learningRate: 0.005 },
    book: {
      activation: 'relu',
      init: 'he',
      batchSize: 50,
      optimizer: 'sgd',
      momentum: 0.9,
      learningRate: 0.1,
      schedule: 'constant',
      warmup: 0,
    },
  },
  build: ({ input, options }) => buildSegnet(input, options),
})

/** The decoder mirrors the encoder, its layers one pooling ahead; then one convolution of single pixels gives logits. */
function buildSegnet(input: readonly number[], options: Options): Built {
  const { filters, kernel, activation, classes, unpool } = options
  const [height = 1, width = 1] = input
  const sizes = filters.map((_, i) => [Math.ceil(height / 2 ** i), Math.ceil(width / 2 ** i)] as [number, number])
  const init = initializer(options)
  const conv = (count: number): LayerInput => ({ type: 'conv2d', filters: count, kernel, activation, init })
  const grow = (i: number): LayerInput => {
    const size = sizes[i] as [number, number]
    return unpool === 'indices' ? { type: 'maxUnpool2d', pool: 2 * i + 1, size } : { type: 'resize2d', size }
  }
  const decoder = [...filters.keys()].reverse().flatMap((i) => [grow(i), conv(filters[Math.max(0, i - 1)] as number)])
  return {
    encoder: filters.flatMap((count): LayerInput[] => [conv(count), { type: 'maxPool2d', size: 2 }]),
    decoder: [...decoder, { type: 'conv2d', filters: classes, kernel: 1, init }],
    output: 'linear',
    pixels: { classes },
    phases: [descentTo({ type: 'pixels' }, options, 'train')],
  }
}
