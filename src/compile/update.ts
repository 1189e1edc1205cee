import type { Value } from '../graph/types.js'
import { optimizerOf } from '../nn/optimizers.js'
import type { Network } from './network.js'
import type { SteppedSpec } from './spec.js'

export type Values = Readonly<Record<string, Value>>

/** The parameters among what is carried. */
export const parametersOf = ({ parameters }: Network, state: Values): Values =>
  Object.fromEntries(parameters.map(({ name }) => [name, state[name] as Value]))

export const slotName = (optimizer: string, slot: string, parameter: string) => `${optimizer}.${slot}/${parameter}`

/**
 * The optimizer's rule for every parameter.
 *
 * @param gradients  one for each parameter of the network, in their order
 * @returns          the new parameters and slots, by name
 */
export function emitUpdates(
  { parameters }: Network,
  { optimizer }: SteppedSpec,
  gradients: readonly Value[],
  { state, scalars }: { readonly state: Values; readonly scalars: Values },
): Values {
  const rule = optimizerOf(optimizer)
  const slots = rule.slots(optimizer)
  const next: Record<string, Value> = {}
  parameters.forEach(({ name }, i) => {
    const parameter = state[name] as Value
    const own = slots.map((slot) => [slot, state[slotName(optimizer.name, slot, name)] as Value])
    const updated = parameter.builder.within(`update/${name}`, () =>
      rule.emit(optimizer, {
        parameter,
        gradient: gradients[i] as Value,
        decays: name.endsWith('.weight'),
        slots: Object.fromEntries(own),
        scalars,
      }),
    )
    next[name] = updated.parameter
    for (const slot of slots) next[slotName(optimizer.name, slot, name)] = updated.slots[slot] as Value
  })
  return next
}

/** A phase's penalties look at each unit's mean activation, and so do those who watch. */
export const meterNames = ({ penalties }: SteppedSpec): readonly 'activation'[] =>
  penalties.length > 0 ? ['activation'] : []

/** @param activation  float32 [units]: the batch's mean */
export const metersOf = (phase: SteppedSpec, activation: Value): Values =>
  Object.fromEntries(meterNames(phase).map((name) => [name, activation]))
