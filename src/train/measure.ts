import { compileMeasure, type Given, type Side } from '../compile/inference.js'
import type { Network } from '../compile/network.js'
import type { Dataset } from '../data/dataset.js'
import type { Feeds, Runtime, Session } from '../runtime/types.js'
import { rowsPerRun, runInBatches } from './batches.js'

/** How well a model makes one thing of another, averaged over samples. */
export interface Measured {
  /** Mean squared error per value; for a table, the mean error of the values that are there. */
  readonly mse: number
  /** Nats per value; for models that end in a sigmoid. */
  readonly crossEntropy?: number
}

/** Samples to measure on: what the model is given, and what it should make of each. */
export type Pairs = Readonly<Record<Side, Dataset>>

/** Measures a network on pairs of input and target. */
export class Gauge {
  readonly #session: Session
  readonly #network: Network
  readonly #pairs: Pairs

  private constructor(session: Session, network: Network, pairs: Pairs) {
    this.#session = session
    this.#network = network
    this.#pairs = pairs
  }

  static async open(runtime: Runtime, network: Network, given: Given, pairs: Pairs): Promise<Gauge> {
    return new Gauge(await runtime.open(compileMeasure(network, given, pairs)), network, pairs)
  }

  /**
   * @param parameters  where they are not written into the graph
   * @throws the signal's reason when it aborts
   */
  async measure(parameters: Feeds = {}, signal?: AbortSignal): Promise<Measured> {
    const run = {
      session: this.#session,
      inputs: this.#pairs,
      rowsPerRun: rowsPerRun(this.#network),
      feeds: parameters,
      ...(signal && { signal }),
    }
    if (this.#network.output !== 'sigmoid' && !this.#network.pixels)
      return { mse: mean((await runInBatches(run, ['error'])).error) }
    const { error, crossEntropy } = await runInBatches(run, ['error', 'crossEntropy'])
    return { mse: mean(error), crossEntropy: mean(crossEntropy) }
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}

/** Summed in float64. */
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
