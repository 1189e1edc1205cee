import { rng } from '../base/random.js'
import type { Tensor } from '../base/tensor.js'
import { buildMachine, unitsOf } from '../compile/contrast.js'
import { compileEnergy, compileGibbs } from '../compile/energy.js'
import { type Dataset, dataset } from '../data/dataset.js'
import { type UnitKind, unitOf } from '../nn/boltzmann.js'
import { floats } from '../runtime/floats.js'
import type { Resident, Runtime } from '../runtime/types.js'
import { rowsPerRun, runInBatches } from '../train/batches.js'
import type { Autoencoder } from './autoencoder.js'
import type { Rows } from './faces.js'
import { sharedRuntime } from './platform.js'

interface On {
  readonly runtime?: Runtime
}

/**
 * The free energy of each sample under a restricted Boltzmann machine, up to a constant: low for what it finds likely.
 *
 * @returns float32 [rows], nats
 * @throws E_SPEC when the model is not one; E_SHAPE when the data does not fit it
 */
export async function freeEnergy(
  model: Autoencoder,
  data: Dataset | Float32Array | Uint8Array,
  { runtime }: On = {},
): Promise<Float32Array> {
  const machine = buildMachine(model.spec)
  const samples =
    data instanceof Float32Array || data instanceof Uint8Array ? dataset(data, { shape: [machine.width] }) : data
  const session = await (runtime ?? (await sharedRuntime())).open(compileEnergy(machine, model.parameters, samples))
  try {
    const run = { session, inputs: { input: samples }, rowsPerRun: rowsPerRun(machine) }
    return (await runInBatches(run, ['energy'])).energy
  } finally {
    await session.close()
  }
}

export interface DreamOptions extends On {
  /** Chains, each of which gives one sample. */
  readonly rows?: number
  /** Samples at which chains begin, as many as there are; at random hidden states when left out. */
  readonly from?: Dataset
  /** How often each chain's units are drawn in turn. */
  readonly turns?: number
  readonly seed?: number
}

/**
 * What a restricted Boltzmann machine dreams up: where Gibbs chains arrive.
 *
 * @returns float32 [rows, ...sample]: the means of the visible units
 * @throws E_SPEC when the model is not such a machine
 */
export async function dream(
  model: Autoencoder,
  { from, rows = from?.rows ?? 16, turns = 1000, seed = 0, runtime }: DreamOptions = {},
): Promise<Rows> {
  const machine = buildMachine(model.spec)
  const units = machine.codeShape[0] as number
  const kinds = unitsOf(machine)
  const random = rng(seed, 'dream')
  const noise = (kind: UnitKind, width: number): Tensor => ({
    dtype: 'float32',
    shape: [rows, width],
    data: Float32Array.from({ length: rows * width }, () => unitOf(kind).draw(random)),
  })
  const turnNoise = () => ({
    'visible/first': noise(kinds.visible, machine.width),
    'visible/second': noise(kinds.visible, machine.width),
    'hidden/first': noise(kinds.hidden, units),
    'hidden/second': noise(kinds.hidden, units),
  })
  const on = runtime ?? (await sharedRuntime())
  const session = await on.open(compileGibbs(machine, model.parameters))
  try {
    let hidden: Tensor | Resident = from
      ? { dtype: 'float32', shape: [rows, units], data: (await model.encode(from)).data }
      : atRandom(kinds.hidden, noise(kinds.hidden, units))
    for (let turn = 1; ; turn++) {
      const result = await session.run({ hidden, ...turnNoise() }, ['next'])
      if ('id' in hidden) on.release([hidden])
      hidden = result.kept.next as Resident
      if (turn < turns) continue
      on.release([hidden])
      return { shape: [rows, ...model.spec.input], data: floats(result, 'visible') }
    }
  } finally {
    await session.close()
  }
}

/** Hidden states from noise: a uniform number, rounded, is a unit that is on or off. */
const atRandom = (kind: UnitKind, noise: Tensor): Tensor =>
  kind === 'bernoulli' ? ({ ...noise, data: (noise.data as Float32Array).map(Math.round) } as Tensor) : noise
