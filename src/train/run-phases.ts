import { buildNetwork, initialParameters, type Network, type Parameters } from '../compile/network.js'
import type { DescendSpec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import type { RowStream } from '../data/row-stream.js'
import type { Resident, Runtime } from '../runtime/types.js'
import { encodeDataset } from './codes.js'
import { corrupt } from './corrupt.js'
import { type Descent, descend } from './descend.js'
import type { EpochRecord, FitEvent } from './events.js'
import type { Feed } from './feed.js'
import { Gauge } from './measure.js'
import { openCodes, openFeed } from './open-feed.js'
import { solve } from './solve.js'
import { requireBuffer, requireWidth } from './validate.js'

export interface FitOptions {
  /** Decides every random draw: starting weights, orders, noise. */
  readonly seed?: number
  /** Data to measure after every epoch; never trained on. */
  readonly validation?: Dataset
  /**
   * How many rows are shuffled with one another: all of them for data in memory, what fits 32 MiB for a stream. With the
   * same number, the order, and so what is learned, is the same for both (phases that are fed codes: but for last bits).
   */
  readonly buffer?: number
  /** Ends training early; the model keeps what it learned so far. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: FitEvent) => void
}

/** What came of a fit. */
export interface FitResult {
  readonly parameters: Parameters
  readonly history: readonly EpochRecord[]
  readonly steps: number
  /** Seconds spent in training steps and in waiting for samples. */
  readonly seconds: number
  readonly stopped: 'finished' | 'aborted' | 'diverged'
  /** The step whose loss was not finite. */
  readonly divergedAt?: number
}

/** Runs the phases of a network's spec one after another, each from where the one before it ended. */
export async function runPhases(
  runtime: Runtime,
  network: Network,
  data: Dataset | RowStream,
  options: FitOptions = {},
): Promise<FitResult> {
  const { seed = 0, validation, signal, buffer } = options
  requireWidth(data, network.width, 'training data')
  if (validation) requireWidth(validation, network.width, 'validation data')
  if (buffer !== undefined) requireBuffer(buffer)
  const feed = openFeed(runtime, data, options)

  let parameters = initialParameters(network, seed)
  const history: EpochRecord[] = []
  let steps = 0
  let seconds = 0
  let divergedAt: number | undefined
  try {
    for (const phase of network.spec.phases) {
      if (signal?.aborted || divergedAt !== undefined) break
      if (phase.kind === 'solve') {
        parameters = (await solve({ runtime, network, feed }, phase)) ?? parameters
        continue
      }
      const descent = await runDescent({ runtime, data, feed }, phase, network, parameters, options)
      parameters = { ...parameters, ...descent.parameters }
      history.push(...descent.history)
      steps += descent.steps
      seconds += descent.seconds
      divergedAt = descent.divergedAt
    }
  } finally {
    await feed.close()
  }
  const stopped = divergedAt !== undefined ? 'diverged' : signal?.aborted ? 'aborted' : 'finished'
  return { parameters, history, steps, seconds, stopped, ...(divergedAt !== undefined && { divergedAt }) }
}

interface Training {
  readonly runtime: Runtime
  readonly data: Dataset | RowStream
  /** The same data, on its way to the runtime's side. */
  readonly feed: Feed
}

/** One phase, on the whole network or on some of its layers, fed with what the layers before them make of the samples. */
async function runDescent(
  { runtime, data, feed }: Training,
  phase: DescendSpec,
  whole: Network,
  parameters: Parameters,
  options: FitOptions,
): Promise<Descent> {
  const { seed = 0, validation, signal, onEvent } = options
  const { from } = phase.layers ?? { from: 0 }
  const network = phase.layers ? buildNetwork(whole.spec, phase.layers) : whole
  const own = from > 0 ? await openCodes({ runtime, whole, parameters, data, layers: from }, options) : feed
  const target = validation && from > 0 ? await encodeDataset(runtime, whole, parameters, validation, from) : validation
  const input = target && phase.corruption ? corrupt(target, phase.corruption, { seed }) : target
  const gauge = target && input && (await Gauge.open(runtime, network, 'fed', { input, target }))
  try {
    return await descend(
      {
        runtime,
        network,
        feed: own,
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
    if (own !== feed) await own.close()
    await gauge?.close()
  }
}
