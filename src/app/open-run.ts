import { join } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import { Autoencoder } from '../model/autoencoder.js'
import { loadCheckpoint } from '../node/checkpoint-folder.js'
import { exists, readBytes } from '../node/files.js'
import { modelPath, RUN_FILES, readHistory } from '../node/run-folder.js'
import type { Runtime } from '../runtime/types.js'
import type { Checkpoint } from '../train/checkpoint.js'
import type { Finished } from './figures.js'
import { readPlan } from './run-plan.js'
import { openModelSamples, openTrainingSource } from './sources.js'
import { examine, type Outcome, outcomeOf, type Summary } from './training-run.js'

/** The model of a run folder or of a model file. */
export async function openModel(path: string, runtime: Runtime): Promise<Autoencoder> {
  const file = await modelPath(path)
  return Autoencoder.fromBytes(await readBytes(file), { at: file, runtime })
}

export interface OpenedRun extends Finished {
  /** Whether it was left before its end, and its model and summary are made of its last checkpoint. */
  readonly recovered: boolean
}

/**
 * A run with all that its report is made from.
 *
 * @throws E_MISSING when a file of the run is gone; E_FORMAT when its summary is not JSON; E_CHECKSUM when it was left, and
 * neither of its checkpoints is whole
 */
export async function openRun(folder: string, runtime: Runtime): Promise<OpenedRun> {
  const path = join(folder, RUN_FILES.summary)
  const outcome = (await exists(path)) ? parseSummary(new TextDecoder().decode(await readBytes(path)), path) : undefined
  const tested = outcome && isTested(outcome) ? outcome : undefined
  const loaded = tested ? undefined : await loadCheckpoint(join(folder, RUN_FILES.checkpoint))
  if (loaded) return recover(folder, loaded.checkpoint, runtime)
  const model = await openModel(folder, runtime)
  const found = outcome ?? parseSummary(new TextDecoder().decode(await readBytes(path)), path)
  const test = model.samples(await openModelSamples(model, found.dataset, found.seed))
  const summary = tested ?? { ...found, test: await examine(model, test, found.seed) }
  return { model, summary, history: await readHistory(folder), test, runtime, recovered: false }
}

const isTested = (outcome: Outcome | Summary): outcome is Summary => 'test' in outcome

async function recover(folder: string, checkpoint: Checkpoint, runtime: Runtime): Promise<OpenedRun> {
  const { data, seed, stream, rows } = await readPlan(folder)
  const model = Autoencoder.fromCheckpoint(checkpoint, { runtime })
  const { name, test: tested } = await openTrainingSource(data, seed, stream, rows)
  const test = model.samples(tested)
  const summary = { ...outcomeOf(name, model), test: await examine(model, test, seed) }
  return { model, summary, history: model.history, test, runtime, recovered: true }
}

function parseSummary(text: string, at: string): Outcome | Summary {
  try {
    return JSON.parse(text) as Outcome | Summary
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
