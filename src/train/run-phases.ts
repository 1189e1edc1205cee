import { compileAutoencoder } from '../compile/inference.js'
import { initialParameters, type Network, type Parameters } from '../compile/network.js'
import { type Dataset, toTensor } from '../data/dataset.js'
import { floats } from '../runtime/floats.js'
import type { Resident, Runtime } from '../runtime/types.js'
import { descend } from './descend.js'
import type { EpochRecord, FitEvent } from './events.js'
import { solve } from './solve.js'
import { requireWidth } from './validate.js'

const ROWS_PER_RUN = 1000

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
  const { seed = 0, validation, signal, onEvent } = options
  requireWidth(data, network.width, 'training data')
  if (validation) requireWidth(validation, network.width, 'validation data')
  const resident = await runtime.put(toTensor(data))
  const validator = validation && (await openValidator(runtime, network, validation))
  const base = { runtime, network, data, resident }

  let parameters = initialParameters(network, seed)
  const history: EpochRecord[] = []
  let steps = 0
  let seconds = 0
  let divergedAt: number | undefined
  try {
    for (const phase of network.spec.phases) {
      if (signal?.aborted || divergedAt !== undefined) break
      if (phase.kind === 'solve') {
        parameters = await solve(base, phase)
        continue
      }
      const descent = await descend(
        { ...base, seed, signal, onEvent, validate: validator?.validate },
        phase,
        parameters,
      )
      parameters = descent.parameters
      history.push(...descent.history)
      steps += descent.steps
      seconds += descent.seconds
      divergedAt = descent.divergedAt
    }
  } finally {
    runtime.release([resident])
    await validator?.close()
  }
  const stopped = divergedAt !== undefined ? 'diverged' : signal?.aborted ? 'aborted' : 'finished'
  return { parameters, history, steps, seconds, stopped, ...(divergedAt !== undefined && { divergedAt }) }
}

/** Measures parameters that live on the runtime's side: mean squared error per value. */
async function openValidator(runtime: Runtime, network: Network, data: Dataset) {
  const session = await runtime.open(compileAutoencoder(network, 'fed', data, {}, ['score']))
  const names = network.parameters.map(({ name }) => name)
  return {
    async validate(state: Readonly<Record<string, Resident>>): Promise<number> {
      const parameters = Object.fromEntries(names.map((name) => [name, state[name] as Resident]))
      let sum = 0
      for (let from = 0; from < data.rows; from += ROWS_PER_RUN) {
        const input = toTensor(data, from, from + ROWS_PER_RUN)
        const scored = await session.run({ input, ...parameters })
        for (const score of floats(scored, 'score')) sum += score
      }
      return sum / data.rows
    },
    close: () => session.close(),
  }
}
