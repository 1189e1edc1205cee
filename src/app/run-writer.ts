import { join } from 'node:path'
import { writeWhole } from '../node/files.js'
import { formatHistory, RUN_FILES } from '../node/run-folder.js'
import type { Finished } from './figures.js'
import { renderRunReport } from './run-report.js'

/** Writes a run: the model first, so that nothing that comes after can lose it. */
export async function writeRun(folder: string, finished: Finished): Promise<void> {
  const { model, summary, history } = finished
  await writeWhole(join(folder, RUN_FILES.model), model.toBytes())
  await writeWhole(join(folder, RUN_FILES.history), formatHistory(history))
  await writeWhole(join(folder, RUN_FILES.summary), `${JSON.stringify(summary, undefined, 2)}\n`)
  await writeWhole(join(folder, RUN_FILES.report), await renderRunReport(finished))
}
