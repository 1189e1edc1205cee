import { compileMeasure, type Given } from '../compile/inference.js'
import type { Network } from '../compile/network.js'
import { type Dataset, widthOf } from '../data/dataset.js'
import { floats } from '../runtime/floats.js'
import type { Feeds, Runtime, Session } from '../runtime/types.js'

const ROWS_PER_RUN = 1000

/** How well a model makes one thing of another, averaged over samples. */
export interface Measured {
  /** Mean squared error per value. */
  readonly mse: number
  /** Nats per value; for models that end in a sigmoid. */
  readonly crossEntropy?: number
}

/** Measures a network on pairs of input and target. */
export class Gauge {
  readonly #session: Session
  readonly #outputs: readonly string[]

  private constructor(session: Session, outputs: readonly string[]) {
    this.#session = session
    this.#outputs = outputs
  }

  static async open(runtime: Runtime, network: Network, given: Given): Promise<Gauge> {
    const outputs = network.output === 'sigmoid' ? ['squaredError', 'crossEntropy'] : ['squaredError']
    return new Gauge(await runtime.open(compileMeasure(network, given)), outputs)
  }

  /** @param parameters  where they are not written into the graph */
  async measure(input: Dataset, target: Dataset, parameters: Feeds = {}): Promise<Measured> {
    const sums = new Map(this.#outputs.map((name) => [name, 0]))
    for (let from = 0; from < input.rows; from += ROWS_PER_RUN) {
      const to = Math.min(from + ROWS_PER_RUN, input.rows)
      const feeds = { ...parameters, input: inUnits(input, from, to), target: inUnits(target, from, to) }
      const results = await this.#session.run(feeds)
      for (const name of this.#outputs) {
        const sum = floats(results, name).reduce((total, value) => total + value, sums.get(name) as number)
        sums.set(name, sum)
      }
    }
    const [mse, crossEntropy] = this.#outputs.map((name) => (sums.get(name) as number) / input.rows)
    return { mse: mse as number, ...(crossEntropy !== undefined && { crossEntropy }) }
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}

/** Rows `from` … `to − 1` as the model sees them, float32 [to − from, width]. */
function inUnits(data: Dataset, from: number, to: number) {
  const width = widthOf(data)
  const stored = data.values.subarray(from * width, to * width)
  const values = stored instanceof Float32Array && data.scale === 1 ? stored : scaled(stored, data.scale)
  return { dtype: 'float32', shape: [to - from, width], data: values } as const
}

const scaled = (values: Uint8Array | Float32Array, scale: number) => Float32Array.from(values, (value) => value * scale)
