import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import { byteSource } from '../data/byte-source.js'
import { type Dataset, dataset, slice } from '../data/dataset.js'
import { isGzip, unpack } from '../data/formats/gzip.js'
import { parseIdx } from '../data/formats/idx.js'
import { exists, readBytes, writeWhole } from './files.js'
import { cacheFolder, dataFolders } from './folders.js'

/** SHA-256 of the four files, uncompressed. */
const SHA256 = {
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
} as const

type FileName = keyof typeof SHA256

const MIRRORS = ['https://ossci-datasets.s3.amazonaws.com/mnist', 'https://storage.googleapis.com/cvdf-datasets/mnist']

/** Images for validation, taken from the front of the 60,000, as the chapter does. */
const VALIDATION_ROWS = 5000

export interface Mnist {
  /** 55,000 images */
  readonly train: Dataset
  /** 5,000 images */
  readonly validation: Dataset
  /** 10,000 images */
  readonly test: Dataset
  /** The folder they came from. */
  readonly folder: string
}

export interface MnistOptions {
  /** Download when it is not found; on by default. */
  readonly download?: boolean
  /** Where to download from. */
  readonly mirrors?: readonly string[]
  /** Folders to look in before downloading. */
  readonly folders?: readonly string[]
  readonly onDownload?: (file: string, bytes: number) => void
}

/**
 * MNIST (LeCun, Cortes & Burges), 28×28 grey images of handwritten digits: found, or downloaded once and kept.
 *
 * @throws E_OFFLINE when it is neither found nor can be downloaded; E_CHECKSUM when a file is not the canonical one
 */
export async function mnist(options: MnistOptions = {}): Promise<Mnist> {
  const folder = (await findMnist(options.folders)) ?? (await fetchMnist(options))
  const [images, labels, testImages, testLabels] = await Promise.all(
    (Object.keys(SHA256) as FileName[]).map((name) => readChecked(folder, name)),
  )
  const build = (values: Uint8Array | undefined, classes: Uint8Array | undefined) =>
    dataset(parseIdx(values as Uint8Array, folder).values, {
      name: 'mnist',
      shape: [28, 28, 1],
      labels: parseIdx(classes as Uint8Array, folder).values,
    })
  const all = build(images, labels)
  return {
    train: slice(all, VALIDATION_ROWS, all.rows),
    validation: slice(all, 0, VALIDATION_ROWS),
    test: build(testImages, testLabels),
    folder,
  }
}

/** The first folder that holds all four files. */
export async function findMnist(folders: readonly string[] = dataFolders('mnist')): Promise<string | undefined> {
  for (const folder of folders) {
    const found = await Promise.all((Object.keys(SHA256) as FileName[]).map((name) => findFile(folder, name)))
    if (found.every(Boolean)) return folder
  }
  return undefined
}

/** Downloads the four files into the user's cache. */
export async function fetchMnist({ download = true, mirrors = MIRRORS, onDownload }: MnistOptions): Promise<string> {
  const folder = join(cacheFolder(), 'mnist')
  for (const name of Object.keys(SHA256) as FileName[]) {
    if (await findFile(folder, name)) continue
    const bytes = download ? await fetchFirst(mirrors, `${name}.gz`) : undefined
    if (!bytes) {
      throw new DiaboloError('E_OFFLINE', {
        at: 'data set "mnist"',
        expected: `${name}.gz in ${dataFolders('mnist').join(' or ')}, or a way to download it`,
        found: download ? 'no file, and no mirror that answers' : 'no file, and downloads switched off',
        hint: 'use the built-in --data digits, or put the four files in a folder and set DIABOLO_DATA to it',
      })
    }
    check(await unpack(byteSource(bytes, name)), name, mirrors.join(', '))
    await writeWhole(join(folder, `${name}.gz`), bytes)
    onDownload?.(name, bytes.length)
  }
  return folder
}

async function fetchFirst(mirrors: readonly string[], file: string): Promise<Uint8Array | undefined> {
  for (const mirror of mirrors) {
    try {
      const response = await fetch(`${mirror}/${file}`, { signal: AbortSignal.timeout(60_000) })
      if (response.ok) return new Uint8Array(await response.arrayBuffer())
    } catch {
      // the next mirror may answer; when none does, the caller says so
    }
  }
  return undefined
}

async function findFile(folder: string, name: FileName): Promise<string | undefined> {
  for (const path of [join(folder, `${name}.gz`), join(folder, name)]) if (await exists(path)) return path
  return undefined
}

async function readChecked(folder: string, name: FileName): Promise<Uint8Array> {
  const path = (await findFile(folder, name)) ?? join(folder, name)
  const bytes = await readBytes(path)
  const plain = isGzip(bytes) ? await unpack(byteSource(bytes, path)) : bytes
  check(plain, name, path)
  return plain
}

function check(plain: Uint8Array, name: FileName, at: string): void {
  const found = createHash('sha256').update(plain).digest('hex')
  if (found === SHA256[name]) return
  throw new DiaboloError('E_CHECKSUM', {
    at,
    expected: `${name} with SHA-256 ${SHA256[name]}`,
    found,
    hint: 'remove the file and let it be downloaded again; for a data set of your own, give its path to --data',
  })
}
