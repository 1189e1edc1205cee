import { join } from 'node:path'
import { slice } from '../data/dataset.js'
import { EventFile } from '../node/event-file.js'
import { writeWhole } from '../node/files.js'
import { histogramOf } from '../tensorboard/histogram.js'
import { tilePictures } from '../tensorboard/pictures.js'
import { projectorFiles } from '../tensorboard/projector.js'
import { type Checkpoint, totalsOf } from '../train/checkpoint.js'
import type { EpochRecord } from '../train/events.js'
import { type Finished, imageShape } from './figures.js'
import { testInput } from './training-run.js'

/** Samples shown with their reconstructions. */
const SHOWN = 10

/** Samples whose codes go to the projector. */
const PROJECTED = 1000

/** What TensorBoard shows of a run. Steps are counted over all phases. */
export class TensorboardLog {
  readonly #folder: string
  readonly #file: EventFile
  /** The last step of each phase that was seen. */
  readonly #steps = new Map<string, number>()

  private constructor(folder: string, file: EventFile) {
    this.#folder = folder
    this.#file = file
  }

  /** @param from  where the training goes on; what was said of later steps counts no more */
  static async begin(folder: string, from: Checkpoint | undefined): Promise<TensorboardLog> {
    const log = new TensorboardLog(folder, await EventFile.begin(folder, from ? totalsOf(from.position).steps + 1 : 0))
    for (const record of from?.history ?? []) log.#stepOf(record)
    return log
  }

  async epoch(record: EpochRecord): Promise<void> {
    const { phase, loss, validationMse, validationError, activity, learningRate } = record
    const scalars = {
      [`loss/${phase}`]: loss,
      'learning rate': learningRate,
      [`validation MSE/${phase}`]: validationMse,
      [`validation error/${phase}`]: validationError,
      'activity/mean': activity?.mean,
      'activity/sparse': activity?.sparse,
      'activity/dead': activity?.dead,
    }
    const summaries = Object.entries(scalars).flatMap(([tag, scalar]) =>
      scalar === undefined ? [] : [{ tag, scalar }],
    )
    await this.#file.add({ summaries }, this.#stepOf(record))
  }

  /** How the numbers of each tensor that is learned are spread. */
  async checkpoint({ tensors, position }: Checkpoint): Promise<void> {
    const learned = Object.entries(tensors).filter(([name]) => !name.includes('/'))
    const summaries = learned.map(([name, { data }]) => ({ tag: name, histogram: histogramOf(data) }))
    await this.#file.add({ summaries }, totalsOf(position).steps)
  }

  /** What the model makes of samples, and where it puts them. */
  async finish({ model, test, summary, history }: Finished): Promise<void> {
    const step = history.reduce((_, record) => this.#stepOf(record), 0)
    const shape = imageShape(test)
    if (shape) {
      const few = slice(test, 0, SHOWN)
      const seen = testInput(model, few, summary.seed)
      const rows = { input: seen.values, reconstruction: (await model.reconstruct(seen)).data, original: few.values }
      const summaries = Object.entries(rows).map(([tag, values]) => ({
        tag: `samples/${tag}`,
        picture: tilePictures({ values, shape }, SHOWN),
      }))
      await this.#file.add({ summaries }, step)
    }
    const some = slice(test, 0, PROJECTED)
    const codes = await model.encode(some)
    const { labels, classes } = some
    const files = projectorFiles({
      name: 'codes',
      points: codes.data,
      count: some.rows,
      labels: labels && Array.from(labels, (label) => classes?.[label] ?? label),
      pictures: shape && { values: some.values, shape },
    })
    for (const [name, content] of Object.entries(files)) await writeWhole(join(this.#folder, name), content)
  }

  /** Steps of all phases up to here. */
  #stepOf({ phase, step }: EpochRecord): number {
    this.#steps.set(phase, step)
    return [...this.#steps.values()].reduce((sum, each) => sum + each, 0)
  }
}
