import { DiaboloError } from '../base/errors.js'
import type { Value } from '../graph/types.js'
import { emitFilled, emitPresence } from '../nn/columns.js'
import { emitCorruption } from '../nn/corruption.js'
import { emitClassLoss, emitLoss } from '../nn/losses.js'
import { optimizerOf } from '../nn/optimizers.js'
import { emitPenalty } from '../nn/penalties.js'
import { add, grad, reduceMean } from '../ops/index.js'
import type { Network } from './network.js'
import type { DescendSpec } from './spec.js'

/** A tensor carried from step to step: a parameter, or what the optimizer remembers of it. */
export interface StateSpec {
  readonly name: string
  readonly shape: readonly number[]
}

type Values = Readonly<Record<string, Value>>

/** All that a phase carries: every parameter, then the optimizer's slots, `adam.m/encoder.0.weight`. */
export function stateOf({ parameters }: Network, { optimizer }: DescendSpec): readonly StateSpec[] {
  const slots = optimizerOf(optimizer).slots(optimizer)
  return [
    ...parameters.map(({ name, shape }) => ({ name, shape })),
    ...slots.flatMap((slot) =>
      parameters.map(({ name, shape }) => ({ name: slotName(optimizer.name, slot, name), shape })),
    ),
  ]
}

export interface StepInputs {
  /** float32 [batch, width]: samples as the model should give them back; in a table's rows, NaN where a value is missing */
  readonly target: Value
  /** int32 [batch]: the samples' classes, where the phase tells them */
  readonly labels?: Value | undefined
  /** float32 [batch, width], two of them: the rows of the noise bank for each sample, where the phase corrupts its input */
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

/** A phase's penalties look at each unit's mean activation, and so do those who watch. */
export const meterNames = ({ penalties }: DescendSpec): readonly 'activation'[] =>
  penalties.length > 0 ? ['activation'] : []

/**
 * One training step: corruption, forward, loss, backward, update. Scopes tell them apart: `noise`, `encoder.0`, `loss`,
 * `backward/encoder.0`, `update/encoder.0.weight`.
 */
export function emitStep(network: Network, phase: DescendSpec, inputs: StepInputs): Step {
  const { target, labels, noise, state, scalars } = inputs
  const { optimizer } = phase
  const rule = optimizerOf(optimizer)
  const slots = rule.slots(optimizer)
  const names = network.parameters.map(({ name }) => name)
  const parameters = Object.fromEntries(names.map((name) => [name, state[name] as Value]))

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
  const misfit = emitMisfit(network, phase, { code, parameters, target, labels })
  const { loss, activation } = builder.within('loss', () => {
    const activation = reduceMean(code, { axes: [0] })
    const loss = phase.penalties.reduce((sum, penalty) => add(sum, emitPenalty(penalty, activation)), misfit())
    return { loss, activation }
  })
  const gradients = builder.within('backward', () => grad(loss, Object.values(parameters)))

  const next: Record<string, Value> = {}
  names.forEach((name, i) => {
    const own = slots.map((slot) => [slot, state[slotName(optimizer.name, slot, name)] as Value])
    const updated = builder.within(`update/${name}`, () =>
      rule.emit(optimizer, {
        parameter: parameters[name] as Value,
        gradient: gradients[i] as Value,
        slots: Object.fromEntries(own),
        scalars,
      }),
    )
    next[name] = updated.parameter
    for (const slot of slots) next[slotName(optimizer.name, slot, name)] = updated.slots[slot] as Value
  })
  return { loss, meters: Object.fromEntries(meterNames(phase).map((name) => [name, activation])), next }
}

interface Coded extends Pick<StepInputs, 'target' | 'labels'> {
  readonly code: Value
  readonly parameters: Values
}

/** What stands on the code, and then, as a function, how far it is from its target. */
function emitMisfit(
  { decode, classify, columns }: Network,
  { loss }: DescendSpec,
  { code, parameters, target, labels }: Coded,
): () => Value {
  if (loss.type !== 'classes') {
    const decoded = decode(code, parameters)
    return () => {
      if (!columns) return emitLoss(loss, { ...decoded, target, code })
      const table = { columns, present: emitPresence(target, columns) }
      return emitLoss(loss, { ...decoded, target: emitFilled(target), code, table })
    }
  }
  const logits = classify?.(code, parameters)
  if (logits && labels) return () => emitClassLoss(logits, labels)
  throw new DiaboloError('E_GRAPH', {
    at: 'a step that learns classes',
    expected: 'a head, and the labels of the batch',
    found: logits ? 'no labels' : 'no head',
    hint: 'give the spec a head, and the step the labels',
  })
}

const slotName = (optimizer: string, slot: string, parameter: string) => `${optimizer}.${slot}/${parameter}`
