import { type Rng, rng } from '../base/random.js'
import type { Tensor } from '../base/tensor.js'
import { unitsOf } from '../compile/contrast.js'
import { NOISE_ROWS } from '../compile/epoch.js'
import type { Network } from '../compile/network.js'
import type { DescendSpec, SteppedSpec } from '../compile/spec.js'
import { noiseNeed } from '../compile/step.js'
import { unitOf } from '../nn/boltzmann.js'
import { BANK_ROWS, noiseBank, noiseRows } from '../nn/corruption.js'

/** The rows of noise that a phase takes, float32 [bank, width]; nothing where it takes none. */
export function bankTensor(network: Network, phase: SteppedSpec, seed: number): Tensor<'float32'> | undefined {
  const need = noiseNeed(network, phase, phase.batchSize)
  if (!need) return undefined
  const { width } = need
  const bank = (data: Float32Array): Tensor<'float32'> => ({
    dtype: 'float32',
    shape: [data.length / width, width],
    data,
  })
  if (phase.kind === 'descend')
    return phase.corruption && bank(noiseBank(phase.corruption, width, seed, 'train', columnsOf(network, phase)))
  const { draw } = unitOf(unitsOf(network, phase.layers).hidden)
  const random = rng(seed, 'gibbs', phase.name)
  return bank(Float32Array.from({ length: BANK_ROWS * width }, () => draw(random)))
}

/** A code has no columns, whatever the sample's are. */
const columnsOf = ({ columns }: Network, { corruption }: DescendSpec) =>
  corruption?.at === 'code' ? undefined : columns

/** Steps that are taken one after another. */
export interface Steps {
  readonly seed: number
  /** From 1. */
  readonly epoch: number
  /** Steps of the phase that were taken before. */
  readonly step: number
  /** The numbers of their samples in the whole set, as many for each step. */
  readonly samples: Int32Array
  readonly batch: number
}

/** Where steps find their noise, by the inputs that take it: int32 [steps, …]. */
export function noiseLists(
  network: Network,
  phase: SteppedSpec,
  steps: Steps,
): Readonly<Record<string, Tensor<'int32'>>> {
  const need = noiseNeed(network, phase, steps.batch)
  if (!need) return {}
  const shape = [steps.samples.length / steps.batch, ...need.picks]
  const size = shape.reduce((product, length) => product * length, 1)
  const lists = NOISE_ROWS.map((name) => [name, { dtype: 'int32', shape, data: new Int32Array(size) }] as const)
  let at = 0
  for (const pair of pairsOf(phase, steps, need.picks)) {
    for (const [i, [, { data }]] of lists.entries()) data[at] = pair[i] as number
    at++
  }
  return Object.fromEntries(lists)
}

type Pair = readonly [number, number]

/**
 * A sample's noise belongs to it, and so do the chains that start at it; a chain that goes on from step to step has its own
 * by its place.
 */
function* pairsOf(phase: SteppedSpec, { seed, epoch, step, samples, batch }: Steps, picks: readonly number[]) {
  if (phase.kind === 'descend') {
    const { corruption } = phase
    for (const sample of samples) yield corruption ? noiseRows(corruption, seed, epoch, sample) : ([0, 0] as Pair)
    return
  }
  const [turns = 1, rows = batch] = picks
  for (let first = 0; first < samples.length; first += batch) {
    const chains = Array.from(
      { length: rows },
      (_, row): Rng =>
        phase.persistent
          ? rng(seed, 'chain', phase.name, step + first / batch, row)
          : rng(seed, 'turns', phase.name, epoch, samples[first + row] as number),
    )
    for (let turn = 0; turn < turns; turn++) {
      for (const random of chains) yield [random.int(BANK_ROWS), random.int(BANK_ROWS)] as Pair
    }
  }
}
