import { DiaboloError } from '../base/errors.js'
import type { Value } from '../graph/types.js'
import { emitSample, type UnitKind, unitKindOf } from '../nn/boltzmann.js'
import { emitFilled } from '../nn/columns.js'
import { activationAfter } from '../nn/layers/index.js'
import { emitPenalty } from '../nn/penalties.js'
import { add, gemm, grad, mul, reduceMean, reshape, slice, sub } from '../ops/index.js'
import { buildNetwork, type Network, type Parameters, type Span } from './network.js'
import type { ContrastSpec, Spec } from './spec.js'
import type { Step, StepInputs } from './step.js'
import { emitUpdates, metersOf, parametersOf, type Values } from './update.js'

/** The states of the hidden units at which the Gibbs chains stand, float32 [chains, units]. */
export const CHAINS = 'chains'

/** What the units on either side of a restricted Boltzmann machine are. */
export interface Units {
  readonly visible: UnitKind
  readonly hidden: UnitKind
}

/**
 * One layer and its mirror as a restricted Boltzmann machine: both use the encoder's weight.
 *
 * @throws E_SPEC when it is not one dense layer, or its units are neither Bernoulli nor Gaussian
 */
export function buildMachine(spec: Spec, span: Span = { from: 0, to: spec.encoder.length }): Network {
  const mirror = spec.decoder.length - span.to
  const decoder = spec.decoder.map((layer, i) =>
    i === mirror && layer.type === 'dense' ? { ...layer, tied: true } : layer,
  )
  const network = buildNetwork({ ...spec, decoder }, span)
  requireMachine(network, spec, span)
  return network
}

/** The transpose of a machine's weight, by the name under which the mirrored layer keeps one of its own; none if it is tied. */
export function mirrored(
  spec: Spec,
  parameters: Parameters,
  { from }: Span = { from: 0, to: spec.encoder.length },
): Parameters {
  const name = `decoder.${spec.decoder.length - 1 - from}.weight`
  const weight = parameters[`encoder.${from}.weight`]
  if (!weight || !parameters[name]) return {}
  const [rows, columns] = weight.shape as readonly [number, number]
  const data = weight.data.map((_, i) => weight.data[(i % rows) * columns + Math.floor(i / rows)] as number)
  return { [name]: { dtype: 'float32', shape: [columns, rows], data } }
}

/** @throws E_SPEC as `buildMachine` does */
export function unitsOf(network: Network, span: Span = { from: 0, to: network.spec.encoder.length }): Units {
  const activation = activationAfter(network.spec.encoder.slice(span.from, span.to))
  const [visible, hidden] = [unitKindOf(network.output), unitKindOf(activation)]
  if (visible && hidden) return { visible, hidden }
  throw new DiaboloError('E_SPEC', {
    at: `layer ${span.from} of "${network.spec.recipe}"`,
    expected: 'sigmoid (units that are on or off) or linear (Gaussian units) on both sides of a Boltzmann machine',
    found: `"${network.output}" on the visible side, "${activation}" on the hidden one`,
    hint: 'set both nonlinearities to sigmoid or linear, or train the layer by gradients',
  })
}

function requireMachine({ depth, parameters }: Network, { recipe, encoder }: Spec, { from, to }: Span): void {
  const layer = encoder[from]
  if (depth === 1 && layer?.type === 'dense' && parameters.length === 3) return
  throw new DiaboloError('E_SPEC', {
    at: `spec.phases, layers ${from} … ${to} of "${recipe}"`,
    expected: 'one dense layer, with a dense layer that mirrors it',
    found: depth === 1 ? `"${layer?.type}"` : `${depth} layers`,
    hint: 'give every layer a phase of its own: layers { from: i, to: i + 1 }',
  })
}

/**
 * A step of contrastive divergence: with v⁰ the data, h⁰ = E[h | v⁰], and vᵏ, hᵏ what k turns of Gibbs sampling make of it,
 *
 *   ∂/∂W = ⟨vᵏᵀ hᵏ⟩ − ⟨v⁰ᵀ h⁰⟩ + λ W,  ∂/∂c = ⟨hᵏ⟩ − ⟨h⁰⟩,  ∂/∂b = ⟨vᵏ⟩ − ⟨v⁰⟩
 *
 * go to the optimizer. Hidden units are drawn; visible ones, and the last hidden ones, are means. Persistent chains begin at
 * the hidden states of the step before, not at the data. The loss that is told is the squared error of one reconstruction:
 * the likelihood cannot be computed.
 *
 * @see Hinton (2002); Tieleman (2008); Hinton, A Practical Guide to Training Restricted Boltzmann Machines (2010)
 */
export function emitContrast(
  network: Network,
  phase: ContrastSpec,
  { target, noise, state, scalars }: StepInputs,
): Step {
  const { builder } = target
  const v0 = network.columns ? emitFilled(target) : target
  const { hidden } = unitsOf(network, phase.layers)
  const parameters = parametersOf(network, state)
  const draw = (mean: Value, turn: number): Value => {
    const [first, second] = (noise ?? []).map((rows) => turnOf(rows, turn)) as [Value, Value]
    return builder.within('noise', () => emitSample(hidden, mean, first, second))
  }
  const visibleOf = (h: Value) => network.decode(h, parameters).output
  const hiddenOf = (v: Value) => network.encode(v, parameters)

  const h0 = hiddenOf(v0)
  let h = phase.persistent ? (state[CHAINS] as Value) : draw(h0, 0)
  let reconstruction = phase.persistent ? visibleOf(h0) : undefined
  let visible = v0
  let mean = h0
  for (let turn = 0; turn < phase.gibbsSteps; turn++) {
    visible = visibleOf(h)
    reconstruction ??= visible
    mean = hiddenOf(visible)
    const drawn = phase.persistent ? turn : turn + 1
    if (phase.persistent || turn + 1 < phase.gibbsSteps) h = draw(mean, drawn)
  }

  const activation = reduceMean(h0, { axes: [0] })
  const error = sub(reconstruction as Value, v0)
  const loss = builder.within('loss', () => reduceMean(mul(error, error)))
  const contrast = { data: { v: v0, h: h0 }, chains: { v: visible, h: mean } }
  const gradients = builder.within('backward', () => emitGradients(network, phase, parameters, contrast, activation))
  const next = emitUpdates(network, phase, gradients, { state, scalars })
  return {
    loss,
    meters: metersOf(phase, activation),
    next: phase.persistent ? { ...next, [CHAINS]: h } : next,
  }
}

interface Statistics {
  /** float32 [rows, visible] and [rows, hidden] */
  readonly v: Value
  readonly h: Value
}

/** One gradient for each parameter, in the network's order: the encoder's weight and bias, the decoder's bias. */
function emitGradients(
  network: Network,
  { penalties, weightDecay }: ContrastSpec,
  parameters: Values,
  { data, chains }: { readonly data: Statistics; readonly chains: Statistics },
  activation: Value,
): Value[] {
  const [weight, hiddenBias] = network.parameters.map(({ name }) => parameters[name] as Value) as [Value, Value]
  const products = ({ v, h }: Statistics) => gemm(v, h, { transA: true, alpha: 1 / rowsOf(v) })
  const mean = (x: Value) => reduceMean(x, { axes: [0] })
  const contrast = sub(products(chains), products(data))
  const gradients = [
    weightDecay > 0 ? add(contrast, mul(weight, weightDecay)) : contrast,
    sub(mean(chains.h), mean(data.h)),
    sub(mean(chains.v), mean(data.v)),
  ]
  if (penalties.length === 0) return gradients
  const penalty = penalties.map((each) => emitPenalty(each, activation)).reduce((sum, each) => add(sum, each))
  grad(penalty, [weight, hiddenBias]).forEach((own, i) => {
    gradients[i] = add(gradients[i] as Value, own)
  })
  return gradients
}

const rowsOf = ({ shape }: Value) => shape[0] as number

/** [turns, rows, units] at one turn. */
const turnOf = (rows: Value, turn: number): Value => {
  const [, count, units] = rows.shape as readonly number[]
  return reshape(slice(rows, { axis: 0, from: turn, to: turn + 1 }), [count as number, units as number])
}
