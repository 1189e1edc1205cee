import { type Rng, rng } from '../base/random.js'
import { unitsOf } from '../compile/contrast.js'
import type { Network } from '../compile/network.js'
import type { ContrastSpec, SteppedSpec } from '../compile/spec.js'
import { noiseNeed } from '../compile/step.js'
import { unitOf } from '../nn/boltzmann.js'
import { BANK_ROWS, noiseBank, noiseRows } from '../nn/corruption.js'

/** Row numbers of the noise bank, `first` and `second` of each pair, for steps that are taken one after another. */
export interface Picks {
  /** [steps, …] */
  readonly shape: readonly number[]
  readonly first: Int32Array
  readonly second: Int32Array
}

/** Which steps: their samples, as many in each, and where they stand in the phase. */
export interface Steps {
  readonly samples: Int32Array
  readonly batch: number
  /** From 1. */
  readonly epoch: number
  /** Steps of the phase that were taken before. */
  readonly step: number
}

export interface NoiseSource {
  /** float32 [rows, width] */
  readonly bank: { readonly rows: number; readonly width: number; readonly values: Float32Array }
  readonly picks: (steps: Steps) => Picks
}

/** The noise that a phase trains with, if it does: a pure function of the seed, and of the epoch, the sample and the step. */
export function noiseSource(network: Network, phase: SteppedSpec, seed: number): NoiseSource | undefined {
  const need = noiseNeed(network, phase, phase.batchSize)
  if (!need) return undefined
  const values =
    phase.kind === 'contrast'
      ? drawBank(unitOf(unitsOf(network, phase.layers).hidden).draw, need.width, rng(seed, 'gibbs', phase.name))
      : noiseBank(phase.corruption as NonNullable<typeof phase.corruption>, need.width, seed, 'train')
  return {
    bank: { rows: values.length / need.width, width: need.width, values },
    picks: (steps) => pick(network, phase, seed, steps),
  }
}

function pick(network: Network, phase: SteppedSpec, seed: number, { samples, batch, epoch, step }: Steps): Picks {
  const trips = samples.length / batch
  const shape = [trips, ...(noiseNeed(network, phase, batch)?.picks ?? [])]
  const size = shape.reduce((product, length) => product * length, 1)
  const [first, second] = [new Int32Array(size), new Int32Array(size)]
  const perStep = size / trips
  const put = (at: number, [a, b]: readonly [number, number]) => {
    first[at] = a
    second[at] = b
  }
  if (phase.kind === 'descend') {
    const { corruption } = phase
    if (corruption)
      samples.forEach((sample, i) => {
        put(i, noiseRows(corruption, seed, epoch, sample))
      })
    return { shape, first, second }
  }
  const rows = perStep / phase.gibbsSteps
  for (let trip = 0; trip < trips; trip++) {
    for (let row = 0; row < rows; row++) {
      const random = turns(phase, seed, { epoch, step: step + trip, row, sample: samples[trip * batch + row] })
      for (let turn = 0; turn < phase.gibbsSteps; turn++) {
        put(trip * perStep + turn * rows + row, [random.int(BANK_ROWS), random.int(BANK_ROWS)])
      }
    }
  }
  return { shape, first, second }
}

interface Place {
  readonly epoch: number
  readonly step: number
  readonly row: number
  readonly sample: number | undefined
}

/** A chain that starts at a sample belongs to it; one that goes on belongs to its place among the chains. */
const turns = ({ name, persistent }: ContrastSpec, seed: number, { epoch, step, row, sample = 0 }: Place): Rng =>
  persistent ? rng(seed, 'chain', name, step, row) : rng(seed, 'turns', name, epoch, sample)

function drawBank(draw: (random: Rng) => number, width: number, random: Rng): Float32Array {
  return Float32Array.from({ length: BANK_ROWS * width }, () => draw(random))
}
