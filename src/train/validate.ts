import { DiaboloError } from '../base/errors.js'
import { sameShape, showShape } from '../base/shape.js'
import type { PhaseSpec, SteppedSpec } from '../compile/spec.js'
import { classMapsOf, type Dataset, type Samples, widthOf } from '../data/dataset.js'
import { isStream, type RowStream } from '../data/row-stream.js'
import type { Standing } from './checkpoint.js'
import type { FitOptions } from './run-phases.js'

/**
 * @throws E_SHAPE when samples do not have the width that the model was made for
 */
export function requireWidth(data: Samples, width: number, at: string): void {
  if (widthOf(data) === width) return
  throw new DiaboloError('E_SHAPE', {
    at,
    expected: `${width} values per sample`,
    found: `${widthOf(data)} (data set "${data.name}", samples of shape ${JSON.stringify(data.shape)})`,
    hint: 'use the kind of data that the model was made for, or train a new model on this data',
  })
}

/**
 * @throws E_DATA when there is no row; E_OPTION when a batch is larger than the data
 */
export function requireRows(data: Samples, { batchSize, name }: SteppedSpec): void {
  if (data.rows === 0) {
    throw new DiaboloError('E_DATA', {
      at: `data set "${data.name}"`,
      expected: 'at least one row',
      found: 'none',
      hint: 'check the file, the split or the filter that this data came from',
    })
  }
  if (batchSize > data.rows) {
    throw new DiaboloError('E_OPTION', {
      at: `batchSize of phase "${name}"`,
      expected: `at most ${data.rows}, the rows of data set "${data.name}"`,
      found: `${batchSize}`,
      hint: `set a batch size between 1 and ${data.rows}`,
    })
  }
}

/**
 * Where values are taken for probabilities, by cross-entropy or by Bernoulli units, all of them must be some. A stream is not
 * read ahead for this.
 *
 * @throws E_DATA naming the first row and value (from 0) that is not from 0 to 1
 */
export function requireProbabilities(data: Dataset | RowStream, { name }: PhaseSpec): void {
  // bytes of images are from 0 to 1, whatever they are
  if (isStream(data) || (data.dtype === 'uint8' && 255 * data.scale <= 1)) return
  const { values, scale } = data
  const bad = values.findIndex((value) => !(value * scale >= 0 && value * scale <= 1))
  if (bad === -1) return
  const width = widthOf(data)
  throw new DiaboloError('E_DATA', {
    at: `data set "${data.name}", row ${Math.floor(bad / width)}, value ${bad % width} (counted from 0), in phase "${name}"`,
    expected: 'numbers from 0 to 1: cross-entropy and Bernoulli units take them for probabilities',
    found: `${(values[bad] as number) * scale}`,
    hint: 'scale the data to 0 … 1, or use the loss "mse" (--loss mse) or Gaussian visible units (--visible gaussian)',
  })
}

/**
 * @throws E_DATA when samples have no classes, or one that is not from 0 to `classes` − 1
 */
export function requireLabels({ name, labels }: Samples, classes: number): void {
  const row = labels?.findIndex((label) => label < 0 || label >= classes)
  if (row === -1) return
  throw new DiaboloError('E_DATA', {
    at: row === undefined ? `data set "${name}"` : `labels of data set "${name}", row ${row} (counted from 0)`,
    expected: `a class for every sample${classes === Number.POSITIVE_INFINITY ? '' : `, from 0 to ${classes - 1}`}`,
    found: row === undefined ? 'none' : `${labels?.[row]}`,
    hint: 'give labels with the samples, and a head with as many classes as there are',
  })
}

/**
 * @throws E_DATA when samples have no class maps, or a pixel has a class that is not from 0 to `classes` − 1
 */
export function requireClassMaps(data: Dataset | RowStream, classes: number): Dataset {
  const maps = isStream(data) ? undefined : classMapsOf(data)
  const pixel = maps?.values.findIndex((label) => label >= classes)
  if (maps && pixel === -1) return maps
  const row = Math.floor((pixel ?? 0) / (maps ? widthOf(maps) : 1))
  throw new DiaboloError('E_DATA', {
    at: maps ? `class maps of data set "${data.name}", row ${row} (counted from 0)` : `data set "${data.name}"`,
    expected: `a class for every pixel, from 0 to ${classes - 1}, in memory`,
    found: maps ? `${maps.values[pixel ?? 0]}` : 'samples without class maps',
    hint: 'use --data scenes; in the library, give "classMaps" with the samples',
  })
}

/**
 * @throws E_DATA when two data sets do not have one row for each other's
 */
export function requireSameRows(data: Samples, target: Samples): void {
  if (data.rows === target.rows) return
  throw new DiaboloError('E_DATA', {
    at: `data set "${target.name}", what reconstructions are compared with`,
    expected: `${data.rows} rows, as data set "${data.name}" has`,
    found: `${target.rows}`,
    hint: 'give one target for each sample, in the same order',
  })
}

/**
 * @throws E_FORMAT when a checkpoint does not hold a tensor that training needs, or holds one of another shape
 */
export function requireTensors(
  { tensors }: Standing,
  wanted: readonly { name: string; shape: readonly number[] }[],
): void {
  for (const { name, shape } of wanted) {
    const found = tensors[name]
    if (found && sameShape(found.shape, shape)) continue
    throw new DiaboloError('E_FORMAT', {
      at: `tensor "${name}" of the checkpoint`,
      expected: `float32 ${showShape(shape)}`,
      found: found ? showShape(found.shape) : 'nothing',
      hint: 'go on from a checkpoint of the same training',
    })
  }
}

/** The options of fit that are numbers: what each must be, and when to leave it out. */
const NUMBERS = {
  buffer: ['a whole number of rows, at least 1', 'data in memory is shuffled whole, a stream as far as 32 MiB go'],
  patience: ['a whole number of epochs, at least 1', 'all epochs are run'],
  minDelta: ['a number of at least 0', 'any lower error counts as better'],
  // timers count milliseconds in 32 bits
  maxSeconds: ['seconds, above 0 and below 2,000,000', 'training ends when its epochs are done'],
  checkpointSeconds: ['seconds, at least 0', 'checkpoints are half a minute apart'],
} as const satisfies Partial<Record<keyof FitOptions, readonly [string, string]>>

const IS: { readonly [K in keyof typeof NUMBERS]: (value: number) => boolean } = {
  buffer: (value) => Number.isSafeInteger(value) && value >= 1,
  patience: (value) => Number.isSafeInteger(value) && value >= 1,
  minDelta: (value) => Number.isFinite(value) && value >= 0,
  maxSeconds: (value) => value > 0 && value < 2e6,
  checkpointSeconds: (value) => value >= 0,
}

/**
 * @throws E_OPTION when an option cannot be what it is
 */
export function requireFitOptions(options: FitOptions): void {
  for (const [name, [expected, otherwise]] of Object.entries(NUMBERS)) {
    const key = name as keyof typeof NUMBERS
    const value = options[key]
    if (value === undefined || IS[key](value)) continue
    throw new DiaboloError('E_OPTION', {
      at: `${name} of fit`,
      expected,
      found: `${value}`,
      hint: `leave it out: ${otherwise}`,
    })
  }
  if (options.patience === undefined || options.validation) return
  throw new DiaboloError('E_OPTION', {
    at: 'patience of fit',
    expected: 'validation data, to see whether it still gets better',
    found: 'none',
    hint: 'give "validation", or leave "patience" out',
  })
}
