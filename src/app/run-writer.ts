import { join } from 'node:path'
import type { Autoencoder } from '../model/autoencoder.js'
import { writeWhole } from '../node/files.js'
import { type PngOptions, renderPng } from '../node/png.js'
import { formatHistory, RUN_FILES } from '../node/run-folder.js'
import type { ReferenceLine } from '../report/epoch-lines.js'
import type { Figure } from '../report/figure.js'
import { drawFigures, type Finished } from './figures.js'
import { renderRunReport } from './run-report.js'
import type { Outcome, Summary } from './training-run.js'

export interface WriteOptions {
  /** A baseline's error, drawn beside the training curve. */
  readonly reference?: ReferenceLine
  /** How to draw PNG files beside the SVG ones; none when left out. */
  readonly png?: PngOptions
}

export interface Written {
  readonly figures: readonly Figure[]
  /** The page first, then a file or two for each figure. */
  readonly files: readonly string[]
}

export const writeModel = (folder: string, model: Autoencoder): Promise<void> =>
  writeWhole(join(folder, RUN_FILES.model), model.toBytes())

/** What a run came to: without `test` where it was not tested, and its report not written. */
export const writeOutcome = (folder: string, outcome: Outcome | Summary): Promise<void> =>
  writeWhole(join(folder, RUN_FILES.summary), `${JSON.stringify(outcome, undefined, 2)}\n`)

/** Writes a run: the model first, so that nothing that comes after can lose it. */
export async function writeRun(folder: string, finished: Finished, options: WriteOptions = {}): Promise<Written> {
  const { model, summary, history } = finished
  await writeModel(folder, model)
  await writeWhole(join(folder, RUN_FILES.history), formatHistory(history))
  await writeOutcome(folder, summary)
  return writeReport(folder, finished, options)
}

/** Writes a run's page, and each of its figures as a file of its own. */
export async function writeReport(
  folder: string,
  finished: Finished,
  { reference, png }: WriteOptions = {},
): Promise<Written> {
  const figures = await drawFigures(finished, reference)
  const page = join(folder, RUN_FILES.report)
  await writeWhole(page, renderRunReport(finished, figures))
  const files = await Promise.all(figures.map((figure) => writeFigure(join(folder, RUN_FILES.figures), figure, png)))
  return { figures, files: [page, ...files.flat()] }
}

/** @returns the file, and the one with its PNG where that is asked for */
export async function writeFigure(folder: string, figure: Figure, png?: PngOptions): Promise<readonly string[]> {
  const svg = join(folder, `${figure.id}.svg`)
  await writeWhole(svg, figure.svg)
  if (png === undefined) return [svg]
  const picture = join(folder, `${figure.id}${png.theme === 'dark' ? '-dark' : ''}.png`)
  await writeWhole(picture, await renderPng(figure, png))
  return [svg, picture]
}
