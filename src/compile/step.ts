import type { Value } from '../graph/types.js'
import { emitLoss } from '../nn/losses.js'
import { optimizerOf } from '../nn/optimizers.js'
import { grad } from '../ops/index.js'
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
  /** float32 [batch, width], as the model sees it */
  readonly x: Value
  /** float32 [batch, width]: what x should be reconstructed to */
  readonly target: Value
  /** by the names of `stateOf` */
  readonly state: Values
  /** the optimizer's numbers for this step, each float32 [] */
  readonly scalars: Values
}

/** One training step: forward, loss, backward, update. */
export function emitStep(network: Network, phase: DescendSpec, { x, target, state, scalars }: StepInputs) {
  const { optimizer } = phase
  const rule = optimizerOf(optimizer)
  const slots = rule.slots(optimizer)
  const names = network.parameters.map(({ name }) => name)
  const parameters = Object.fromEntries(names.map((name) => [name, state[name] as Value]))

  const code = network.encode(x, parameters)
  const loss = emitLoss(phase.loss, { ...network.decode(code, parameters), target, code })
  const gradients = grad(loss, Object.values(parameters))

  const next: Record<string, Value> = {}
  names.forEach((name, i) => {
    const own = slots.map((slot) => [slot, state[slotName(optimizer.name, slot, name)] as Value])
    const updated = rule.emit(optimizer, {
      parameter: parameters[name] as Value,
      gradient: gradients[i] as Value,
      slots: Object.fromEntries(own),
      scalars,
    })
    next[name] = updated.parameter
    for (const slot of slots) next[slotName(optimizer.name, slot, name)] = updated.slots[slot] as Value
  })
  return { loss, next }
}

const slotName = (optimizer: string, slot: string, parameter: string) => `${optimizer}.${slot}/${parameter}`
