import type { Network } from '../compile/network.js'
import { type SteppedSpec, takesLabels } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import { ofSamples } from '../nn/corruption.js'
import type { Feeds, Runtime } from '../runtime/types.js'
import { ClassGauge } from './class-gauge.js'
import { corrupt } from './corrupt.js'
import type { Validated } from './events.js'
import { Gauge } from './measure.js'
import { requireClassMaps } from './validate.js'

/** Measures parameters on validation data, as often as it is asked to. */
export interface Validation {
  readonly measure: (parameters: Feeds, signal?: AbortSignal) => Promise<Validated>
  readonly close: () => Promise<void>
}

/**
 * A measure that people know for what a phase makes small: the part of the classes that are wrong, or the mean squared error
 * of reconstructions of samples that are corrupted as in training.
 *
 * @param data  what the phase is fed
 */
export async function openValidation(
  runtime: Runtime,
  network: Network,
  phase: SteppedSpec,
  { data, seed }: { readonly data: Dataset; readonly seed: number },
): Promise<Validation> {
  if (takesLabels(phase)) {
    const gauge = await ClassGauge.open(runtime, network, 'fed', data)
    return {
      measure: async (...given) => ({ validationError: (await gauge.measure(...given)).error }),
      close: () => gauge.close(),
    }
  }
  const corruption = phase.kind === 'descend' ? ofSamples(phase.corruption) : undefined
  const input = corruption ? corrupt(data, corruption, { seed, columns: network.columns }) : data
  const gauge = await Gauge.open(runtime, network, 'fed', {
    input,
    target: network.pixels ? requireClassMaps(data, network.pixels.classes) : data,
  })
  return {
    measure: async (...given) => ({ validationMse: (await gauge.measure(...given)).mse }),
    close: () => gauge.close(),
  }
}
