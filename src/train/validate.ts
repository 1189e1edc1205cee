import { DiaboloError } from '../base/errors.js'
import type { DescendSpec } from '../compile/spec.js'
import { type Samples, widthOf } from '../data/dataset.js'

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
export function requireRows(data: Samples, { batchSize, name }: DescendSpec): void {
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
 * @throws E_DATA when samples have no classes, or one that is not from 0 to `classes` − 1
 */
export function requireLabels({ name, labels }: Samples, classes: number): void {
  const row = labels?.findIndex((label) => label < 0 || label >= classes)
  if (row === -1) return
  throw new DiaboloError('E_DATA', {
    at: row === undefined ? `data set "${name}"` : `labels of data set "${name}", row ${row} (counted from 0)`,
    expected: `a class for every sample, from 0 to ${classes - 1}`,
    found: row === undefined ? 'none' : `${labels?.[row]}`,
    hint: 'give labels with the samples, and a head with as many classes as there are',
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
 * @throws E_OPTION when it is not a whole number of at least 1
 */
export function requireBuffer(buffer: number): void {
  if (Number.isSafeInteger(buffer) && buffer >= 1) return
  throw new DiaboloError('E_OPTION', {
    at: 'buffer of fit',
    expected: 'a whole number of rows, at least 1',
    found: `${buffer}`,
    hint: 'leave it out: data in memory is shuffled whole, a stream as far as 32 MiB go',
  })
}
