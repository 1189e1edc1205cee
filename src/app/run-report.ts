import type { Figure } from '../report/figure.js'
import { type Page, renderPage, type Section } from '../report/page.js'
import type { Column, Table } from '../report/table.js'
import { columnSections } from './column-table.js'
import type { Finished } from './figures.js'
import { segmentationSections } from './segmentation.js'
import { settingsOf } from './settings.js'
import type { TestResult } from './training-run.js'

/** The report of one run: a self-contained HTML page. */
export function renderRunReport(finished: Finished, figures: readonly Figure[]): string {
  const { summary } = finished
  const { recipe, preset, dataset, test } = summary
  const page: Page = {
    title: `${recipe} on ${dataset}`,
    lead: leadOf(test),
    facts: [
      { label: 'Recipe', value: `${recipe} (preset ${preset})` },
      { label: 'Data', value: dataset },
      ...settingsOf(summary),
      { label: 'Seconds in steps', value: summary.seconds },
      { label: 'Seed', value: String(summary.seed) },
      { label: 'Engine', value: `${summary.engine}, ${summary.threads} threads` },
    ],
    sections: [
      resultSection([finished]),
      ...columnSections(summary),
      ...segmentationSections(summary.test, finished.test.classes),
      ...(figures.length > 0 ? [{ heading: 'Figures', figures }] : []),
    ],
  }
  return renderPage(page)
}

function leadOf({ mse, rows, columns, segmentation }: TestResult): string {
  if (segmentation)
    return `Mean intersection over union on ${rows.toLocaleString('en')} test samples: ${segmentation.meanIou.toFixed(3)}.`
  const samples = `${rows.toLocaleString('en')} test ${columns ? 'rows' : 'samples'}: ${mse.toPrecision(3)}`
  return columns
    ? `Mean error on ${samples} per value, of which a constant guess has 1.`
    : `Mean squared error on ${samples} per value.`
}

/** A model, by its recipe and preset unless it has a name. */
type Result = Pick<Finished, 'model' | 'summary'> & { readonly name?: string }

const undoesNoise = ({ summary }: Result) => summary.test.mseInput !== undefined

export const resultSection = (all: readonly Result[]): Section => ({
  heading: 'Results',
  ...(all.some(undoesNoise) && {
    text: 'Models that undo noise are measured as they were trained: noisy samples in, clean ones wanted. Beside that stands what they make of clean samples.',
  }),
  table: resultTable(all, 'On the test samples, none of which were trained on.'),
})

/** One row per model. */
export function resultTable(all: readonly Result[], caption: string): Table {
  if (all.every(({ summary }) => summary.test.segmentation)) return segmentationTable(all, caption)
  const noisy = all.some(undoesNoise)
  const error = all.some(({ model }) => model.spec.table) ? 'mean, per value' : 'MSE per value'
  const columns: readonly ResultColumn[] = [
    {
      label: 'Error',
      unit: noisy ? 'MSE per value, as trained' : error,
      best: 'lowest',
      of: ({ mse }) => mse,
    },
    ...(noisy ? [{ label: 'Clean input', unit: 'MSE per value', of: ({ mseClean }: TestResult) => mseClean }] : []),
    { label: 'Error', unit: 'squared, per sample', of: ({ perImage }) => perImage },
    { label: 'Cross-entropy', unit: 'nats per value', of: ({ crossEntropy }) => crossEntropy ?? null },
  ]
  return tableOf(all, caption, columns)
}

/** The same of models that tell classes of pixels. */
const segmentationTable = (all: readonly Result[], caption: string): Table =>
  tableOf(all, caption, [
    {
      label: 'Mean IoU',
      unit: 'intersection over union',
      best: 'highest',
      of: ({ segmentation }) => segmentation?.meanIou ?? null,
    },
    { label: 'Pixels right', unit: 'part', of: ({ segmentation }) => segmentation?.pixelAccuracy ?? null },
    { label: 'Cross-entropy', unit: 'nats per pixel', of: ({ crossEntropy }) => crossEntropy ?? null },
  ])

function tableOf(all: readonly Result[], caption: string, columns: readonly ResultColumn[]): Table {
  return {
    caption,
    columns: [
      { label: 'Model' },
      { label: 'Code', unit: 'values' },
      ...columns.map(({ of, ...column }) => column),
      { label: 'Training', unit: 's' },
    ],
    rows: all.map(({ name, model, summary: { recipe, preset, test, seconds } }) => [
      name ?? nameOf(recipe, preset),
      model.codeWidth,
      ...columns.map(({ of }) => of(test)),
      seconds > 0 ? seconds : null,
    ]),
  }
}

interface ResultColumn extends Column {
  readonly of: (test: TestResult) => number | null
}

export const nameOf = (recipe: string, preset: string): string =>
  preset === 'default' ? recipe : `${recipe}, ${preset} preset`
