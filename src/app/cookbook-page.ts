import { RECIPES } from '../recipes/index.js'
import { renderPage, type Section } from '../report/page.js'
import type { Fact } from '../report/table.js'
import type { Runtime } from '../runtime/types.js'
import type { Cooked } from './cookbook.js'
import { findings } from './cookbook-findings.js'
import type { Extent } from './cookbook-plan.js'
import { resultSection } from './run-report.js'
import type { Source } from './sources.js'
import { corruptionOf, type Summary } from './training-run.js'

export interface CookbookPage {
  readonly source: Source
  readonly extent: Extent
  readonly seed: number
  readonly runtime: Runtime
  readonly finished: readonly Cooked[]
}

/** All recipes on one page: the numbers, what they say, and for each recipe what it is and its figures. */
export function renderCookbook({ source, extent, seed, runtime, finished }: CookbookPage): string {
  const named = finished.map((run) => ({ ...run, name: run.entry.name }))
  const sections: readonly Section[] = [
    resultSection(named),
    ...findings(new Map(finished.map(({ entry, summary }) => [entry.name, summary]))),
    ...finished.filter(({ entry }) => entry.shown).map(recipeSection),
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

function recipeSection({ entry: { name, recipe, preset }, summary: result, figures }: Cooked): Section {
  const { summary, source } = RECIPES[recipe]
  return {
    heading: name,
    text:
      preset === 'default' ? `${summary}\n\n${source}.` : "The same recipe with the chapter's own hyper-parameters.",
    facts: settings(result),
    figures,
  }
}

/** What was decided before training, and what came out. */
function settings({ spec, test, parameters, steps }: Summary): readonly Fact[] {
  const phases = spec.phases.filter((phase) => phase.kind === 'descend')
  const last = phases.at(-1)
  const corruption = corruptionOf(spec)
  const [penalty] = last?.penalties ?? []
  const layers = [...spec.encoder, ...spec.decoder].map((layer) => {
    if (layer.type === 'dense') return `${layer.units}${layer.tied ? ' tied' : ''}`
    if (layer.type === 'conv2d' || layer.type === 'convTranspose2d') return `${layer.type} ${layer.filters}`
    return layer.type === 'resize2d' ? `resize ${layer.size.join('×')}` : layer.type
  })
  return [
    { label: 'Layers', value: layers.join(' – ') },
    { label: 'Learned numbers', value: parameters },
    ...(last
      ? [
          {
            label: 'Optimizer',
            value: `${last.optimizer.name}, rate ${last.optimizer.learningRate}, ${last.schedule.name}`,
          },
          { label: 'Epochs', value: phases.map(({ epochs }) => epochs).join(' + ') },
          { label: 'Batch', value: last.batchSize },
          { label: 'Steps', value: steps },
        ]
      : []),
    ...(corruption
      ? [
          {
            label: 'Noise',
            value: `${corruption.type} ${strength(corruption)}, ${corruption.fresh ? 'fresh every epoch' : 'drawn once'}`,
          },
        ]
      : []),
    ...(penalty ? [{ label: 'Sparsity', value: `ρ ${penalty.rho}, weight ${penalty.weight}` }] : []),
    { label: 'Error', value: `${test.mse.toPrecision(3)} MSE per value` },
  ]
}

function strength(corruption: NonNullable<ReturnType<typeof corruptionOf>>): number {
  return corruption.type === 'gaussian'
    ? corruption.sigma
    : corruption.type === 'mix'
      ? corruption.amount
      : corruption.part
}
