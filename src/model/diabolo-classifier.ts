import { DiaboloError } from '../base/errors.js'
import type { Dataset } from '../data/dataset.js'
import { pick } from '../data/split.js'
import type { FitEvent } from '../train/events.js'
import type { FitOptions } from '../train/run-phases.js'
import type { Autoencoder } from './autoencoder.js'
import type { Estimator, Placement } from './estimator.js'
import type { DataLike, Rows } from './faces.js'
import { classesIn } from './fine-tune.js'

/** Fitting options that make sense for many models. */
export interface DiaboloOptions extends Pick<FitOptions, 'seed' | 'signal'>, Placement {
  readonly onEvent?: (event: FitEvent, label: number) => void
}

/**
 * One autoencoder per class: a sample belongs to the class whose autoencoder makes the smallest error. No autoencoder sees
 * samples of another class.
 *
 * @see Schwenk (1998), The diabolo classifier
 */
export class DiaboloClassifier {
  /** By class, from 0. */
  readonly models: readonly Autoencoder[]

  constructor(models: readonly Autoencoder[]) {
    this.models = models
  }

  /** @returns float32 [rows, classes]: the mean squared error per value of each class's reconstruction */
  async errors(data: DataLike): Promise<Rows> {
    const classes = this.models.length
    const scores: Float32Array[] = []
    for (const model of this.models) scores.push(await model.score(data))
    const rows = scores[0]?.length ?? 0
    const errors = Float32Array.from(
      { length: rows * classes },
      (_, i) => scores[i % classes]?.[Math.floor(i / classes)] as number,
    )
    return { shape: [rows, classes], data: errors }
  }

  /** @returns int32 [rows]: the class that makes the smallest error; of equal ones the first */
  async classify(data: DataLike): Promise<Int32Array> {
    const { shape, data: errors } = await this.errors(data)
    const [rows = 0, classes = 0] = shape
    return Int32Array.from({ length: rows }, (_, row) => {
      const own = errors.subarray(row * classes, (row + 1) * classes)
      return own.indexOf(own.reduce((least, error) => Math.min(least, error)))
    })
  }

  async close(): Promise<void> {
    for (const model of this.models) await model.close()
  }
}

/**
 * Fits an autoencoder to the samples of each class.
 *
 * @param data  with a label for each sample, from 0
 * @throws E_DATA when a sample has no label, or a class no sample; and what `fit` throws
 */
export async function fitDiabolo<O>(
  estimator: Estimator<O>,
  data: Dataset,
  { onEvent, ...options }: DiaboloOptions = {},
): Promise<DiaboloClassifier> {
  const models: Autoencoder[] = []
  const classes = classesIn(data)
  // before hours are spent on the classes that are there
  for (let label = 0; label < classes; label++) if (!data.labels?.includes(label)) throw noneOf(data, label)
  for (let label = 0; label < classes; label++) {
    const own = samplesOfClass(data, label)
    const fit: FitOptions & Placement = { ...options, onEvent: (event) => onEvent?.(event, label) }
    models.push(await estimator.fit(own, fit as FitOptions & Placement & Partial<O>))
  }
  return new DiaboloClassifier(models)
}

function samplesOfClass(data: Dataset, label: number): Dataset {
  const rows: number[] = []
  data.labels?.forEach((own, row) => {
    if (own === label) rows.push(row)
  })
  return { ...pick(data, Int32Array.from(rows)), name: `${data.name}, class ${label}` }
}

const noneOf = ({ name }: Dataset, label: number) =>
  new DiaboloError('E_DATA', {
    at: `labels of data set "${name}"`,
    expected: 'at least one sample of every class',
    found: `none of class ${label}`,
    hint: 'number classes from 0, one after another',
  })
