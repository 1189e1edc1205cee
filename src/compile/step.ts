import { DiaboloError } from '../base/errors.js'
import { sizeOf } from '../base/shape.js'
import type { Value } from '../graph/types.js'
import { emitFilled, emitPresence } from '../nn/columns.js'
import { emitCorruption } from '../nn/corruption.js'
import { emitClassLoss, emitLoss } from '../nn/losses.js'
import { optimizerOf } from '../nn/optimizers.js'
import { emitPenalty } from '../nn/penalties.js'
import { emitPixelLoss } from '../nn/pixels.js'
import { add, grad, reduceMean } from '../ops/index.js'
import { CHAINS, emitContrast } from './contrast.js'
import type { Forward, Network } from './network.js'
import type { DescendSpec, SteppedSpec } from './spec.js'
import { emitUpdates, metersOf, parametersOf, slotName, type Values } from './update.js'

/** A tensor carried from step to step: a parameter, or what the optimizer remembers of it. */
export interface StateSpec {
  readonly name: string
  readonly shape: readonly number[]
}

/** All that a phase carries: every parameter, then the optimizer's slots, `adam.m/encoder.0.weight`, then Gibbs chains. */
export function stateOf({ parameters, codeShape }: Network, phase: SteppedSpec): readonly StateSpec[] {
  const { optimizer } = phase
  const slots = optimizerOf(optimizer).slots(optimizer)
  const chains = phase.kind === 'contrast' && phase.persistent
  return [
    ...parameters.map(({ name, shape }) => ({ name, shape })),
    ...slots.flatMap((slot) =>
      parameters.map(({ name, shape }) => ({ name: slotName(optimizer.name, slot, name), shape })),
    ),
    ...(chains ? [{ name: CHAINS, shape: [phase.batchSize, ...codeShape] }] : []),
  ]
}

/** Noise that every step is fed: rows of a bank, two for each that `picks` counts. */
export interface NoiseNeed {
  readonly width: number
  /** The shape of the row numbers of one step. */
  readonly picks: readonly number[]
}

/** What noise a phase needs for steps of so many samples. */
export function noiseNeed(network: Network, phase: SteppedSpec, batch: number): NoiseNeed | undefined {
  if (phase.kind === 'descend') {
    const { corruption } = phase
    const width = corruption?.at === 'code' ? sizeOf(network.codeShape) : network.width
    return corruption && { width, picks: [batch] }
  }
  const rows = phase.persistent ? phase.batchSize : batch
  return { width: sizeOf(network.codeShape), picks: [phase.gibbsSteps, rows] }
}

export interface StepInputs {
  /** float32 [batch, width]: samples as the model should give them back; in a table's rows, NaN where a value is missing */
  readonly target: Value
  /** float32 [batch, width]: the samples as the model sees them, but for noise; the target when left out */
  readonly seen?: Value | undefined
  /** int32 [batch]: the samples' classes, where the phase tells them */
  readonly labels?: Value | undefined
  /** uint8 [batch, pixels]: the classes of their pixels, where the phase tells those */
  readonly classMaps?: Value | undefined
  /** float32 [...picks, width], two of them: rows of the noise bank, where the phase needs noise */
  readonly noise?: readonly [Value, Value] | undefined
  /** by the names of `stateOf` */
  readonly state: Values
  /** the optimizer's numbers for this step, each float32 [] */
  readonly scalars: Values
}

export interface Step {
  /** float32 []: penalties included */
  readonly loss: Value
  /** What the phase reports of every step beside the loss, by name. */
  readonly meters: Values
  /** The new state, by name. */
  readonly next: Values
}

/** One training step. */
export const emitStep = (network: Network, phase: SteppedSpec, inputs: StepInputs): Step =>
  phase.kind === 'descend' ? emitDescent(network, phase, inputs) : emitContrast(network, phase, inputs)

/**
 * A step that follows the gradient of a loss: corruption, forward, loss, backward, update. Scopes tell them apart: `noise`,
 * `encoder.0`, `loss`, `backward/encoder.0`, `update/encoder.0.weight`.
 */
function emitDescent(network: Network, phase: DescendSpec, inputs: StepInputs): Step {
  const { target, seen = target, noise, state, scalars } = inputs
  const parameters = parametersOf(network, state)
  const { builder } = target
  const { corruption } = phase
  const { columns } = network
  const filled = (values: Value) => (columns ? emitFilled(values) : values)
  const corrupted = (at: 'input' | 'code', values: Value, then = (noisy: Value) => noisy) =>
    corruption && noise && at === (corruption.at ?? 'input')
      ? builder.within('noise', () => then(emitCorruption(corruption, values, ...noise)))
      : then(values)
  // noise on what is missing is missing too
  const x = corrupted('input', seen, filled)
  const { code, decode } = network.forward(x, parameters)
  const misfit = emitMisfit(network, phase, { ...inputs, code: corrupted('code', code), decode, parameters })
  const { loss, activation } = builder.within('loss', () => {
    const activation = reduceMean(code, { axes: [0] })
    const loss = phase.penalties.reduce((sum, penalty) => add(sum, emitPenalty(penalty, activation)), misfit())
    return { loss, activation }
  })
  const gradients = builder.within('backward', () => grad(loss, Object.values(parameters)))
  return { loss, meters: metersOf(phase, activation), next: emitUpdates(network, phase, gradients, { state, scalars }) }
}

interface Coded extends Pick<StepInputs, 'target' | 'labels' | 'classMaps'> {
  readonly code: Value
  readonly decode: Forward['decode']
  readonly parameters: Values
}

/** What stands on the code, and then, as a function, how far it is from its target. */
function emitMisfit(
  { classify, columns }: Network,
  { loss }: DescendSpec,
  { code, decode, parameters, target, labels, classMaps }: Coded,
): () => Value {
  if (loss.type === 'pixels') {
    const { ofPixels } = decode(code)
    if (ofPixels && classMaps) return () => emitPixelLoss(ofPixels, classMaps)
    throw untold(
      'the classes of pixels',
      ofPixels ? 'no class maps' : 'no "pixels"',
      '"pixels", and the step class maps',
    )
  }
  if (loss.type !== 'classes') {
    const decoded = decode(code)
    return () => {
      if (!columns) return emitLoss(loss, { ...decoded, target, code })
      const table = { columns, present: emitPresence(target, columns) }
      return emitLoss(loss, { ...decoded, target: emitFilled(target), code, table })
    }
  }
  const logits = classify?.(code, parameters)
  if (logits && labels) return () => emitClassLoss(logits, labels)
  throw untold('classes', logits ? 'no labels' : 'no head', 'a head, and the step the labels')
}

const untold = (what: string, found: string, needed: string) =>
  new DiaboloError('E_GRAPH', {
    at: `a step that learns ${what}`,
    expected: 'a network that tells them, and what they are in the batch',
    found,
    hint: `give the spec ${needed}`,
  })
