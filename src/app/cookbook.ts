import { join } from 'node:path'
import { writeWhole } from '../node/files.js'
import { RUN_FILES } from '../node/run-folder.js'
import type { ReferenceLine } from '../report/epoch-lines.js'
import type { Figure } from '../report/figure.js'
import type { Runtime } from '../runtime/types.js'
import type { FitEvent } from '../train/events.js'
import { renderCookbook } from './cookbook-page.js'
import { type Entry, type Extent, entriesOf, planOf, rowsOf } from './cookbook-plan.js'
import type { Finished } from './figures.js'
import { writeRun } from './run-writer.js'
import type { Source } from './sources.js'
import { corruptionOf, type Summary, train } from './training-run.js'

export interface CookbookRequest {
  readonly source: Source
  readonly extent: Extent
  readonly seed: number
  readonly runtime: Runtime
  readonly out: string
  readonly signal?: AbortSignal
  /** A name for each training, and what happens in it. */
  readonly onEvent?: (name: string, event: FitEvent | { readonly type: 'start' } | { readonly type: 'end' }) => void
}

export interface CookbookResult {
  readonly page: string
  /** By the name of what was run. */
  readonly runs: Readonly<Record<string, Summary>>
}

/** One training of the cookbook, done. */
export interface Cooked extends Finished {
  readonly entry: Entry
  readonly figures: readonly Figure[]
}

/** Runs every recipe on one data set and writes one page about all of them, beside each run's own folder. */
export async function cook(request: CookbookRequest): Promise<CookbookResult> {
  const { extent, seed, runtime, out, signal, onEvent } = request
  const source = rowsOf(request.source, extent)
  const finished: Cooked[] = []
  for (const entry of entriesOf(extent, source.train.shape)) {
    if (signal?.aborted) break
    const { name } = entry
    onEvent?.(name, { type: 'start' })
    const { model, summary } = await train({
      what: planOf(entry),
      source,
      seed,
      runtime,
      ...(signal && { signal }),
      onEvent: (event) => onEvent?.(name, event),
    })
    const run = { model, summary, history: model.history, test: source.test, runtime }
    const reference = referenceFor(run, finished)
    const { figures } = await writeRun(join(out, name), run, reference ? { reference } : {})
    finished.push({ ...run, entry, figures })
    onEvent?.(name, { type: 'end' })
  }
  const page = join(out, RUN_FILES.report)
  await writeWhole(page, await renderCookbook({ source, extent, seed, runtime, finished }))
  return { page, runs: Object.fromEntries(finished.map(({ entry, summary }) => [entry.name, summary])) }
}

/**
 * The error of principal components where it is a yardstick: at the same width of the code, and not on clean samples for an
 * error on noisy ones.
 */
function referenceFor({ model }: Finished, before: readonly Cooked[]): ReferenceLine | undefined {
  const { codeWidth, spec } = model
  const baseline = before.find(({ summary, model }) => summary.recipe === 'pca' && model.codeWidth === codeWidth)
  if (!baseline || spec.recipe === 'pca' || corruptionOf(spec)) return undefined
  return { name: `PCA-${codeWidth}, test`, value: baseline.summary.test.mse }
}
