import type { TensorType } from '../base/shape.js'
import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import type { Graph, Value } from '../graph/types.js'
import { emitFilled } from '../nn/columns.js'
import { type OptimizerSpec, optimizerOf } from '../nn/optimizers.js'
import { add, cast, gather, loop, mul } from '../ops/index.js'
import { type LowerOptions, lower } from './lowering/index.js'
import type { Network } from './network.js'
import { type SteppedSpec, takesClassMaps, takesLabels, takesOriginals } from './spec.js'
import { emitStep, noiseNeed, type StateSpec, type Step, stateOf } from './step.js'
import { meterNames } from './update.js'

/** How the samples lie in memory. */
export interface StoredAs {
  readonly dtype: 'uint8' | 'float32'
  /** The model sees value × scale. */
  readonly scale: number
  /** Whether NaN stands for values that are not there; the model sees 0. */
  readonly missing?: boolean | undefined
}

/** The output that holds the new value of a carried tensor. */
export const nextName = (name: string) => `${name}.next`

/** The input that holds one of the optimizer's numbers, one per step of the run. */
export const scalarName = (name: string) => `scalar/${name}`

/** The inputs that say which rows of the noise bank each sample takes. */
export const NOISE_ROWS = ['noise/first', 'noise/second'] as const

/** The input that holds the classes of all samples, beside `data`. */
export const LABELS = 'labels'

/** The input that holds the classes of all samples' pixels. */
export const CLASS_MAPS = 'classMaps'

/** The input that holds all samples as they were before they were altered. */
export const ORIGINALS = 'originals'

/** The output that holds the loss of every step. */
export const LOSSES = 'losses'

/** The input that holds where in the lists of steps a run begins. */
export const STEP = 'step'

/** The output that holds a meter's value of every step. */
export const meterName = (name: string) => `meter/${name}`

/**
 * Many training steps in one run of the runtime: a `Loop` whose carried state is the parameters and what the optimizer
 * remembers. The data set is captured whole, in its own type; each step gathers its batch by a row of `order`.
 *
 * inputs:   trips int64 [], data [rows, width], order int32 [steps, batch], `scalar/…` float32 [steps], state …;
 *           where the phase needs noise: bank float32 [bank, width], `noise/first` and `noise/second` int32 [steps, ...picks];
 *           where it learns classes: labels int32 [rows], or those of pixels: classMaps uint8 [rows, pixels];
 *           where data was altered, and is wanted back as it was: originals [rows, width]
 * outputs:  `….next` for each state tensor, losses float32 [trips], `meter/…` float32 [trips, …]
 *
 * @param anywhere  one more input, step int64 []: the lists hold more steps than the run takes, and it begins at that one
 */
export function epochGraph(
  network: Network,
  phase: SteppedSpec,
  batch: number,
  stored: StoredAs,
  anywhere = false,
): Graph {
  const state = stateOf(network, phase)
  const { shared, own } = feedTypes(network, phase, batch, stored)
  const captures: Record<string, TensorType> = {
    ...shared,
    ...mapped(own, ({ dtype, shape }) => ({ dtype, shape: ['steps', ...shape] })),
    ...(anywhere && { [STEP]: { dtype: 'int64', shape: [] } }),
  }

  const body = new GraphBuilder()
  const iteration = body.input('iteration', { dtype: 'int64', shape: [] })
  const go = body.input('go', { dtype: 'bool', shape: [] })
  const carried = inputs(body, stateTypes(state))
  const captured = inputs(body, captures)
  const now = body.within('batch', () => {
    const first = captured[STEP]
    const at = first ? add(first, iteration) : iteration
    return mapped(own, (_, name) => gather(captured[name] as Value, at))
  })
  const step = emitFedStep(network, phase, stored, { ...captured, ...now }, carried)

  const outer = new GraphBuilder()
  const trips = outer.input('trips', { dtype: 'int64', shape: [] })
  const around = inputs(outer, captures)
  const outputs = loop({
    trips,
    carried: Object.values(inputs(outer, stateTypes(state))),
    captured: Object.values(around),
    body: body.build({
      go,
      ...Object.fromEntries(state.map(({ name }) => [name, step.next[name] as Value])),
      loss: step.loss,
      ...step.meters,
    }),
  })
  const named = [...state.map(({ name }) => nextName(name)), LOSSES, ...meterNames(phase).map(meterName)]
  return outer.build(Object.fromEntries(named.map((name, i) => [name, outputs[i] as Value])))
}

/**
 * One training step, for devices on which a `Loop` is not the fast way: the same as a trip of `epochGraph`, with the same
 * names, and without the axis that counts steps.
 *
 * inputs:   data [rows, width], order int32 [batch], `scalar/…` float32 [], state …;
 *           where the phase needs noise: bank float32 [bank, width], `noise/first` and `noise/second` int32 [...picks];
 *           where it learns classes: labels int32 [rows], or those of pixels: classMaps uint8 [rows, pixels];
 *           where data was altered, and is wanted back as it was: originals [rows, width]
 * outputs:  `….next` for each state tensor, losses float32 [], `meter/…` float32 […]
 */
export function stepGraph(network: Network, phase: SteppedSpec, batch: number, stored: StoredAs): Graph {
  const state = stateOf(network, phase)
  const { shared, own } = feedTypes(network, phase, batch, stored)
  const builder = new GraphBuilder()
  const fed = inputs(builder, { ...shared, ...own })
  const { next, loss, meters } = emitFedStep(network, phase, stored, fed, inputs(builder, stateTypes(state)))
  return builder.build({
    ...Object.fromEntries(state.map(({ name }) => [nextName(name), next[name] as Value])),
    [LOSSES]: loss,
    ...Object.fromEntries(Object.entries(meters).map(([name, value]) => [meterName(name), value])),
  })
}

/** What steps are fed beside the state: what serves all of them, and what each has of its own. */
function feedTypes(network: Network, phase: SteppedSpec, batch: number, stored: StoredAs) {
  const noise = noiseNeed(network, phase, batch)
  const shared: Record<string, TensorType> = { data: { dtype: stored.dtype, shape: ['rows', network.width] } }
  if (takesOriginals(phase)) shared[ORIGINALS] = shared.data as TensorType
  if (takesLabels(phase)) shared[LABELS] = { dtype: 'int32', shape: ['rows'] }
  if (takesClassMaps(phase)) shared[CLASS_MAPS] = { dtype: 'uint8', shape: ['rows', network.pixels?.count ?? 0] }
  const own: Record<string, TensorType> = { order: { dtype: 'int32', shape: [batch] } }
  for (const name of scalarNames(phase.optimizer)) own[scalarName(name)] = { dtype: 'float32', shape: [] }
  if (noise) {
    shared.bank = { dtype: 'float32', shape: ['bank', noise.width] }
    for (const name of NOISE_ROWS) own[name] = { dtype: 'int32', shape: noise.picks }
  }
  return { shared, own }
}

/** A step that gathers its batch, and its noise, by the rows that it is told. */
function emitFedStep(
  network: Network,
  phase: SteppedSpec,
  stored: StoredAs,
  fed: Readonly<Record<string, Value>>,
  state: Readonly<Record<string, Value>>,
): Step {
  const at = (name: string) => fed[name] as Value
  const { builder } = at('data')
  const batchOf = (name: string) => scaled(gather(at(name), at('order')), stored)
  const batch = builder.within('batch', () => ({
    target: batchOf(takesOriginals(phase) ? ORIGINALS : 'data'),
    seen: takesOriginals(phase) ? batchOf('data') : undefined,
    labels: takesLabels(phase) ? gather(at(LABELS), at('order')) : undefined,
    classMaps: takesClassMaps(phase) ? gather(at(CLASS_MAPS), at('order')) : undefined,
    noise: fed.bank && (NOISE_ROWS.map((name) => gather(at('bank'), at(name))) as [Value, Value]),
  }))
  const scalars = Object.fromEntries(scalarNames(phase.optimizer).map((name) => [name, at(scalarName(name))]))
  return emitStep(network, phase, { ...batch, state, scalars })
}

const scalarNames = (optimizer: OptimizerSpec) => Object.keys(optimizerOf(optimizer).scalars(optimizer, 1, 1))

const stateTypes = (state: readonly StateSpec[]): Record<string, TensorType> =>
  Object.fromEntries(state.map(({ name, shape }) => [name, { dtype: 'float32', shape }]))

const mapped = <A, B>(record: Readonly<Record<string, A>>, to: (value: A, name: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value, name)]))

/** The epoch as the bytes of an ONNX model. */
export const compileEpoch = (
  network: Network,
  phase: SteppedSpec,
  batch: number,
  stored: StoredAs,
  options: LowerOptions = {},
): Uint8Array => encode(lower(epochGraph(network, phase, batch, stored), options), 'epoch')

/** One step as the bytes of an ONNX model. */
export const compileStep = (
  network: Network,
  phase: SteppedSpec,
  batch: number,
  stored: StoredAs,
  options: LowerOptions = {},
): Uint8Array => encode(lower(stepGraph(network, phase, batch, stored), options), 'step')

/** Stored values in the model's units: float32, scaled. */
export const scaled = (values: Value, { scale }: StoredAs): Value => mul(cast(values, 'float32'), scale)

/** Stored values as the model sees them: scaled, and 0 where they are missing. */
export const load = (values: Value, stored: StoredAs): Value =>
  stored.missing ? emitFilled(scaled(values, stored)) : scaled(values, stored)

const inputs = (builder: GraphBuilder, types: Readonly<Record<string, TensorType>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(types).map(([name, type]) => [name, builder.input(name, type)]))
