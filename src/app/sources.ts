import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import { nearest } from '../base/nearest.js'
import type { Dataset } from '../data/dataset.js'
import { digits } from '../data/digits/index.js'
import { readDataset } from '../data/read.js'
import { holdOut } from '../data/split.js'
import { exists, readBytes } from '../node/files.js'
import { type MnistOptions, mnist } from '../node/mnist.js'

/** Data to train on and to test on. */
export interface Source {
  readonly name: string
  /** Where it came from, for people. */
  readonly origin: string
  readonly train: Dataset
  readonly validation?: Dataset
  readonly test: Dataset
}

/** The part of a file's rows that is set aside for testing. */
const TEST_PART = 0.1

/** Rows of the built-in set, as many as MNIST has; the three parts never overlap. */
const DIGITS_ROWS = { train: 55_000, validation: 5000, test: 10_000 }

/** Data sets that have a name. */
export const NAMED = {
  mnist: {
    summary: 'MNIST, 28×28 grey images of handwritten digits: 55,000 to train, 5,000 to validate, 10,000 to test',
    open: (_seed: number, options: MnistOptions): Promise<Source> => openMnist(options),
  },
  digits: {
    summary: 'Built in: 28×28 handwritten-looking digits, drawn from a seed, as many as MNIST has',
    open: async (seed: number): Promise<Source> => openDigits(seed),
  },
} as const

export type DatasetName = keyof typeof NAMED

/**
 * A data set by its name or its path.
 *
 * @param seed  decides which rows of a file are set aside for testing
 * @throws E_UNKNOWN or E_MISSING when there is no such name and no such path
 */
export async function openSource(nameOrPath: string, seed: number, options: MnistOptions = {}): Promise<Source> {
  if (nameOrPath in NAMED) return NAMED[nameOrPath as DatasetName].open(seed, options)
  const { train, test } = holdOut(await openFile(nameOrPath), TEST_PART, seed)
  return { name: nameOrPath, origin: nameOrPath, train, test }
}

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
export const openSamples = async (nameOrPath: string, seed: number): Promise<Dataset> =>
  nameOrPath in NAMED ? (await openSource(nameOrPath, seed)).test : openFile(nameOrPath)

/**
 * All rows of a file, or of the images of a folder in MNIST's layout.
 *
 * @throws E_UNKNOWN when it looks like a misspelt name; E_MISSING when there is no such path
 */
export async function openFile(path: string): Promise<Dataset> {
  const entry = await stat(path).catch(() => undefined)
  if (!entry) {
    const names = Object.keys(NAMED)
    const meant = nearest(path, names)
    const isName = meant !== undefined || !/[./\\]/.test(path)
    throw new DiaboloError(isName ? 'E_UNKNOWN' : 'E_MISSING', {
      at: `data "${path}"`,
      expected: `${names.join(', ')}, or the path of a file`,
      found: 'neither a name nor a file',
      hint: meant ? `did you mean "${meant}"?` : '"diabolo data list" names the data sets there are',
    })
  }
  return entry.isDirectory() ? openFolder(path) : readDataset(await readBytes(path), path)
}

async function openFolder(folder: string): Promise<Dataset> {
  for (const name of ['train-images-idx3-ubyte', 'train-images-idx3-ubyte.gz']) {
    const path = join(folder, name)
    if (await exists(path)) return readDataset(await readBytes(path), path)
  }
  throw new DiaboloError('E_MISSING', {
    at: folder,
    expected: 'a folder with train-images-idx3-ubyte in it, gzip or not',
    found: 'a folder without',
    hint: 'give the path of a file',
  })
}

async function openMnist(options: MnistOptions): Promise<Source> {
  const { train, validation, test, folder } = await mnist(options)
  return { name: 'mnist', origin: folder, train, validation, test }
}

function openDigits(seed: number): Source {
  const { train, validation, test } = DIGITS_ROWS
  return {
    name: 'digits',
    origin: 'built in',
    train: digits({ rows: train, seed }),
    validation: digits({ rows: validation, seed, from: train }),
    test: digits({ rows: test, seed, from: train + validation }),
  }
}
