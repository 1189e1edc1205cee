import { z } from 'zod'
import { type Built, defineRecipe, type LayerInput } from './define.js'
import { descent, initializer, networkOptions } from './options.js'

const options = z.object({
  filters: z
    .array(z.int().min(1))
    .min(1)
    .readonly()
    .default([32, 32, 16])
    .describe('feature maps of each convolution of the encoder; each halves height and width'),
  kernel: z.int().min(1).default(3).describe("height and width of a convolution's window"),
  upsampling: z
    .enum(['nearest', 'bilinear', 'transposed'])
    .default('nearest')
    .describe('how the decoder grows: resize, then convolve; or transposed convolutions, which leave checkerboards'),
  ...networkOptions,
})

type Options = z.output<typeof options>

export const convolutional = defineRecipe({
  name: 'convolutional',
  summary:
    'Convolutions and pooling down to a few small feature maps, and back up by resizing and convolving. It knows that neighbouring pixels belong together, which dense layers have to learn.',
  source: 'Masci et al. (2011); Odena, Dumoulin & Olah (2016) for resizing before convolving',
  options,
  presets: {
    default: {
      filters: [32, 32, 64],
      activation: 'relu',
      init: 'he',
      loss: 'crossEntropy',
      noise: 0.5,
      learningRate: 0.005,
    },
    book: {
      filters: [32, 32, 16],
      activation: 'relu',
      init: 'glorot',
      loss: 'crossEntropy',
      noise: 0.5,
      learningRate: 0.001,
      schedule: 'constant',
      warmup: 0,
    },
  },
  build: ({ input, options }) => buildConvolutional(input, options),
})

/** Convolution and pooling for each entry of `filters`; the decoder grows back to the exact sizes, odd ones too. */
function buildConvolutional(input: readonly number[], options: Options): Built {
  const { filters, kernel, activation } = options
  const [height = 1, width = 1, channels = 1] = input
  const sizes = filters.map((_, i) => [Math.ceil(height / 2 ** i), Math.ceil(width / 2 ** i)] as [number, number])
  const init = initializer(options)
  const encoder = filters.flatMap((count): LayerInput[] => [
    { type: 'conv2d', filters: count, kernel, activation, init },
    { type: 'maxPool2d', size: 2 },
  ])
  const decoder = [...filters.keys()]
    .reverse()
    .flatMap((i): LayerInput[] => grow(filters[i] as number, sizes[i] as [number, number], options))
  return {
    encoder,
    decoder: [...decoder, { type: 'conv2d', filters: channels, kernel, init }],
    output: options.output,
    phases: [descent(options)],
  }
}

function grow(count: number, size: [number, number], options: Options): LayerInput[] {
  const { kernel, activation, upsampling } = options
  const init = initializer(options)
  if (upsampling === 'transposed')
    return [{ type: 'convTranspose2d', filters: count, kernel, stride: 2, size, activation, init }]
  return [
    { type: 'resize2d', size, mode: upsampling },
    { type: 'conv2d', filters: count, kernel, activation, init },
  ]
}
