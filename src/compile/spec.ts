import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { OUTPUT_NAMES } from '../nn/activations.js'
import { augmentationSchema } from '../nn/augmentation.js'
import { corruptionSchema } from '../nn/corruption.js'
import { activationAfter, layerSchema } from '../nn/layers/index.js'
import { lossSchema } from '../nn/losses.js'
import { optimizerSchema } from '../nn/optimizers.js'
import { penaltySchema } from '../nn/penalties.js'
import { MOST_CLASSES } from '../nn/pixels.js'
import { scheduleSchema } from '../nn/schedules.js'
import { scoreSchema } from '../nn/scores.js'
import { faultOf, tableSchema } from '../table/spec.js'

export { SCORES, type ScoreName } from '../nn/scores.js'

/** What phases that take steps have in common. */
const stepping = {
  epochs: z.int().min(1),
  batchSize: z.int().min(1),
  /** A new order every epoch; otherwise the data's own. */
  shuffle: z.boolean().default(true),
  optimizer: optimizerSchema,
  schedule: scheduleSchema.default({ name: 'constant', warmup: 0 }),
  /** Added to the loss. */
  penalties: z.array(penaltySchema).default([]),
  /**
   * Which layers of the encoder are trained, `from` … `to − 1`, with those of the decoder that mirror them; all when left
   * out. They are fed the codes of the layers before them. With the loss "classes" they end at the code, and may be none:
   * then the head is trained by itself.
   */
  layers: z.strictObject({ from: z.int().min(0), to: z.int().min(1) }).optional(),
}

/** A phase that follows gradients: so many epochs over the data, in batches. */
export const descendSchema = z.strictObject({
  kind: z.literal('descend'),
  name: z.string().default('train'),
  ...stepping,
  loss: lossSchema,
  /** What happens to a sample before it is encoded. */
  corruption: corruptionSchema.optional(),
  /** How images are moved before that; what is wanted back is the moved image. */
  augmentation: augmentationSchema.optional(),
  /**
   * Each member of an ensemble learns from so many rows of its own, drawn without replacement. The layers that are trained
   * must then begin right after the "copy" layer.
   */
  subsample: z.int().min(2).optional(),
})

/**
 * A phase that trains one dense layer and its mirror as a restricted Boltzmann machine, by contrastive divergence. The
 * layer's nonlinearity says what its units are, the output's what the visible ones are: sigmoid is Bernoulli, linear is
 * Gaussian with unit variance. A decoder with weights of its own gets the transpose of the encoder's at the end.
 */
export const contrastSchema = z.strictObject({
  kind: z.literal('contrast'),
  name: z.string().default('train'),
  ...stepping,
  /** k: how many times units are drawn in turn before the data is contrasted with what came out. */
  gibbsSteps: z.int().min(1).default(1),
  /** Go on from where the chains of the last step ended, not from the data. */
  persistent: z.boolean().default(false),
  /** What of each weight is taken off its gradient. */
  weightDecay: z.number().min(0).default(0),
})

/** What tells classes from a code: one dense layer, `head.weight` [code, classes], and softmax. */
export const headSchema = z.strictObject({ classes: z.int().min(2) })

/** Where every pixel of a sample has a class: the decoder then gives logits [classes, height, width]. */
export const pixelsSchema = z.strictObject({ classes: z.int().min(2).max(MOST_CLASSES) })

/** A phase that finds the parameters in closed form. */
export const solveSchema = z.strictObject({
  kind: z.literal('solve'),
  name: z.string().default('solve'),
  /**
   * `principalComponents`: the weights of a linear autoencoder; `standardize`: shift and scale of the "squash" layer;
   * `calibrate`: what the score must know of ordinary residuals.
   */
  method: z.enum(['principalComponents', 'standardize', 'calibrate']),
})

export const phaseSchema = z.discriminatedUnion('kind', [descendSchema, contrastSchema, solveSchema])

/** Layers on a side, and phases. */
const MOST_LAYERS = 256

/** A model and its training as plain JSON: what a recipe makes, what the compiler reads, what travels in `model.onnx`. */
export const specSchema = z.strictObject({
  /** Where editors find the schema of this. */
  $schema: z.string().optional(),
  format: z.literal('diabolo/1'),
  recipe: z.string(),
  preset: z.string(),
  /** The shape of one sample. */
  input: z.array(z.int().min(1)).min(1),
  encoder: z.array(layerSchema).min(1).max(MOST_LAYERS),
  decoder: z.array(layerSchema).min(1).max(MOST_LAYERS),
  /** The nonlinearity after the decoder's last layer; before it are the logits. */
  output: z.enum(OUTPUT_NAMES),
  /** How a sample's residuals become its score; squared when left out. */
  score: scoreSchema.optional(),
  /** Stands on the code beside the decoder; phases with the loss "classes" train it. */
  head: headSchema.optional(),
  /** What the decoder tells of every pixel, in place of the sample itself; phases have the loss "pixels". */
  pixels: pixelsSchema.optional(),
  phases: z.array(phaseSchema).min(1).max(MOST_LAYERS),
  /** Where samples are rows of a table: its columns, and how each becomes numbers. */
  table: tableSchema.optional(),
})

export type Spec = z.infer<typeof specSchema>
export type PhaseSpec = Spec['phases'][number]
export type DescendSpec = z.infer<typeof descendSchema>
export type ContrastSpec = z.infer<typeof contrastSchema>
/** A phase that goes over the data in steps. */
export type SteppedSpec = DescendSpec | ContrastSpec
export type SolveSpec = z.infer<typeof solveSchema>

/** Whether a phase's target is the samples' classes, and not the samples themselves. */
export const takesLabels = (phase: PhaseSpec): boolean => phase.kind === 'descend' && phase.loss.type === 'classes'

/** Whether a phase's target is the class of every pixel. */
export const takesClassMaps = (phase: PhaseSpec): boolean => phase.kind === 'descend' && phase.loss.type === 'pixels'

/** Whether a phase sees samples that were altered, and wants them back as they were. */
export const takesOriginals = (phase: PhaseSpec): boolean =>
  phase.kind === 'descend' && phase.augmentation?.wanted === 'original'

/** Whether a phase takes the values of samples for probabilities: not where it is fed with codes. */
export function takesProbabilities({ output }: Pick<Spec, 'output'>, phase: PhaseSpec): boolean {
  if (phase.kind === 'solve' || (phase.layers?.from ?? 0) > 0) return false
  return phase.kind === 'contrast' ? output === 'sigmoid' : phase.loss.type === 'crossEntropy'
}

/** The JSON Schema of a spec as a person writes it: defaults may be left out. */
export const specJsonSchema = (): unknown =>
  z.toJSONSchema(specSchema, { io: 'input', target: 'draft-2020-12', reused: 'ref' })

/**
 * @throws E_SPEC naming the first field that is wrong
 */
export function parseSpec(value: unknown, at = 'spec'): Spec {
  const parsed = specSchema.safeParse(value)
  if (parsed.success) {
    requireActivity(parsed.data, at)
    requireLearned(parsed.data, at)
    requireHead(parsed.data, at)
    requireTable(parsed.data, at)
    requireShares(parsed.data, at)
    requireImages(parsed.data, at)
    requirePixels(parsed.data, at)
    return parsed.data
  }
  const [issue] = parsed.error.issues
  throw new DiaboloError('E_SPEC', {
    at: [at, ...(issue?.path ?? [])].join('.'),
    expected: 'a valid model description',
    found: (issue?.message ?? 'something else').replace(/undefined$/, 'nothing'),
    hint: 'docs/spec.schema.json says what a spec may hold; the one of a trained model is under "spec" in its run.json',
  })
}

/** A sparsity penalty takes logarithms of ρ̂ and 1 − ρ̂: they are numbers only where units lie between 0 and 1. */
function requireActivity({ encoder, phases }: Spec, at: string): void {
  phases.forEach((phase, i) => {
    if (phase.kind === 'solve' || phase.penalties.length === 0) return
    const activation = activationAfter(encoder.slice(phase.layers?.from, phase.layers?.to))
    if (activation === 'sigmoid') return
    throw new DiaboloError('E_SPEC', {
      at: `${at}.phases.${i}.penalties.0`,
      expected: 'a code that comes out of a sigmoid: sparsity is about units between 0 and 1',
      found: `"${activation}" as the activation of the code`,
      hint: 'set the activation to "sigmoid", or leave the sparsity penalty out (alpha 0)',
    })
  })
}

/** A layer that is set in closed form stands before those that follow gradients, and "copy" right before members' own rows. */
function requireLearned({ encoder, phases }: Spec, at: string): void {
  phases.forEach((phase, i) => {
    if (phase.kind !== 'descend') return
    const from = phase.layers?.from ?? 0
    const squash = encoder.findIndex(({ type }, layer) => type === 'squash' && layer >= from)
    const apart = phase.subsample === undefined || encoder[from - 1]?.type === 'copy'
    if (squash < 0 && apart) return
    throw new DiaboloError('E_SPEC', {
      at: `${at}.phases.${i}.layers`,
      expected: apart
        ? 'layers that learn by gradients'
        : 'layers that begin right after "copy": members with rows of their own',
      found: apart ? `"squash" among them, encoder layer ${squash}` : `layers from ${from}`,
      hint: 'give the phase "layers": { "from": …, "to": … } that leave the layers before out',
    })
  })
}

/** Classes are told from the whole code, by a head. */
function requireHead({ encoder, head, phases }: Spec, at: string): void {
  const wrong = (path: string, expected: string, found: string, hint: string) =>
    new DiaboloError('E_SPEC', { at: `${at}.phases.${path}`, expected, found, hint })
  phases.forEach((phase, i) => {
    if (phase.kind !== 'descend' || !takesLabels(phase)) return
    if (!head) throw wrong(`${i}.loss`, 'a head to train', 'a spec without "head"', 'add "head": { "classes": 10 }')
    const { from, to } = phase.layers ?? { from: 0, to: encoder.length }
    if (from <= to && to === encoder.length) return
    throw wrong(
      `${i}.layers`,
      `layers up to the code, ${encoder.length}`,
      `${from} … ${to}`,
      'the head stands on the code: train the layers before it, or none of them',
    )
  })
}

/** Counts are told from shares: the loss of counts and the output of shares belong together. */
function requireShares({ output, phases }: Spec, at: string): void {
  phases.forEach((phase, i) => {
    if (phase.kind !== 'descend' || takesLabels(phase)) return
    const outermost = output === 'softmax' && (phase.layers?.from ?? 0) === 0
    if (outermost === (phase.loss.type === 'multinomial')) return
    throw new DiaboloError('E_SPEC', {
      at: `${at}.phases.${i}.loss`,
      expected: outermost ? '"multinomial", because the output is a softmax' : 'the output "softmax" for "multinomial"',
      found: outermost ? `"${phase.loss.type}"` : `"${output}"`,
      hint: 'set both, or neither; layers within have "mse"',
    })
  })
}

/** The values of a table are compared column by column, and of missing ones nothing is known. */
function requireTable({ table, input, output, phases }: Spec, at: string): void {
  const refuse = (where: string, expected: string, found: string) =>
    new DiaboloError('E_SPEC', {
      at: `${at}.${where}`,
      expected,
      found,
      hint: 'let a recipe write the spec of a table',
    })
  const features = input.reduce((size, dim) => size * dim, 1)
  const fault = table && faultOf(table, features)
  if (fault) throw refuse('table', `columns of ${features} features in all`, fault)
  if (table && output !== 'linear') throw refuse('output', '"linear": logits of the columns', `"${output}"`)
  phases.forEach((phase, i) => {
    if (phase.kind !== 'descend' || takesLabels(phase)) return
    const outermost = table !== undefined && (phase.layers?.from ?? 0) === 0
    if (outermost === (phase.loss.type === 'columns') || (!outermost && takesClassMaps(phase))) return
    const expected = outermost ? '"columns", because samples are rows of a table' : '"mse" or "crossEntropy"'
    throw refuse(`phases.${i}.loss`, expected, `"${phase.loss.type}"`)
  })
}

/** Only images can be moved, and only as samples, not as codes of other layers. */
function requireImages({ input, phases }: Spec, at: string): void {
  const [height = 1, width = 1] = input
  phases.forEach((phase, i) => {
    if (phase.kind !== 'descend' || !phase.augmentation) return
    const from = phase.layers?.from ?? 0
    const isImage = (input.length === 2 || input.length === 3) && height > 1 && width > 1
    if (isImage && from === 0 && phase.subsample === undefined) return
    throw new DiaboloError('E_SPEC', {
      at: `${at}.phases.${i}.augmentation`,
      expected: isImage ? 'a phase that is fed the samples themselves' : 'images of shape [height, width, channels]',
      found: isImage ? `layers from ${from}` : `samples of shape [${input.join(', ')}]`,
      hint: 'leave "augmentation" out',
    })
  })
}

/** The class of every pixel is told by the whole network, and by nothing that compares samples with reconstructions. */
function requirePixels({ pixels, input, output, score, table, phases }: Spec, at: string): void {
  const refuse = (where: string, expected: string, found: string) =>
    new DiaboloError('E_SPEC', {
      at: `${at}.${where}`,
      expected,
      found,
      hint: 'train "segnet", or take its spec as an example',
    })
  if (pixels && (input.length < 2 || input.length > 3))
    throw refuse('input', 'images [height, width, channels], whose pixels have classes', `[${input.join(', ')}]`)
  if (pixels && output !== 'linear') throw refuse('output', '"linear": logits of the classes', `"${output}"`)
  if (pixels && score) throw refuse('score', 'none, as nothing is reconstructed', `"${score}"`)
  if (pixels && table) throw refuse('table', 'images, or no "pixels"', 'a table')
  phases.forEach((phase, i) => {
    const isOfPixels = takesClassMaps(phase)
    if (!pixels && isOfPixels)
      throw refuse(`phases.${i}.loss`, '"pixels": { "classes": … } beside it', 'a spec without "pixels"')
    if (!pixels || takesLabels(phase)) return
    if (!isOfPixels) {
      const found = phase.kind === 'descend' ? `"${phase.loss.type}"` : `a phase of kind "${phase.kind}"`
      throw refuse(`phases.${i}`, 'the loss "pixels"', found)
    }
    if (phase.kind === 'descend' && phase.augmentation)
      throw refuse(
        `phases.${i}.augmentation`,
        'none: the classes of pixels would not move with them',
        'images that are moved',
      )
    if (phase.kind === 'descend' && phase.layers)
      throw refuse(`phases.${i}.layers`, 'the whole network, to tell the class of every pixel', 'some of its layers')
  })
}
