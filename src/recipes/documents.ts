import { z } from 'zod'
import { type DescendInput, defineRecipe } from './define.js'
import {
  activationOptions,
  corruptionOptions,
  dense,
  denseBack,
  descentTo,
  initOptions,
  trainingOptions,
} from './options.js'

const { loss: _, ...howToTrain } = trainingOptions
const { output: __, ...hidden } = activationOptions

const documentOptions = z.object({
  units: z
    .array(z.int().min(1))
    .min(1)
    .readonly()
    .default([128])
    .describe('units of each layer of the encoder; the last is the code'),
  binary: z
    .boolean()
    .default(false)
    .describe('a code of sigmoid units that noise drives to 0 or 1, to be rounded to bits; otherwise it is linear'),
  codeNoise: z
    .number()
    .min(0)
    .default(0.5)
    .describe(
      'standard deviation of the noise on a binary code while it is trained, in place of noise on the words; 0 is off',
    ),
  tied: z.boolean().default(false).describe("the decoder's weights are the transpose of the encoder's"),
  ...hidden,
  ...initOptions,
  ...corruptionOptions,
  ...howToTrain,
})

type DocumentOptions = z.output<typeof documentOptions>

export const documents = defineRecipe({
  name: 'documents',
  summary:
    'Counts of words in, shares of words out: a softmax over the vocabulary says which words a document of this code is likely to have. Documents with near codes are about the same; with binary codes, the code is their address.',
  source: 'Hinton & Salakhutdinov (2006); Salakhutdinov & Hinton (2009), Semantic hashing',
  options: documentOptions,
  presets: {
    default: { noise: 0.4, corruption: 'masking', learningRate: 0.002, weightDecay: 0.7, epochs: 16 },
    book: {
      units: [500, 500, 128],
      activation: 'sigmoid',
      binary: true,
      noise: 0,
      learningRate: 0.001,
      epochs: 50,
    },
  },
  build: ({ width, options }) => {
    const { units, activation, binary } = options
    const sizes = [width, ...units]
    const last = units.length - 1
    const code = binary ? 'sigmoid' : 'linear'
    return {
      encoder: units.map((count, i) => ({ ...dense(count, options), activation: i === last ? code : activation })),
      decoder: [...units.keys()]
        .reverse()
        .map((i) => denseBack(sizes[i] as number, options, i === 0 ? 'linear' : activation)),
      output: 'softmax',
      phases: [binary && options.codeNoise > 0 ? saturating(options) : descent(options)],
    }
  },
})

const descent = (options: DocumentOptions): DescendInput => descentTo({ type: 'multinomial' }, options, 'train')

/** With noise on its code a network can tell most by units that are far from each other: on, or off. */
const saturating = (options: DocumentOptions): DescendInput => ({
  ...descent({ ...options, noise: 0 }),
  corruption: { type: 'gaussian', sigma: options.codeNoise, clip: false, fresh: options.fresh, at: 'code' },
})
