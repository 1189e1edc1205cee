import { classMapsOf, type Dataset, slice, widthOf } from '../data/dataset.js'
import type { Autoencoder } from '../model/autoencoder.js'
import { drawClassMapGrid } from '../report/class-map-grid.js'
import type { Figure } from '../report/figure.js'
import type { Section } from '../report/page.js'
import type { TestResult } from './training-run.js'

/** Scenes shown in a figure. */
const SHOWN = 8

/** A model, and what its row is called. */
export interface Segmenter {
  readonly name: string
  readonly model: Autoencoder
}

interface SegmentationFigure {
  readonly id: string
  readonly test: Dataset
  /** The test samples as models are given them. */
  readonly input: Dataset
  readonly models: readonly Segmenter[]
}

/** The first test samples, the class of every pixel, and what models tell of them; nothing where classes are not known. */
export async function drawSegmentation({ id, test, input, models }: SegmentationFigure): Promise<Figure | undefined> {
  const few = slice(input, 0, SHOWN)
  const truth = classMapsOf(few)
  const [height = 1, width = 1, channels = 1] = test.shape
  if (!truth || (channels !== 1 && channels !== 3)) return undefined
  const told = await Promise.all(
    models.map(async ({ name, model }) => {
      const { data } = await model.segment(few)
      return { caption: name, classMaps: data, notes: accuracies(data, truth) }
    }),
  )
  return drawClassMapGrid({
    id,
    title: 'Scenes, the classes of their pixels, and what is told of them',
    caption: 'The first test samples; under each class map that is told, the part of its pixels that is right.',
    shape: [height, width, channels],
    classes: namesOf(test, models[0]?.model),
    rows: [
      { caption: 'sample', images: few.values },
      { caption: 'truth', classMaps: truth.values as Uint8Array },
      ...told,
    ],
  })
}

function namesOf({ classes }: Dataset, model: Autoencoder | undefined): readonly string[] {
  const count = model?.spec.pixels?.classes ?? 0
  return Array.from({ length: count }, (_, i) => classes?.[i] ?? `${i}`)
}

/** Of each sample the part of its pixels that is right. */
function accuracies(found: Uint8Array, truth: Dataset): string[] {
  const pixels = widthOf(truth)
  return Array.from({ length: truth.rows }, (_, row) => {
    let right = 0
    for (let i = row * pixels; i < (row + 1) * pixels; i++) right += +(found[i] === truth.values[i])
    return percent(right / pixels)
  })
}

const percent = (part: number): string => `${(100 * part).toFixed(1)}%`

/** How well classes of pixels are told, for a report; nothing where none are. */
export function segmentationSections(
  { segmentation }: TestResult,
  classes: readonly string[] = [],
): readonly Section[] {
  if (!segmentation) return []
  const { pixelAccuracy, meanIou, iou } = segmentation
  return [
    {
      heading: 'Classes of pixels',
      text: `${percent(pixelAccuracy)} of the pixels of all test samples are told right. The mean intersection over union is ${meanIou.toFixed(3)}.`,
      table: {
        caption:
          'Intersection over union: the pixels that have a class and are told to, of those that have it or are told to.',
        columns: [{ label: 'Class' }, { label: 'Intersection over union', best: 'highest' }],
        rows: iou.map((value, i) => [classes[i] ?? `${i}`, value]),
      },
    },
  ]
}
