import { buildNetwork, initialParameters, type Network, type Parameters } from '../compile/network.js'
import type { DescendSpec } from '../compile/spec.js'
import { type Dataset, toTensor } from '../data/dataset.js'
import type { Resident, Runtime } from '../runtime/types.js'
import { encodeDataset } from './codes.js'
import { corrupt } from './corrupt.js'
import { type Descent, descend } from './descend.js'
import type { EpochRecord, FitEvent } from './events.js'
import { Gauge } from './measure.js'
import { solve } from './solve.js'
import { requireWidth } from './validate.js'

export interface FitOptions {
  /** Decides every random draw: starting weights, orders, noise. */
  readonly seed?: number
  /** Data to measure after every epoch; never trained on. */
  readonly validation?: Dataset
  /** Ends training early; the model keeps what it learned so far. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: FitEvent) => void
}

/** What came of a fit. */
export interface FitResult {
  readonly parameters: Parameters
  readonly history: readonly EpochRecord[]
  readonly steps: number
  /** Seconds spent in training steps. */
  readonly seconds: number
  readonly stopped: 'finished' | 'aborted' | 'diverged'
  /** The step whose loss was not finite. */
  readonly divergedAt?: number
}

/** Runs the phases of a network's spec one after another, each from where the one before it ended. */
export async function runPhases(
  runtime: Runtime,
  network: Network,
  data: Dataset,
  options: FitOptions = {},
): Promise<FitResult> {
  const { seed = 0, validation, signal } = options
  requireWidth(data, network.width, 'training data')
  if (validation) requireWidth(validation, network.width, 'validation data')
  const samples = new Samples(runtime, data)

  let parameters = initialParameters(network, seed)
  const history: EpochRecord[] = []
  let steps = 0
  let seconds = 0
  let divergedAt: number | undefined
  try {
    for (const phase of network.spec.phases) {
      if (signal?.aborted || divergedAt !== undefined) break
      if (phase.kind === 'solve') {
        parameters = await solve({ runtime, network, data, resident: await samples.resident() }, phase)
        continue
      }
      const descent = await runDescent(samples, phase, network, parameters, options)
      parameters = { ...parameters, ...descent.parameters }
      history.push(...descent.history)
      steps += descent.steps
      seconds += descent.seconds
      divergedAt = descent.divergedAt
    }
  } finally {
    samples.release()
  }
  const stopped = divergedAt !== undefined ? 'diverged' : signal?.aborted ? 'aborted' : 'finished'
  return { parameters, history, steps, seconds, stopped, ...(divergedAt !== undefined && { divergedAt }) }
}

/** One phase, on the whole network or on some of its layers, fed with what the layers before them make of the samples. */
async function runDescent(
  samples: Samples,
  phase: DescendSpec,
  whole: Network,
  parameters: Parameters,
  { seed = 0, validation, signal, onEvent }: FitOptions,
): Promise<Descent> {
  const { runtime } = samples
  const network = phase.layers ? buildNetwork(whole.spec, phase.layers) : whole
  const codesOf = (data: Dataset, layers: number) =>
    layers > 0 ? encodeDataset(runtime, whole, parameters, data, layers) : data
  const from = phase.layers?.from ?? 0
  const data = await codesOf(samples.data, from)
  const resident = from > 0 ? await runtime.put(toTensor(data)) : await samples.resident()
  const target = validation && (await codesOf(validation, from))
  const input = target && phase.corruption ? corrupt(target, phase.corruption, { seed }) : target
  const gauge = target && input && (await Gauge.open(runtime, network, 'fed', { input, target }))
  try {
    return await descend(
      {
        runtime,
        network,
        data,
        resident,
        seed,
        signal,
        onEvent,
        validate:
          gauge &&
          (async (state) => {
            const entries = network.parameters.map(({ name }) => [name, state[name] as Resident])
            return (await gauge.measure(Object.fromEntries(entries))).mse
          }),
      },
      phase,
      parameters,
    )
  } finally {
    if (from > 0) runtime.release([resident])
    await gauge?.close()
  }
}

/** The training data, brought to the runtime's side when first needed there. */
class Samples {
  readonly runtime: Runtime
  readonly data: Dataset
  #resident: Promise<Resident> | undefined

  constructor(runtime: Runtime, data: Dataset) {
    this.runtime = runtime
    this.data = data
  }

  resident(): Promise<Resident> {
    this.#resident ??= this.runtime.put(toTensor(this.data))
    return this.#resident
  }

  release(): void {
    void this.#resident?.then((resident) => this.runtime.release([resident]))
  }
}
