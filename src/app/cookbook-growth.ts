import { slice } from '../data/dataset.js'
import { drawImageGrid } from '../report/image-grid.js'
import type { Section } from '../report/page.js'
import type { Cooked } from './cookbook.js'
import { chooseSamples, imageShape } from './figures.js'

/** Samples over which the grid is measured. */
const MEASURED = 1000

/** How a decoder grows and what that leaves in its pictures, side by side; there is nothing to tell of samples that are none. */
export async function growth(finished: readonly Cooked[]): Promise<Section | undefined> {
  const runs = finished.filter(({ entry }) => entry.name.startsWith('grow-'))
  const [first] = runs
  const shape = first && imageShape(first.test)
  if (!first || !shape || runs.length < 2) return undefined
  const { few, words } = chooseSamples(first.test)
  const many = slice(first.test, 0, MEASURED)
  const ways = await Promise.all(
    runs.map(async ({ entry, model, summary }) => ({
      name: String(entry.options.upsampling),
      summary,
      images: (await model.reconstruct(few)).data,
      grid: gridOf((await model.reconstruct(many)).data, shape),
    })),
  )
  const byGrid = [...ways].sort((a, b) => a.grid - b.grid)
  const { epochs } = first.summary
  return {
    heading: 'What does growing back leave in pictures?',
    text: `A decoder grows by repeating pixels and then convolving, or by transposed convolutions, whose windows overlap unevenly: they are said to leave a checkerboard. Here are small networks, alike but for that, after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} without noise. Grid is the part of the fine detail that keeps step with every second pixel; in the samples themselves it is ${gridOf(many.values, shape).toFixed(3)}. The strongest comes from "${byGrid.at(-1)?.name}", the weakest from "${byGrid[0]?.name}".`,
    table: {
      caption: 'On the test samples.',
      columns: [
        { label: 'Growing' },
        { label: 'Error', unit: 'MSE per value', best: 'lowest' },
        { label: 'Grid', unit: '0 to 1', best: 'lowest' },
        { label: 'Step', unit: 'ms', best: 'lowest' },
      ],
      rows: ways.map(({ name, summary, grid }) => [name, summary.test.mse, grid, summary.stepMs]),
    },
    figures: [
      drawImageGrid({
        id: 'growth',
        title: 'Ways to grow',
        caption: `${words}, as each network gives them back.`,
        shape,
        rows: [
          { caption: 'original', images: few.values },
          ...ways.map(({ name, images }) => ({ caption: name, images })),
        ],
      }),
    ],
  }
}

/**
 * How much of the fine detail keeps step with every second pixel, from 0 to 1: Σₖ |Σ g over pixels of kind k| / Σ |g|, where
 * g is a pixel less the mean of its four neighbours, and its kind k whether its row and its column are even or odd.
 *
 * @param values  [samples, height, width, channels]
 */
export function gridOf(values: Float32Array | Uint8Array, shape: readonly [number, number, number]): number {
  const [height, width, channels] = shape
  const [right, below] = [channels, width * channels]
  const at = (i: number) => values[i] as number
  const byKind = [0, 0, 0, 0]
  let all = 0
  for (let sample = 0; sample < values.length; sample += height * below) {
    for (let y = 1; y < height - 1; y++) {
      for (let i = right; i < below - right; i++) {
        const here = sample + y * below + i
        const detail = at(here) - (at(here - right) + at(here + right) + at(here - below) + at(here + below)) / 4
        const kind = 2 * (y % 2) + (Math.floor(i / channels) % 2)
        byKind[kind] = (byKind[kind] as number) + detail
        all += Math.abs(detail)
      }
    }
  }
  return all === 0 ? 0 : byKind.reduce((sum, detail) => sum + Math.abs(detail), 0) / all
}
