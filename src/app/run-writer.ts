import { join } from 'node:path'
import { writeWhole } from '../node/files.js'
import { renderPng } from '../node/png.js'
import { formatHistory, RUN_FILES } from '../node/run-folder.js'
import type { Figure } from '../report/figure.js'
import { drawFigures, type Finished } from './figures.js'
import { renderRunReport } from './run-report.js'

/** Writes a run: the model first, so that nothing that comes after can lose it. */
export async function writeRun(folder: string, finished: Finished): Promise<void> {
  const { model, summary, history } = finished
  await writeWhole(join(folder, RUN_FILES.model), model.toBytes())
  await writeWhole(join(folder, RUN_FILES.history), formatHistory(history))
  await writeWhole(join(folder, RUN_FILES.summary), `${JSON.stringify(summary, undefined, 2)}\n`)
  await writeReport(folder, finished)
}

/**
 * Writes a run's page, and each of its figures as a file of its own.
 *
 * @param png  pixels per CSS pixel of PNG files beside the SVG ones; none when left out
 * @returns    the files that were written, the page first
 */
export async function writeReport(folder: string, finished: Finished, png?: number): Promise<readonly string[]> {
  const figures = await drawFigures(finished)
  const page = join(folder, RUN_FILES.report)
  await writeWhole(page, renderRunReport(finished, figures))
  const files = await Promise.all(figures.map((figure) => writeFigure(join(folder, RUN_FILES.figures), figure, png)))
  return [page, ...files.flat()]
}

async function writeFigure(folder: string, figure: Figure, png: number | undefined): Promise<readonly string[]> {
  const svg = join(folder, `${figure.id}.svg`)
  await writeWhole(svg, figure.svg)
  if (png === undefined) return [svg]
  const picture = join(folder, `${figure.id}.png`)
  await writeWhole(picture, await renderPng(figure, { scale: png }))
  return [svg, picture]
}
