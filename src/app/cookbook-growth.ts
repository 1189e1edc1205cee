import { slice } from '../data/dataset.js'
import { pick } from '../data/split.js'
import { drawImageGrid } from '../report/image-grid.js'
import type { Section } from '../report/page.js'
import type { Cooked } from './cookbook.js'
import { firstOfEachClass, imageShape } from './figures.js'

/** Samples over which the grid is measured. */
const MEASURED = 1000

/** How a decoder grows and what that leaves in its pictures, side by side; there is nothing to tell of samples that are none. */
export async function growth(finished: readonly Cooked[]): Promise<Section | undefined> {
  const runs = finished.filter(({ entry }) => entry.name.startsWith('grow-'))
  const [first] = runs
  const shape = first && imageShape(first.test)
  if (!first || !shape || runs.length < 2) return undefined
  const few = pick(first.test, firstOfEachClass(first.test))
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
        caption: 'One test sample of each class, as each network gives it back.',
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
 * How much of the fine detail keeps step with every second pixel, from 0 to 1: with the detail
 * g = xᵢ − (xᵢ₋₁ + xᵢ₊₁) / 2 along rows and along columns, (|Σ (−1)ⁱ g| along rows + along columns) / Σ |g|.
 *
 * @param values  [samples, height, width, channels]
 */
export function gridOf(values: Float32Array | Uint8Array, shape: readonly [number, number, number]): number {
  const [height, width, channels] = shape
  const at = (i: number) => values[i] as number
  let [across, down, all] = [0, 0, 0]
  for (let sample = 0; sample < values.length; sample += height * width * channels) {
    for (let y = 1; y < height - 1; y++) {
      for (let i = 1; i < width - 1; i++) {
        for (let c = 0; c < channels; c++) {
          const here = sample + (y * width + i) * channels + c
          const alongRow = at(here) - (at(here - channels) + at(here + channels)) / 2
          const alongColumn = at(here) - (at(here - width * channels) + at(here + width * channels)) / 2
          across += i % 2 === 0 ? alongRow : -alongRow
          down += y % 2 === 0 ? alongColumn : -alongColumn
          all += Math.abs(alongRow) + Math.abs(alongColumn)
        }
      }
    }
  }
  return all === 0 ? 0 : (Math.abs(across) + Math.abs(down)) / all
}
