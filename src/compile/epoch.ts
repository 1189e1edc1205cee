import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import type { Graph, Value } from '../graph/types.js'
import { optimizerOf } from '../nn/optimizers.js'
import { cast, gather, loop, mul } from '../ops/index.js'
import { type LowerOptions, lower } from './lowering/index.js'
import type { Network } from './network.js'
import type { DescendSpec } from './spec.js'
import { emitStep, stateOf } from './step.js'

/** How the samples lie in memory. */
export interface StoredAs {
  readonly dtype: 'uint8' | 'float32'
  /** The model sees value × scale. */
  readonly scale: number
}

/** The output that holds the new value of a carried tensor. */
export const nextName = (name: string) => `${name}.next`

/** The input that holds one of the optimizer's numbers, one per step of the run. */
export const scalarName = (name: string) => `scalar/${name}`

/**
 * Many training steps in one run of the runtime: a `Loop` whose carried state is the parameters and what the optimizer
 * remembers. The data set is captured whole, in its own type; each step gathers its batch by a row of `order`.
 *
 * inputs:   trips int64 [], data [rows, width], order int32 [steps, batch], `scalar/…` float32 [steps], state …
 * outputs:  `….next` for each state tensor, losses float32 [trips]
 */
export function epochGraph(network: Network, phase: DescendSpec, batch: number, stored: StoredAs): Graph {
  const state = stateOf(network, phase)
  const scalars = Object.keys(optimizerOf(phase.optimizer).scalars(phase.optimizer, 1, 1))
  const types = {
    data: { dtype: stored.dtype, shape: ['rows', network.width] },
    order: { dtype: 'int32', shape: ['steps', batch] },
    scalar: { dtype: 'float32', shape: ['steps'] },
  } as const

  const body = new GraphBuilder()
  const iteration = body.input('iteration', { dtype: 'int64', shape: [] })
  const go = body.input('go', { dtype: 'bool', shape: [] })
  const carried = state.map(({ name, shape }) => body.input(name, { dtype: 'float32', shape }))
  const data = body.input('data', types.data)
  const order = body.input('order', types.order)
  const lists = scalars.map((name) => body.input(scalarName(name), types.scalar))
  const x = load(gather(data, gather(order, iteration)), stored)
  const { loss, next } = emitStep(network, phase, {
    x,
    target: x,
    state: byName(state, carried),
    scalars: Object.fromEntries(scalars.map((name, i) => [name, gather(lists[i] as Value, iteration)])),
  })

  const outer = new GraphBuilder()
  const trips = outer.input('trips', { dtype: 'int64', shape: [] })
  const captured = [outer.input('data', types.data), outer.input('order', types.order)]
  for (const name of scalars) captured.push(outer.input(scalarName(name), types.scalar))
  const outputs = loop({
    trips,
    carried: state.map(({ name, shape }) => outer.input(name, { dtype: 'float32', shape })),
    captured,
    body: body.build({ go, ...Object.fromEntries(state.map(({ name }) => [name, next[name] as Value])), loss }),
  })
  const named = [...state.map(({ name }) => nextName(name)), 'losses']
  return outer.build(Object.fromEntries(named.map((name, i) => [name, outputs[i] as Value])))
}

/** The epoch as the bytes of an ONNX model. */
export const compileEpoch = (
  network: Network,
  phase: DescendSpec,
  batch: number,
  stored: StoredAs,
  options: LowerOptions = {},
): Uint8Array => encode(lower(epochGraph(network, phase, batch, stored), options), 'epoch')

/** Stored values as the model sees them: float32, scaled. */
export const load = (values: Value, { scale }: StoredAs): Value => mul(cast(values, 'float32'), scale)

const byName = (state: readonly { readonly name: string }[], values: readonly Value[]) =>
  Object.fromEntries(state.map(({ name }, i) => [name, values[i] as Value]))
