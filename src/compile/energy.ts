import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import type { Graph, Value } from '../graph/types.js'
import { emitSample } from '../nn/boltzmann.js'
import { add, matmul, mul, reduceSum, softplus, sub } from '../ops/index.js'
import { type Units, unitsOf } from './contrast.js'
import { load, type StoredAs } from './epoch.js'
import { place } from './inference.js'
import { lower } from './lowering/index.js'
import type { Network, Parameters } from './network.js'

/**
 * The free energy of samples, −ln Σₕ exp(−E(v, h)) up to a constant, in nats: low for what the machine finds likely. With
 * x = v W + c,
 *
 *   F(v) = −v·b − Σⱼ softplus(xⱼ)   for Bernoulli units;  ½‖v − b‖² stands for −v·b where visible units are Gaussian,
 *                                   ½ xⱼ² for softplus(xⱼ) where hidden ones are
 *
 * input:   input [batch, width], as stored
 * output:  energy float32 [batch]
 *
 * @see Hinton, A Practical Guide to Training Restricted Boltzmann Machines (2010), section 16
 */
export function energyGraph(machine: Network, parameters: Parameters, stored: StoredAs): Graph {
  const { visible, hidden } = unitsOf(machine)
  const builder = new GraphBuilder()
  const v = load(builder.input('input', { dtype: stored.dtype, shape: ['batch', machine.width] }), stored)
  const values = place(builder, machine, parameters)
  const [weight, hiddenBias, bias] = machine.parameters.map(({ name }) => values[name]) as [Value, Value, Value]
  const x = add(matmul(v, weight), hiddenBias)
  const within = hidden === 'bernoulli' ? softplus(x) : mul(mul(x, x), 0.5)
  const distance = sub(v, bias)
  const own = visible === 'bernoulli' ? mul(mul(v, bias), -1) : mul(mul(distance, distance), 0.5)
  return builder.build({ energy: sub(reduceSum(own, { axes: [1] }), reduceSum(within, { axes: [1] })) })
}

/**
 * One turn of Gibbs sampling.
 *
 * inputs:   hidden float32 [batch, units]; what is drawn with, two numbers of the bank for each unit: `visible/first` and
 *           `visible/second` float32 [batch, width], `hidden/first` and `hidden/second` float32 [batch, units]
 * outputs:  visible float32 [batch, width], means; next float32 [batch, units], drawn
 */
export function gibbsGraph(machine: Network, parameters: Parameters): Graph {
  const units = machine.codeShape[0] as number
  const builder = new GraphBuilder()
  const rows = (name: string, width: number) => builder.input(name, { dtype: 'float32', shape: ['batch', width] })
  const values = place(builder, machine, parameters)
  const kinds = unitsOf(machine)
  const draw = (side: keyof Units, mean: Value, width: number) =>
    emitSample(kinds[side], mean, rows(`${side}/first`, width), rows(`${side}/second`, width))
  const visible = machine.decode(rows('hidden', units), values).output
  const next = draw('hidden', machine.encode(draw('visible', visible, machine.width), values), units)
  return builder.build({ visible, next })
}

export const compileEnergy = (machine: Network, parameters: Parameters, stored: StoredAs): Uint8Array =>
  encode(lower(energyGraph(machine, parameters, stored)), 'energy')

export const compileGibbs = (machine: Network, parameters: Parameters): Uint8Array =>
  encode(lower(gibbsGraph(machine, parameters)), 'gibbs')
