import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { type DescendInput, defineRecipe } from './define.js'
import { dense, denseBack, denseOptions, descentTo } from './options.js'

// a softmax and its loss are what the recipe is; of sparsity a code of documents knows nothing
const { loss: _, output: _output, alpha: _alpha, rho: _rho, ...howToTrain } = denseOptions

const documentOptions = z.object({
  units: z
    .array(z.int().min(1))
    .min(1)
    .readonly()
    .default([500, 128])
    .describe('units of each layer of the encoder; the last is the code'),
  binary: z
    .boolean()
    .default(false)
    .describe('a code of sigmoid units that noise drives to 0 or 1, to be rounded to bits; otherwise it is linear'),
  codeNoise: z
    .number()
    .min(0)
    .default(0.5)
    .describe('standard deviation of the noise on a binary code while it is trained'),
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
    default: { activation: 'relu', learningRate: 0.001, epochs: 30 },
    book: {
      units: [500, 500, 128],
      activation: 'sigmoid',
      binary: true,
      codeNoise: 0.5,
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
function saturating(options: DocumentOptions): DescendInput {
  const { noise, codeNoise: sigma, fresh } = options
  if (noise > 0) {
    throw new DiaboloError('E_OPTION', {
      at: 'option "noise" of recipe "documents"',
      expected: '0 with a binary code, which has noise of its own',
      found: `${noise}`,
      hint: 'leave "noise" out, or set "codeNoise" to 0',
    })
  }
  return { ...descent(options), corruption: { type: 'gaussian', sigma, clip: false, fresh, at: 'code' } }
}
