import type { TensorType } from '../base/shape.js'
import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import type { Graph, Value } from '../graph/types.js'
import { optimizerOf } from '../nn/optimizers.js'
import { cast, gather, loop, mul } from '../ops/index.js'
import { type LowerOptions, lower } from './lowering/index.js'
import type { Network } from './network.js'
import type { DescendSpec } from './spec.js'
import { emitStep, meterNames, stateOf } from './step.js'

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

/** The inputs that say which rows of the noise bank each sample takes. */
export const NOISE_ROWS = ['noise/first', 'noise/second'] as const

/** The output that holds a meter's value of every step. */
export const meterName = (name: string) => `meter/${name}`

/**
 * Many training steps in one run of the runtime: a `Loop` whose carried state is the parameters and what the optimizer
 * remembers. The data set is captured whole, in its own type; each step gathers its batch by a row of `order`.
 *
 * inputs:   trips int64 [], data [rows, width], order int32 [steps, batch], `scalar/…` float32 [steps], state …;
 *           where the phase corrupts: bank float32 [bank, width], `noise/first` and `noise/second` int32 [steps, batch]
 * outputs:  `….next` for each state tensor, losses float32 [trips], `meter/…` float32 [trips, …]
 */
export function epochGraph(network: Network, phase: DescendSpec, batch: number, stored: StoredAs): Graph {
  const state = stateOf(network, phase)
  const scalars = Object.keys(optimizerOf(phase.optimizer).scalars(phase.optimizer, 1, 1))
  const rowsOfBatches = { dtype: 'int32', shape: ['steps', batch] } as const
  const captures: Record<string, TensorType> = {
    data: { dtype: stored.dtype, shape: ['rows', network.width] },
    order: rowsOfBatches,
  }
  for (const name of scalars) captures[scalarName(name)] = { dtype: 'float32', shape: ['steps'] }
  if (phase.corruption) {
    captures.bank = { dtype: 'float32', shape: ['bank', network.width] }
    for (const name of NOISE_ROWS) captures[name] = rowsOfBatches
  }

  const body = new GraphBuilder()
  const iteration = body.input('iteration', { dtype: 'int64', shape: [] })
  const go = body.input('go', { dtype: 'bool', shape: [] })
  const carried = inputs(body, Object.fromEntries(state.map(({ name, shape }) => [name, { dtype: 'float32', shape }])))
  const captured = inputs(body, captures)
  const now = (name: string) => gather(captured[name] as Value, iteration)
  const fed = body.within('batch', () => ({
    target: load(gather(captured.data as Value, now('order')), stored),
    noise: phase.corruption && (NOISE_ROWS.map((name) => gather(captured.bank as Value, now(name))) as [Value, Value]),
    scalars: Object.fromEntries(scalars.map((name) => [name, now(scalarName(name))])),
  }))
  const step = emitStep(network, phase, { ...fed, state: carried })

  const outer = new GraphBuilder()
  const trips = outer.input('trips', { dtype: 'int64', shape: [] })
  const around = inputs(outer, captures)
  const outputs = loop({
    trips,
    carried: state.map(({ name, shape }) => outer.input(name, { dtype: 'float32', shape })),
    captured: Object.values(around),
    body: body.build({
      go,
      ...Object.fromEntries(state.map(({ name }) => [name, step.next[name] as Value])),
      loss: step.loss,
      ...step.meters,
    }),
  })
  const named = [...state.map(({ name }) => nextName(name)), 'losses', ...meterNames(phase).map(meterName)]
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

const inputs = (builder: GraphBuilder, types: Readonly<Record<string, TensorType>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(types).map(([name, type]) => [name, builder.input(name, type)]))
