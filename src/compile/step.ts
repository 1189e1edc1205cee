import { DiaboloError } from '../base/errors.js'
import type { Value } from '../graph/types.js'
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
  /** float32 [batch, width]: samples as the model should give them back */
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
  const { target, noise, state, scalars } = inputs
  const { optimizer } = phase
  const rule = optimizerOf(optimizer)
  const slots = rule.slots(optimizer)
  const names = network.parameters.map(({ name }) => name)
  const parameters = Object.fromEntries(names.map((name) => [name, state[name] as Value]))

  const { builder } = target
  const { corruption } = phase
  const x = corruption && noise ? builder.within('noise', () => emitCorruption(corruption, target, ...noise)) : target
  const code = network.encode(x, parameters)
  const misfit = emitMisfit(network, phase, { code, parameters, inputs })
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

interface Coded {
  readonly code: Value
  readonly parameters: Values
  readonly inputs: StepInputs
}

/** What stands on the code, and then, as a function, how far it is from its target. */
function emitMisfit(
  { decode, classify }: Network,
  { loss }: DescendSpec,
  { code, parameters, inputs }: Coded,
): () => Value {
  const { target, labels } = inputs
  if (loss.type !== 'classes') {
    const decoded = decode(code, parameters)
    return () => emitLoss(loss, { ...decoded, target, code })
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
