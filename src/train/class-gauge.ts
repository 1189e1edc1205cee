import { compileClasses, type Given } from '../compile/inference.js'
import type { Network } from '../compile/network.js'
import type { Dataset } from '../data/dataset.js'
import type { Feeds, Runtime, Session } from '../runtime/types.js'
import { rowsPerRun, runInBatches } from './batches.js'
import { requireLabels } from './validate.js'

/** How well a model tells classes, averaged over samples. */
export interface MeasuredClasses {
  /** The part of the samples whose most probable class is not theirs. */
  readonly error: number
  /** −ln of the probability of the right class, nats per sample. */
  readonly crossEntropy: number
}

/** Measures how well a network with a head tells the classes of samples. */
export class ClassGauge {
  readonly #session: Session
  readonly #network: Network
  readonly #data: Dataset

  private constructor(session: Session, network: Network, data: Dataset) {
    this.#session = session
    this.#network = network
    this.#data = data
  }

  /** @throws E_DATA when samples have no classes, or others than the head */
  static async open(runtime: Runtime, network: Network, given: Given, data: Dataset): Promise<ClassGauge> {
    requireLabels(data, network.spec.head?.classes ?? 0)
    return new ClassGauge(await runtime.open(compileClasses(network, given, data)), network, data)
  }

  /**
   * @param parameters  where they are not written into the graph
   * @throws the signal's reason when it aborts
   */
  async measure(parameters: Feeds = {}, signal?: AbortSignal): Promise<MeasuredClasses> {
    const run = {
      session: this.#session,
      inputs: { input: this.#data },
      rowsPerRun: rowsPerRun(this.#network),
      feeds: parameters,
      ...(signal && { signal }),
    }
    const { probabilities } = await runInBatches(run, ['probabilities'])
    return measureClasses(probabilities, this.#data.labels ?? [])
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}

/** The least probability whose logarithm is taken: a class held impossible counts as 87 nats, not as infinitely many. */
const TINY = 2 ** -126

/**
 * @param probabilities  float32 [rows, classes]
 * @param labels         [rows]
 */
export function measureClasses(probabilities: Float32Array, labels: ArrayLike<number>): MeasuredClasses {
  const rows = labels.length
  const classes = probabilities.length / rows
  const found = mostProbable(probabilities, classes)
  let wrong = 0
  let nats = 0
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number
    if (found[row] !== label) wrong++
    nats -= Math.log(Math.max(TINY, probabilities[row * classes + label] as number))
  }
  return { error: wrong / rows, crossEntropy: nats / rows }
}

/** The largest of each row; of equal ones the first. */
export function mostProbable(probabilities: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    const own = probabilities.subarray(row * classes, (row + 1) * classes)
    return own.indexOf(own.reduce((most, value) => Math.max(most, value)))
  })
}
