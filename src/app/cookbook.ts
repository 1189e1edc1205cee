import { join } from 'node:path'
import { writeWhole } from '../node/files.js'
import { RUN_FILES } from '../node/run-folder.js'
import { type PresetName, RECIPES, type Recipe, type RecipeName } from '../recipes/index.js'
import { renderPage, type Section } from '../report/page.js'
import type { Runtime } from '../runtime/types.js'
import type { FitEvent } from '../train/events.js'
import { drawFigures, type Finished, nameOf, resultSection } from './run-report.js'
import { writeRun } from './run-writer.js'
import type { Source } from './sources.js'
import { type Summary, train } from './training-run.js'

/** One training of the cookbook. */
interface Entry {
  readonly recipe: RecipeName
  readonly preset: PresetName
  readonly options?: Readonly<Record<string, unknown>>
}

/** What is run, in this order: the yardstick first, at the code size that the recipes have. */
const ENTRIES: readonly Entry[] = [
  { recipe: 'pca', preset: 'default', options: { latent: 256 } },
  { recipe: 'vanilla', preset: 'default' },
  { recipe: 'vanilla', preset: 'book' },
]

export interface CookbookRequest {
  readonly source: Source
  readonly seed: number
  readonly runtime: Runtime
  readonly out: string
  readonly signal?: AbortSignal
  /** A name for each training, and what happens in it. */
  readonly onEvent?: (name: string, event: FitEvent | { readonly type: 'start' } | { readonly type: 'end' }) => void
}

export interface CookbookResult {
  readonly page: string
  readonly summaries: readonly Summary[]
}

/** Runs every recipe on one data set and writes one page about all of them, beside each run's own folder. */
export async function cook({ source, seed, runtime, out, signal, onEvent }: CookbookRequest): Promise<CookbookResult> {
  const finished: Finished[] = []
  for (const { recipe, preset, options = {} } of ENTRIES) {
    if (signal?.aborted) break
    const name = nameOf(recipe, preset)
    onEvent?.(name, { type: 'start' })
    const { model, summary } = await train({
      what: { recipe: RECIPES[recipe] as unknown as Recipe, preset, options },
      source,
      seed,
      runtime,
      ...(signal && { signal }),
      onEvent: (event) => onEvent?.(name, event),
    })
    const run = { model, summary, history: model.history, test: source.test }
    await writeRun(join(out, preset === 'default' ? recipe : `${recipe}-${preset}`), run)
    finished.push(run)
    onEvent?.(name, { type: 'end' })
  }
  const page = join(out, RUN_FILES.report)
  await writeWhole(page, await renderCookbook(source, seed, runtime, finished))
  return { page, summaries: finished.map(({ summary }) => summary) }
}

async function renderCookbook(
  source: Source,
  seed: number,
  runtime: Runtime,
  finished: readonly Finished[],
): Promise<string> {
  const baseline = finished.find(({ summary }) => summary.recipe === 'pca')
  const reference = baseline && { name: `PCA-${baseline.model.codeWidth}, test`, value: baseline.summary.test.mse }
  const sections: Section[] = [resultSection(finished)]
  for (const run of finished) {
    const { recipe, preset } = run.summary
    const { summary, source: origin } = RECIPES[recipe as RecipeName]
    sections.push({
      heading: nameOf(recipe, preset),
      text: preset === 'default' ? `${summary}\n\n${origin}.` : "The chapter's own hyper-parameters.",
      figures: await drawFigures(run, run === baseline ? undefined : reference),
    })
  }
  const { engine, version, threads } = runtime.info
  return renderPage({
    title: 'The autoencoder cookbook',
    lead: `Every recipe on ${source.name}, beside principal components of the same code size.`,
    facts: [
      {
        label: 'Data',
        value: `${source.name}, ${source.train.rows.toLocaleString('en')} samples to train, ${source.test.rows.toLocaleString('en')} to test`,
      },
      { label: 'Seed', value: String(seed) },
      { label: 'Engine', value: `${engine} ${version}, ${threads} threads` },
    ],
    sections,
  })
}
