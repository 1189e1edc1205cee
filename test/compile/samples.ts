import { buildNetwork, initialParameters, type Network } from '../../src/compile/network.js'
import { type DescendSpec, parseSpec, type Spec } from '../../src/compile/spec.js'
import { emitStep, stateOf } from '../../src/compile/step.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { toArray64 } from '../../src/graph/interpret.js'
import type { Array64, Graph, Value } from '../../src/graph/types.js'
import type { ActivationName } from '../../src/nn/activations.js'
import type { LossSpec } from '../../src/nn/losses.js'
import { type OptimizerSpec, optimizerOf } from '../../src/nn/optimizers.js'
import { array, Draw } from '../arrays.js'

export const WIDTH = 12

export interface SampleOptions {
  readonly loss?: LossSpec['type']
  readonly activation?: ActivationName
  readonly optimizer?: OptimizerSpec['name']
  readonly shape?: readonly number[]
}

export interface Sample {
  readonly spec: Spec
  readonly network: Network
  readonly phase: DescendSpec
}

/** A small network of four layers, 12–8–5–8–12, and how it is trained. */
export function sample({
  loss = 'mse',
  activation = 'sigmoid',
  optimizer = 'adam',
  shape = [WIDTH],
}: SampleOptions = {}): Sample {
  const dense = (units: number) => ({ type: 'dense', units, activation })
  const spec = parseSpec({
    format: 'diabolo/1',
    recipe: 'sample',
    preset: 'default',
    input: shape,
    encoder: [dense(8), dense(5)],
    decoder: [dense(8), { type: 'dense', units: WIDTH }],
    output: 'sigmoid',
    phases: [
      {
        kind: 'descend',
        epochs: 1,
        batchSize: 4,
        loss: { type: loss },
        optimizer:
          optimizer === 'adam'
            ? { name: 'adam', learningRate: 0.01 }
            : { name: 'sgd', learningRate: 0.1, momentum: 0.5 },
      },
    ],
  })
  const [phase] = spec.phases
  if (phase?.kind !== 'descend') throw new Error('the first phase follows gradients')
  return { spec, network: buildNetwork(spec), phase }
}

/** The state a phase starts from, as if some steps had been taken: what the optimizer remembers is not zero. */
export function startOf({ network, phase }: Sample): Record<string, Array64> {
  const draw = new Draw('state')
  const parameters = initialParameters(network, 1)
  const entries = stateOf(network, phase).map(({ name, shape }) => {
    const known = parameters[name]
    const bias = shape.length === 1
    if (known && !bias) return [name, toArray64(known)] as const
    return [
      name,
      name.startsWith('adam.v') ? draw.within(0.001, 0.01, ...shape) : draw.within(-0.1, 0.1, ...shape),
    ] as const
  })
  return Object.fromEntries(entries)
}

/** The optimizer's numbers at some step, rounded as they are when they are fed. */
export function scalarsAt({ phase: { optimizer } }: Sample, t: number): Record<string, number> {
  const numbers = optimizerOf(optimizer).scalars(optimizer, optimizer.learningRate, t)
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Math.fround(value)]))
}

/** One training step as a graph of its own, with numbers to feed it. */
export function stepOf(each: Sample, batch: number): { graph: Graph; feeds: Array64[] } {
  const { network, phase } = each
  const start = startOf(each)
  const numbers = scalarsAt(each, 3)
  const builder = new GraphBuilder()
  const inputs = (names: readonly string[], shapeOf: (name: string) => readonly number[]) =>
    Object.fromEntries(names.map((name) => [name, builder.input(name, { dtype: 'float32', shape: shapeOf(name) })]))
  const x = builder.input('x', { dtype: 'float32', shape: [batch, WIDTH] })
  const state = inputs(Object.keys(start), (name) => start[name]?.shape ?? [])
  const scalars = inputs(Object.keys(numbers), () => [])
  const { loss, next } = emitStep(network, phase, { target: x, state, scalars })
  const named = Object.entries(next).map(([name, value]): [string, Value] => [`${name}.next`, value])
  return {
    graph: builder.build({ loss, ...Object.fromEntries(named) }),
    feeds: [
      new Draw('batch').within(0, 1, batch, WIDTH),
      ...Object.values(start),
      ...Object.values(numbers).map((value) => array('float32', [], [value])),
    ],
  }
}
