import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { parseSpec, type Spec } from '../compile/spec.js'
import { parseOptions } from './define.js'
import { corruptionOptions, descentTo, trainingOptions } from './options.js'

const { loss: _, ...howToTrain } = trainingOptions

/** How a model learns to tell classes. */
export const classOptions = z.object({
  frozen: z
    .int()
    .min(0)
    .default(0)
    .describe('layers of the encoder that stay as they are; with all of them only the head learns'),
  ...howToTrain,
  epochs: howToTrain.epochs.default(30),
  learningRate: howToTrain.learningRate.default(0.001),
  ...corruptionOptions,
  noise: corruptionOptions.noise.default(0.2),
  corruption: corruptionOptions.corruption.default('masking'),
})

export type ClassOptions = z.input<typeof classOptions>

/**
 * The same model with a head, and with one more phase, in which head and encoder learn classes.
 *
 * @throws E_OPTION naming the first option that is unknown or out of range
 * @see Vincent et al. (2010), section 4: stacked denoising autoencoders, fine-tuned
 */
export function withClasses(spec: Spec, classes: number, options: ClassOptions = {}): Spec {
  const { frozen, ...training } = parseOptions(
    { of: 'fine-tuning', command: 'classify fine-tune' },
    classOptions,
    options,
  )
  const depth = spec.encoder.length
  if (frozen > depth) {
    throw new DiaboloError('E_OPTION', {
      at: 'option "frozen" of fine-tuning',
      expected: `at most ${depth}, the layers of the encoder of "${spec.recipe}"`,
      found: `${frozen}`,
      hint: `give ${depth} to train the head only`,
    })
  }
  const phase = descentTo({ type: 'classes' }, training, 'classes')
  return parseSpec({
    ...spec,
    head: { classes },
    phases: [...spec.phases, frozen > 0 ? { ...phase, layers: { from: frozen, to: depth } } : phase],
  })
}
