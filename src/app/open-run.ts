import { join } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import { Autoencoder } from '../model/autoencoder.js'
import { readBytes } from '../node/files.js'
import { modelPath, RUN_FILES, readHistory } from '../node/run-folder.js'
import type { Runtime } from '../runtime/types.js'
import type { Finished } from './figures.js'
import { openModelSamples } from './sources.js'
import type { Summary } from './training-run.js'

/** The model of a run folder or of a model file. */
export async function openModel(path: string, runtime: Runtime): Promise<Autoencoder> {
  const file = await modelPath(path)
  return Autoencoder.fromBytes(await readBytes(file), { at: file, runtime })
}

/**
 * A run with all that its report is made from.
 *
 * @throws E_MISSING when a file of the run is gone; E_FORMAT when its summary is not JSON
 */
export async function openRun(folder: string, runtime: Runtime): Promise<Finished> {
  const model = await openModel(folder, runtime)
  const path = join(folder, RUN_FILES.summary)
  const summary = parseSummary(new TextDecoder().decode(await readBytes(path)), path)
  const test = model.samples(await openModelSamples(model, summary.dataset, summary.seed))
  return { model, summary, history: await readHistory(folder), test, runtime }
}

function parseSummary(text: string, at: string): Summary {
  try {
    return JSON.parse(text) as Summary
  } catch (cause) {
    throw new DiaboloError('E_FORMAT', {
      at,
      expected: "the run's summary as JSON",
      found: 'something else',
      hint: 'the model itself is not affected; train again to have a whole run',
      cause,
    })
  }
}
