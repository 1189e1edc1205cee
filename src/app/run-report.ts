import type { Dataset } from '../data/dataset.js'
import { pick } from '../data/split.js'
import type { Autoencoder } from '../model/autoencoder.js'
import type { Figure } from '../report/figure.js'
import { drawImageGrid } from '../report/image-grid.js'
import { type Page, renderPage, type Section } from '../report/page.js'
import { drawTrainingCurve } from '../report/training-curve.js'
import { drawWeightTiles } from '../report/weight-tiles.js'
import type { EpochRecord } from '../train/events.js'
import type { Summary } from './training-run.js'

/** Samples shown in a picture of reconstructions. */
const SHOWN = 10

/** Hidden units shown as tiles. */
const MAX_TILES = 400

export interface Finished {
  readonly model: Autoencoder
  readonly summary: Summary
  readonly history: readonly EpochRecord[]
  readonly test: Dataset
}

/** The report of one run: a self-contained HTML page. */
export async function renderRunReport(finished: Finished): Promise<string> {
  const { summary } = finished
  const { recipe, preset, dataset, test } = summary
  const page: Page = {
    title: `${recipe} on ${dataset}`,
    lead: `Mean squared error on ${test.rows.toLocaleString('en')} test samples: ${test.mse.toPrecision(3)} per value.`,
    facts: [
      { label: 'Recipe', value: `${recipe} (preset ${preset})` },
      { label: 'Data', value: dataset },
      { label: 'Learned numbers', value: summary.parameters },
      { label: 'Epochs', value: summary.epochs },
      { label: 'Steps', value: summary.steps },
      { label: 'Seconds in steps', value: summary.seconds },
      { label: 'Seed', value: String(summary.seed) },
      { label: 'Engine', value: `${summary.engine}, ${summary.threads} threads` },
    ],
    sections: [resultSection([finished]), { heading: 'Figures', figures: await drawFigures(finished) }],
  }
  return renderPage(page)
}

/** One row per model. */
export function resultSection(all: readonly Finished[]): Section {
  return {
    heading: 'Results',
    table: {
      caption: 'On the test samples, none of which were trained on.',
      columns: [
        { label: 'Model' },
        { label: 'Code', unit: 'values' },
        { label: 'Error', unit: 'MSE per value', best: 'lowest' },
        { label: 'Error', unit: 'squared, per sample', best: 'lowest' },
        { label: 'Training', unit: 's' },
      ],
      rows: all.map(({ model, summary: { recipe, preset, test, seconds } }) => [
        nameOf(recipe, preset),
        model.codeWidth,
        test.mse,
        test.perImage,
        seconds > 0 ? seconds : null,
      ]),
    },
  }
}

export const nameOf = (recipe: string, preset: string): string =>
  preset === 'default' ? recipe : `${recipe}, ${preset} preset`

/** What a model owes a person: its training curve, what it makes of samples, what its units look for. */
export async function drawFigures(finished: Finished, reference?: { name: string; value: number }): Promise<Figure[]> {
  const { summary } = finished
  const prefix = `${summary.recipe}-${summary.preset}`
  const figures = [
    await curve(finished, prefix, reference),
    await reconstructions(finished, prefix),
    tiles(finished, prefix),
  ]
  return figures.filter((figure) => figure !== undefined)
}

async function curve({ history }: Finished, prefix: string, reference?: { name: string; value: number }) {
  if (history.length === 0) return undefined
  const last = history.at(-1)?.loss.toPrecision(3)
  const validated = history.flatMap(({ validationMse }) => validationMse ?? [])
  return drawTrainingCurve({
    id: `${prefix}-curve`,
    caption: `The loss, averaged over each epoch's samples, ends at ${last}.`,
    series: [
      { name: 'training loss', values: history.map(({ loss }) => loss) },
      ...(validated.length === history.length ? [{ name: 'validation MSE', values: validated }] : []),
    ],
    ...(reference && { references: [reference] }),
    scale: 'log',
  })
}

async function reconstructions({ model, test }: Finished, prefix: string) {
  const shape = imageShape(test)
  if (!shape) return undefined
  const few = pick(test, firstOfEachClass(test))
  const { data } = await model.reconstruct(few)
  const scores = await model.score(few)
  const width = few.values.length / few.rows
  return drawImageGrid({
    id: `${prefix}-reconstructions`,
    title: 'Originals over reconstructions',
    caption: 'One test sample of each class; under each, its squared error summed over all values.',
    shape,
    rows: [
      { caption: 'original', images: few.values },
      { caption: 'reconstruction', images: data, notes: Array.from(scores, (score) => (score * width).toPrecision(2)) },
    ],
  })
}

function tiles({ model, test }: Finished, prefix: string) {
  const shape = imageShape(test)
  const weight = model.parameters['encoder.0.weight']
  if (shape?.[2] !== 1 || !weight || weight.shape.length !== 2 || (weight.shape[1] ?? 0) > MAX_TILES) return undefined
  return drawWeightTiles({
    id: `${prefix}-weights`,
    title: "The encoder's weights, one tile per unit",
    caption: 'Each tile shows what one unit looks for: its weight from every pixel of a sample.',
    weights: weight.data,
    shape,
  })
}

function imageShape({ shape }: Dataset): readonly [number, number, 1 | 3] | undefined {
  const [height, width, channels] = shape
  if (shape.length !== 3 || height === undefined || width === undefined) return undefined
  return channels === 1 || channels === 3 ? [height, width, channels] : undefined
}

/** One sample of each class in the order of the classes, or simply the first ones. */
function firstOfEachClass({ labels, rows }: Dataset): Int32Array {
  const classes = [...new Set(labels)].sort((a, b) => a - b).slice(0, SHOWN)
  if (!labels || classes.length < 2) return Int32Array.from({ length: Math.min(SHOWN, rows) }, (_, i) => i)
  return Int32Array.from(classes, (label) => labels.indexOf(label))
}
