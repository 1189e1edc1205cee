import { DiaboloError } from '../base/errors.js'
import { nearest } from '../base/nearest.js'
import type { Dataset } from '../data/dataset.js'
import { digits } from '../data/digits/index.js'
import { numericRows } from '../data/numeric-table.js'
import { isTable, readDataset } from '../data/read.js'
import { bytesPerRow, isStream, type RowStream } from '../data/row-stream.js'
import { holdOut } from '../data/split.js'
import { isChosen, type SplitOptions, splitRowStream, splitTableStream } from '../data/split-data.js'
import { holdOutStream } from '../data/split-stream.js'
import { streamTable, type Table, type TableStream } from '../data/table.js'
import type { Autoencoder } from '../model/autoencoder.js'
import { openPaths } from '../node/data-paths.js'
import { digitsStream } from '../node/digits-stream.js'
import { type MnistOptions, mnist } from '../node/mnist.js'
import { openScenes } from './scene-source.js'

/** Rows chosen by columns and labels. */
export type RowChoice = Omit<SplitOptions, 'part' | 'seed'>

/** Data to train on and to test on. */
export interface Source<Train = Dataset, Test = Dataset> {
  readonly name: string
  /** Where it came from, for people. */
  readonly origin: string
  readonly train: Train
  readonly validation?: Test
  readonly test: Test
}

/** What a model can be trained on: samples, or a table. */
export type TrainingSource = Source<Dataset | RowStream> | Source<Table | TableStream, Table>

/** The part of a file's rows that is set aside for testing. */
const TEST_PART = 0.1

/** Rows of the built-in set, as many as MNIST has; the three parts never overlap. */
export const DIGITS_ROWS = { train: 55_000, validation: 5000, test: 10_000 }

/** Rows of a streamed table that are set aside for testing, at most. */
const MOST_TESTED = 10_000

/** Bytes of training data above which it is streamed. */
const STREAMED_ABOVE = 256 * 2 ** 20

/** Of a table in memory: of a number 8, of text not less. */
const BYTES_PER_CELL = 8

/** Data sets that have a name. */
export const NAMED = {
  mnist: 'MNIST, 28×28 grey images of handwritten digits: 55,000 to train, 5,000 to validate, 10,000 to test',
  scenes:
    'Two or three digits of MNIST (or built-in ones) on textured ground, 48×48, with the class of every pixel: 10,000 to train, 1,000 to validate, 2,000 to test; scenes:50000 trains on more',
  digits:
    'Built in: 28×28 handwritten-looking digits, drawn from a seed, as many as MNIST has; digits:1000000 trains on more',
} as const

export type DatasetName = keyof typeof NAMED

export interface Named {
  readonly name: DatasetName
  /** Rows to train on, where they can be chosen. */
  readonly rows?: number
}

/** @returns nothing when it is the path of a file */
export function namedIn(text: string): Named | undefined {
  if (Object.hasOwn(NAMED, text)) return { name: text as DatasetName }
  const [, name, rows] = /^(\w+):(.*)$/.exec(text) ?? []
  if (name === undefined || !Object.hasOwn(NAMED, name)) return undefined
  const isCounted = name === 'digits' || name === 'scenes'
  if (isCounted && /^\d+$/.test(rows as string)) return { name, rows: Number(rows) }
  throw new DiaboloError('E_OPTION', {
    at: `data "${text}"`,
    expected: isCounted ? `a whole number of rows after "${name}:"` : `"${name}" without a number of rows`,
    found: `"${rows}"`,
    hint: isCounted ? `for example ${name}:20000` : `give --data ${name}`,
  })
}

/**
 * A data set by its name or its path, in memory.
 *
 * @param seed  decides which rows of a file are set aside for testing
 * @throws E_UNKNOWN or E_MISSING when there is no such name and no such path
 */
export async function openSource(nameOrPath: string, seed: number, options: MnistOptions = {}): Promise<Source> {
  const named = namedIn(nameOrPath)
  if (named?.name === 'scenes') return openScenes(seed, named.rows, options)
  if (named) return named.name === 'mnist' ? openMnist(options) : openDigits(seed, named.rows)
  return splitFile(nameOrPath, await openFile(nameOrPath), seed)
}

/**
 * A data set to train on: streamed when it is larger than 256 MiB, in memory otherwise.
 *
 * @param stream  whatever its size
 * @param choice  which rows of a file are tested on, and which are trained on; a tenth and the others when left out
 * @throws E_OPTION when it cannot be streamed though it must; and what `openSource` throws
 */
export async function openTrainingSource(
  nameOrPath: string,
  seed: number,
  stream = false,
  choice: RowChoice = {},
): Promise<TrainingSource> {
  const named = namedIn(nameOrPath)
  if (named && isChosen(choice)) throw ownSplit(nameOrPath)
  if (named?.name === 'digits') {
    const rows = named.rows ?? DIGITS_ROWS.train
    const streamed = digitsStream({ rows, seed })
    return stream || rows * bytesPerRow(streamed) > STREAMED_ABOVE
      ? { ...digitsParts(seed, rows), train: streamed }
      : openDigits(seed, rows)
  }
  if (named && stream) {
    throw new DiaboloError('E_OPTION', {
      at: '--stream',
      expected: 'digits, or a file',
      found: `"${nameOrPath}"`,
      hint: 'leave --stream out: it fits in memory',
    })
  }
  if (named) return openSource(nameOrPath, seed)
  const rows = await openDataAt(nameOrPath)
  if (isTable(rows)) return splitTable(rows, nameOrPath, seed, { stream, choice })
  if (isChosen(choice)) return splitChosen(rows, nameOrPath, seed, { stream, choice })
  if (!stream && rows.rows * bytesPerRow(rows) <= STREAMED_ABOVE)
    return splitFile(nameOrPath, await readDataset(rows), seed)
  const { train, test } = await holdOutStream(rows, TEST_PART, seed)
  return { name: nameOrPath, origin: nameOrPath, train, test }
}

interface Splitting {
  readonly stream: boolean
  readonly choice: RowChoice
}

/** Of a large table, no more rows are set aside than it is tested on in memory. */
async function splitTable(data: TableStream, name: string, seed: number, { stream, choice }: Splitting) {
  const isLarge = stream || data.rows * data.columns.length * BYTES_PER_CELL > STREAMED_ABOVE
  const part = isLarge ? Math.min(TEST_PART, MOST_TESTED / data.rows) : TEST_PART
  const { train, test } = await splitTableStream(data, { ...choice, part, seed })
  return { name, origin: name, train: isLarge ? train : await whole(train), test: await whole(test) }
}

const whole = (data: TableStream): Promise<Table> => data.read(0, data.rows)

/** Rows that are chosen by their labels; those to test on are held in memory. */
async function splitChosen(data: RowStream, name: string, seed: number, { stream, choice }: Splitting) {
  const { train, test } = splitRowStream(data, { ...choice, part: TEST_PART, seed })
  const isLarge = stream || train.rows * bytesPerRow(train) > STREAMED_ABOVE
  return { name, origin: name, train: isLarge ? train : await readDataset(train), test: await readDataset(test) }
}

const ownSplit = (name: string) =>
  new DiaboloError('E_OPTION', {
    at: '--split-by, --split-time and --normal-label',
    expected: 'a file',
    found: `"${name}", which has rows to test on of its own`,
    hint: 'leave them out',
  })

/** A tenth of the rows to train on set aside to validate with, where there are none for that yet. */
export async function withValidation(source: TrainingSource, seed: number): Promise<TrainingSource> {
  if (source.validation) return source
  if (isOfTable(source)) {
    const isStreamed = 'read' in source.train
    const all = 'read' in source.train ? source.train : streamTable(source.train)
    const { train, test } = await splitTableStream(all, { part: TEST_PART, seed })
    return { ...source, train: isStreamed ? train : await whole(train), validation: await whole(test) }
  }
  const { train, test } = isStream(source.train)
    ? await holdOutStream(source.train, TEST_PART, seed)
    : holdOut(source.train, TEST_PART, seed)
  return { ...source, train, validation: test }
}

const isOfTable = (source: TrainingSource): source is Source<Table | TableStream, Table> => 'columns' in source.train

/** MNIST when it is found or can be downloaded, otherwise the built-in digits, with the reason. */
export async function openBest(
  seed: number,
  options: MnistOptions = {},
): Promise<Source & { readonly reason?: string }> {
  try {
    return await openMnist(options)
  } catch (error) {
    if (!(error instanceof DiaboloError) || error.code !== 'E_OFFLINE') throw error
    return { ...openDigits(seed), reason: 'MNIST is not on this machine and could not be downloaded' }
  }
}

/** Samples to run a model on: the test rows of a named data set, all rows of a file. */
export async function openSamples(nameOrPath: string, seed: number): Promise<Dataset> {
  const named = namedIn(nameOrPath)
  if (named?.name === 'digits') return digitsParts(seed, named.rows).test
  return named ? (await openSource(nameOrPath, seed)).test : openFile(nameOrPath)
}

/** The same for a model: a table for one that takes tables. */
export async function openModelSamples(model: Autoencoder, nameOrPath: string, seed: number): Promise<Dataset | Table> {
  if (!model.spec.table || namedIn(nameOrPath)) return openSamples(nameOrPath, seed)
  const data = await openDataAt(nameOrPath)
  return isTable(data) ? data.read(0, data.rows) : readDataset(data)
}

/** The rows that a model was trained on, as it sees them. */
export async function openTrainedRows(model: Autoencoder, nameOrPath: string, seed: number): Promise<Dataset> {
  if (!model.spec.table) return (await openSource(nameOrPath, seed)).train
  const { train } = await openTrainingSource(nameOrPath, seed)
  return 'columns' in train
    ? model.samples('read' in train ? await whole(train) : train)
    : (await openSource(nameOrPath, seed)).train
}

/** All samples of one file or several, see `openDataAt`. */
export const openFile = async (path: string): Promise<Dataset> => readDataset(await openRowsAt(path))

/** Samples that are read when they are needed; a table of numbers is taken for samples. */
async function openRowsAt(path: string): Promise<RowStream> {
  const data = await openDataAt(path)
  return isTable(data) ? numericRows(data) : data
}

/**
 * What is at a path: a file of any format, several that match a pattern or are separated by commas, or a folder.
 *
 * @throws E_UNKNOWN when it looks like a misspelt name; E_MISSING when there is no such path; and what `openData` throws
 */
export async function openDataAt(path: string): Promise<RowStream | TableStream> {
  const data = await openPaths(path)
  if (data) return data
  const names = Object.keys(NAMED)
  const meant = nearest(path, names)
  const isName = meant !== undefined || !/[./\\*?]/.test(path)
  throw new DiaboloError(isName ? 'E_UNKNOWN' : 'E_MISSING', {
    at: `data "${path}"`,
    expected: `${names.join(', ')}, or the path of a file`,
    found: 'neither a name nor a file',
    hint: meant ? `did you mean "${meant}"?` : '"diabolo data list" names the data sets there are',
  })
}

function splitFile(path: string, data: Dataset, seed: number): Source {
  const { train, test } = holdOut(data, TEST_PART, seed)
  return { name: path, origin: path, train, test }
}

async function openMnist(options: MnistOptions): Promise<Source> {
  const { train, validation, test, folder } = await mnist(options)
  return { name: 'mnist', origin: folder, train, validation, test }
}

const openDigits = (seed: number, rows = DIGITS_ROWS.train): Source => ({
  ...digitsParts(seed, rows),
  train: digits({ rows, seed }),
})

/** What comes after the rows to train on. */
function digitsParts(seed: number, train = DIGITS_ROWS.train) {
  const { validation, test } = DIGITS_ROWS
  return {
    name: train === DIGITS_ROWS.train ? 'digits' : `digits:${train}`,
    origin: 'built in',
    validation: digits({ rows: validation, seed, from: train }),
    test: digits({ rows: test, seed, from: train + validation }),
  }
}
