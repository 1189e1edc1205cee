import { RECIPES } from '../recipes/index.js'
import { renderPage, type Section } from '../report/page.js'
import type { Runtime } from '../runtime/types.js'
import type { Cooked } from './cookbook.js'
import { findings } from './cookbook-findings.js'
import { growth } from './cookbook-growth.js'
import type { Extent } from './cookbook-plan.js'
import { relatives } from './cookbook-relatives.js'
import { resultSection, resultTable } from './run-report.js'
import { settingsOf } from './settings.js'
import type { Source } from './sources.js'

export interface CookbookPage {
  readonly source: Source
  readonly extent: Extent
  readonly seed: number
  readonly runtime: Runtime
  readonly finished: readonly Cooked[]
}

/** All recipes on one page: the numbers, what they say, and for each recipe what it is and its figures. */
export async function renderCookbook(cookbook: CookbookPage): Promise<string> {
  const { source, extent, seed, runtime, finished } = cookbook
  const named = finished.map((run) => ({ ...run, name: run.entry.name }))
  const told = [await relatives(finished), await growth(finished)].filter((section) => section !== undefined)
  const sections: readonly Section[] = [
    resultSection(named),
    ...findings(new Map(finished.map(({ entry, summary }) => [entry.name, summary]))),
    ...told,
    ...named.filter(({ entry }) => entry.shown).map((run) => recipeSection(run, named)),
  ]
  const { engine, version, threads } = runtime.info
  const count = (rows: number) => rows.toLocaleString('en')
  return renderPage({
    title: 'The autoencoder cookbook',
    lead:
      extent === 'quick'
        ? `Every recipe on ${source.name}, cut short to fit two minutes: fewer samples and epochs than the presets have. "diabolo cookbook --full" runs them whole.`
        : `Every recipe on ${source.name}, beside principal components.`,
    facts: [
      {
        label: 'Data',
        value: `${source.name}, ${count(source.train.rows)} samples to train, ${count(source.test.rows)} to test`,
      },
      { label: 'Seed', value: String(seed) },
      { label: 'Engine', value: `${engine} ${version}, ${threads} threads` },
    ],
    sections,
  })
}

type Named = Cooked & { readonly name: string }

function recipeSection({ entry: { name, recipe, preset }, summary: result, figures }: Named, all: readonly Named[]) {
  const { summary, source } = RECIPES[recipe]
  const presets = all.filter(({ entry }) => entry.shown && entry.recipe === recipe)
  return {
    heading: name,
    text:
      preset === 'default' ? `${summary}\n\n${source}.` : "The same recipe with the chapter's own hyper-parameters.",
    facts: settingsOf(result),
    ...(preset === 'default' &&
      presets.length > 1 && { table: resultTable(presets, 'Both presets on the test samples.') }),
    figures,
  }
}
