import { initialParameters, type Network, networkOf, type Parameters } from '../compile/network.js'
import { type DescendSpec, takesLabels } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import type { RowStream } from '../data/row-stream.js'
import type { Feeds, Resident, Runtime } from '../runtime/types.js'
import { ClassGauge } from './class-gauge.js'
import { encodeDataset } from './codes.js'
import { corrupt } from './corrupt.js'
import { type Descent, descend } from './descend.js'
import type { EpochRecord, FitEvent, Validated } from './events.js'
import type { Feed } from './feed.js'
import { Gauge } from './measure.js'
import { openCodes, openFeed } from './open-feed.js'
import { solve } from './solve.js'
import { requireBuffer, requireLabels, requireWidth } from './validate.js'

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

/** Where a training begins: at its first phase, with weights drawn from the seed, or later, with those of a model. */
export interface Beginning {
  readonly phase: number
  /** Those that are missing are drawn. */
  readonly parameters: Parameters
}

/** Runs the phases of a network's spec one after another, each from where the one before it ended. */
export async function runPhases(
  runtime: Runtime,
  network: Network,
  data: Dataset | RowStream,
  options: FitOptions = {},
  from: Beginning = { phase: 0, parameters: {} },
): Promise<FitResult> {
  const { seed = 0, validation, signal, buffer } = options
  requireWidth(data, network.width, 'training data')
  if (validation) requireWidth(validation, network.width, 'validation data')
  if (buffer !== undefined) requireBuffer(buffer)
  const feed = openFeed(runtime, data, options)

  let parameters: Parameters = { ...initialParameters(network, seed), ...from.parameters }
  const history: EpochRecord[] = []
  let steps = 0
  let seconds = 0
  let divergedAt: number | undefined
  try {
    for (const phase of network.spec.phases.slice(from.phase)) {
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
  const network = networkOf(whole.spec, phase)
  const own = from > 0 ? await openCodes({ runtime, whole, parameters, data, layers: from }, options) : feed
  const target = validation && from > 0 ? await encodeDataset(runtime, whole, parameters, validation, from) : validation
  if (takesLabels(phase)) requireLabels(data, whole.spec.head?.classes ?? 0)
  const gauge = target && (await openGauge(runtime, network, phase, { target, seed }))
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
          ((state) => {
            const entries = network.parameters.map(({ name }) => [name, state[name] as Resident])
            return gauge.measure(Object.fromEntries(entries))
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

interface Validating {
  readonly measure: (parameters: Feeds) => Promise<Validated>
  readonly close: () => Promise<void>
}

/** What a phase is validated by: of what it makes small, a measure that people know. */
async function openGauge(
  runtime: Runtime,
  network: Network,
  phase: DescendSpec,
  { target, seed }: { readonly target: Dataset; readonly seed: number },
): Promise<Validating> {
  if (takesLabels(phase)) {
    const gauge = await ClassGauge.open(runtime, network, 'fed', target)
    const measure = async (parameters: Feeds) => ({ validationError: (await gauge.measure(parameters)).error })
    return { measure, close: () => gauge.close() }
  }
  const input = phase.corruption ? corrupt(target, phase.corruption, { seed }) : target
  const gauge = await Gauge.open(runtime, network, 'fed', { input, target })
  const measure = async (parameters: Feeds) => ({ validationMse: (await gauge.measure(parameters)).mse })
  return { measure, close: () => gauge.close() }
}
