import { sizeOf } from '../base/shape.js'
import type { Tensor } from '../base/tensor.js'
import type { Network, Parameters } from '../compile/network.js'
import type { DescendSpec } from '../compile/spec.js'
import { stateOf } from '../compile/step.js'
import { orderOf } from '../data/order.js'
import { bankTensor, noiseLists } from './noise.js'
import { scalarLists } from './step-lists.js'

/** Numbers that a list may hold: 64 MiB of them. */
const MOST_LISTED = 2 ** 24

export interface TrainingPlan {
  readonly network: Network
  readonly phase: DescendSpec
  /** Parameters to begin from; the optimizer begins with nothing remembered. */
  readonly start: Parameters
  readonly seed: number
  /** Of the training data. */
  readonly rows: number
}

/**
 * What a whole phase feeds its graph beside the data: where it starts, and for each of its steps the optimizer's numbers,
 * the samples of its batch and their noise. A batch has one size in a graph, so what is left over at an epoch's end has no
 * step here. Lists of more than 16 million numbers are left out, and are then the caller's to make.
 */
export function trainingFeeds({ network, phase, start, seed, rows }: TrainingPlan): Record<string, Tensor> {
  const { batchSize: batch, epochs } = phase
  const bank = bankTensor(network, phase, seed)
  const [whole, all] = [Math.floor(rows / batch), Math.ceil(rows / batch)]
  const steps = epochs * whole
  const counted = () => Array.from({ length: steps }, (_, i) => Math.floor(i / whole) * all + (i % whole))
  const state = stateOf(network, phase).map(({ name, shape }): [string, Tensor] => [
    name,
    start[name] ?? { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) },
  ])
  return {
    ...Object.fromEntries(state),
    ...(steps <= MOST_LISTED && scalarLists(phase, counted(), epochs * all)),
    ...(steps * batch <= MOST_LISTED && visits(network, phase, { seed, rows, perEpoch: whole * batch })),
    ...(bank && { bank }),
  }
}

/** The samples of every step, and where they find their noise. */
function visits(
  network: Network,
  descent: DescendSpec,
  { seed, rows, perEpoch }: { readonly seed: number; readonly rows: number; readonly perEpoch: number },
): Record<string, Tensor> {
  const { batchSize: batch, epochs, name: phase, shuffle } = descent
  const shape = [(epochs * perEpoch) / batch, batch]
  const lists: Record<string, Tensor<'int32'>> = {}
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const visit = { rows, buffer: rows, ...(shuffle && { shuffle: { seed, phase, epoch } }) }
    const samples = orderOf(visit).subarray(0, perEpoch)
    const noise = noiseLists(network, descent, { seed, epoch, step: 0, samples, batch })
    const order = { dtype: 'int32', shape, data: samples } as const
    for (const [list, { data }] of Object.entries({ order, ...noise })) {
      const all = lists[list] ?? { dtype: 'int32', shape, data: new Int32Array(epochs * perEpoch) }
      all.data.set(data, (epoch - 1) * perEpoch)
      lists[list] = all
    }
  }
  return lists
}
