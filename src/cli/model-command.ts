import type { Command } from 'commander'
import { openModel } from '../app/open-run.js'
import type { Autoencoder } from '../model/autoencoder.js'
import { openNodeRuntime } from '../runtime/ort-node.js'
import type { Device } from '../runtime/types.js'
import { deviceOption, numberOf } from './flags.js'

/** Opens a runtime and a model, hands the model over, and closes both whatever happens. */
export async function withModel<T>(path: string, device: Device, use: (model: Autoencoder) => Promise<T>): Promise<T> {
  const runtime = await openNodeRuntime({ device })
  try {
    return await use(await openModel(path, runtime))
  } finally {
    await runtime.close()
  }
}

/** What commands that run a model on data have in common. */
export const modelArguments = (command: Command): Command =>
  command
    .argument('<run>', 'a run folder, or a model.onnx')
    .option('--data <name or path>', 'the samples: mnist, scenes or digits (their test rows), or a file', 'mnist')
    .option('--seed <number>', 'which digits or scenes, for --data digits or scenes', numberOf('--seed'), 1)
    .addOption(deviceOption())
    .option('--json', 'print one JSON document instead')

export interface ModelFlags {
  readonly data: string
  readonly seed: number
  readonly device: Device
  readonly json?: boolean
}
