import { z } from 'zod'
import type { Value } from '../graph/types.js'
import { add, div, mul, sqrt, sub } from '../ops/index.js'

const rate = z.number().positive()
const decay = z.number().min(0).lt(1)

export const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('adam'),
    learningRate: rate.default(0.001),
    beta1: decay.default(0.9),
    beta2: decay.default(0.999),
    epsilon: z.number().positive().default(1e-8),
    /** What of each weight goes with each step, times the learning rate; biases keep all of theirs. */
    weightDecay: z.number().min(0).optional(),
  }),
  z.strictObject({
    name: z.literal('sgd'),
    learningRate: rate.default(0.01),
    momentum: decay.default(0),
    /** What of each weight is added to its gradient, as of a penalty λ/2 ‖p‖²; biases are left alone. */
    weightDecay: z.number().min(0).optional(),
  }),
])

export type OptimizerSpec = z.infer<typeof optimizerSchema>

/** One parameter with all that an update looks at, in the graph. */
export interface Update {
  readonly parameter: Value
  readonly gradient: Value
  /** Whether weight decay is meant for it: for weights, not for biases. */
  readonly decays: boolean
  /** This parameter's slots, by name. */
  readonly slots: Readonly<Record<string, Value>>
  /** This step's numbers from `scalars`, by name, each float32 []. */
  readonly scalars: Readonly<Record<string, Value>>
}

export interface Updated {
  readonly parameter: Value
  readonly slots: Readonly<Record<string, Value>>
}

/** An update rule: what it remembers per parameter, what the host computes per step, and what it emits. */
export interface Optimizer<S> {
  /** Tensors kept per parameter, of its shape, zero at first. */
  readonly slots: (spec: S) => readonly string[]
  /**
   * Numbers that depend on the step alone, computed outside the graph in float64.
   *
   * @param rate  the learning rate at this step
   * @param t     steps taken so far by this optimizer, from 1
   */
  readonly scalars: (spec: S, rate: number, t: number) => Readonly<Record<string, number>>
  readonly emit: (spec: S, update: Update) => Updated
}

type SpecOf<K> = Extract<OptimizerSpec, { name: K }>

/**
 * Adam (Kingma & Ba 2015) with its constants folded. With m̃ₜ = mₜ/(1−β₁) and ṽₜ = vₜ/(1−β₂),
 *
 *   m̃ ← β₁ m̃ + g,  ṽ ← β₂ ṽ + g²,  p ← p − a m̃ / (√ṽ + e)
 *
 * is Adam when c = √((1−β₂)/(1−β₂ᵗ)), a = rate (1−β₁) / ((1−β₁ᵗ) c) and e = ε/c: nine passes over memory, not fourteen.
 *
 * Weight decay is decoupled from the gradient (AdamW, Loshchilov & Hutter 2019): p loses rate λ p beside.
 */
const adam: Optimizer<SpecOf<'adam'>> = {
  slots: () => ['m', 'v'],
  scalars: ({ beta1, beta2, epsilon, weightDecay = 0 }, rate, t) => {
    const c = Math.sqrt((1 - beta2) / (1 - beta2 ** t))
    const stepSize = (rate * (1 - beta1)) / ((1 - beta1 ** t) * c)
    return { stepSize, epsilon: epsilon / c, ...(weightDecay > 0 && { decay: rate * weightDecay }) }
  },
  emit: ({ beta1, beta2 }, { parameter, gradient: g, decays, slots, scalars }) => {
    const m = add(mul(slots.m as Value, beta1), g)
    const v = add(mul(slots.v as Value, beta2), mul(g, g))
    const step = div(mul(m, scalars.stepSize as Value), add(sqrt(v), scalars.epsilon as Value))
    const lost = decays && scalars.decay ? add(step, mul(parameter, scalars.decay)) : step
    return { parameter: sub(parameter, lost), slots: { m, v } }
  },
}

/** Stochastic gradient descent with classical momentum, as PyTorch has it: u ← μ u + g + λ p,  p ← p − rate u. */
const sgd: Optimizer<SpecOf<'sgd'>> = {
  slots: ({ momentum }) => (momentum > 0 ? ['u'] : []),
  scalars: (_, rate) => ({ rate }),
  emit: ({ momentum, weightDecay = 0 }, { parameter, gradient, decays, slots, scalars }) => {
    const g = decays && weightDecay > 0 ? add(gradient, mul(parameter, weightDecay)) : gradient
    const u = slots.u ? add(mul(slots.u, momentum), g) : g
    return { parameter: sub(parameter, mul(u, scalars.rate as Value)), slots: slots.u ? { u } : {} }
  },
}

const OPTIMIZERS: { readonly [K in OptimizerSpec['name']]: Optimizer<SpecOf<K>> } = { adam, sgd }

export const optimizerOf = (spec: OptimizerSpec): Optimizer<OptimizerSpec> =>
  OPTIMIZERS[spec.name] as Optimizer<OptimizerSpec>
