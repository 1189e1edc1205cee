import { sizeOf } from '../base/shape.js'
import type { Value } from '../graph/types.js'
import { emitFilled, emitPresence } from '../nn/columns.js'
import { emitCorruption } from '../nn/corruption.js'
import { emitLoss } from '../nn/losses.js'
import { optimizerOf } from '../nn/optimizers.js'
import { emitPenalty } from '../nn/penalties.js'
import { add, grad, reduceMean } from '../ops/index.js'
import { CHAINS, emitContrast } from './contrast.js'
import type { Network } from './network.js'
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
  if (phase.kind === 'descend') return phase.corruption && { width: network.width, picks: [batch] }
  const rows = phase.persistent ? phase.batchSize : batch
  return { width: sizeOf(network.codeShape), picks: [phase.gibbsSteps, rows] }
}

export interface StepInputs {
  /** float32 [batch, width]: samples as the model should give them back; in a table's rows, NaN where a value is missing */
  readonly target: Value
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
function emitDescent(network: Network, phase: DescendSpec, { target, noise, state, scalars }: StepInputs): Step {
  const parameters = parametersOf(network, state)
  const { builder } = target
  const { corruption } = phase
  const { columns } = network
  const filled = (values: Value) => (columns ? emitFilled(values) : values)
  // noise on what is missing is missing too
  const x =
    corruption && noise
      ? builder.within('noise', () => filled(emitCorruption(corruption, target, ...noise)))
      : filled(target)
  const code = network.encode(x, parameters)
  const decoded = network.decode(code, parameters)
  const { loss, activation } = builder.within('loss', () => {
    const activation = reduceMean(code, { axes: [0] })
    const table = columns && { columns, present: emitPresence(target, columns) }
    const fidelity = emitLoss(phase.loss, { ...decoded, target: filled(target), code, table })
    const loss = phase.penalties.reduce((sum, penalty) => add(sum, emitPenalty(penalty, activation)), fidelity)
    return { loss, activation }
  })
  const gradients = builder.within('backward', () => grad(loss, Object.values(parameters)))
  return { loss, meters: metersOf(phase, activation), next: emitUpdates(network, phase, gradients, { state, scalars }) }
}
