import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { glob } from 'tinyglobby'
import { DiaboloError } from '../base/errors.js'
import { concatRows, concatTables } from '../data/concat.js'
import { imageStream } from '../data/images/image-stream.js'
import { isTable, openData, type ReadOptions } from '../data/read.js'
import type { RowStream } from '../data/row-stream.js'
import type { TableStream } from '../data/table.js'
import { fileSource } from './file-source.js'
import { exists } from './files.js'
import { decodeWithSharp } from './sharp-image.js'

/** `photos:64x48`, `photos:64x48x1`: height, width and channels of images. */
const SIZED = /^(.+):(\d+)x(\d+)(?:x([13]))?$/

const IMAGE = /\.(png|jpe?g|webp)$/i

/**
 * What is at a path: a file, `archive.npz:array`, several files that match a pattern (`parts/*.parquet`, in the order of their
 * names) or are separated by commas, or a folder: of images, whose classes are the folders in it, or in MNIST's layout. What
 * follows as `:64x64x1` is the size of images.
 *
 * @returns nothing when there is no such path
 * @throws E_MISSING when a folder holds no data, or one of several paths is not there; E_DATA when several do not fit together
 */
export async function openPaths(text: string, given: ReadOptions = {}): Promise<RowStream | TableStream | undefined> {
  const [, path, height, width, channels] = SIZED.exec(text) ?? []
  if (path && (await exists(text)) === false) {
    const size = [Number(height), Number(width)] as const
    return openPaths(path, { ...given, size, ...(channels && { channels: channels === '1' ? 1 : 3 }) })
  }
  const options = { decodeImage: decodeWithSharp, ...given }
  const one = await openPath(text, options)
  if (one) return one
  const listed = text.split(',').filter((part) => part !== '')
  const opened: (RowStream | TableStream)[] = []
  for (const part of listed) {
    const found: (RowStream | TableStream | undefined)[] = []
    // one after the other: to open one may be to go through all of it
    for (const path of await matching(part)) found.push(await openPath(path, options))
    const there = found.filter((data) => data !== undefined)
    if (there.length === 0 && listed.length > 1) throw missing(part, 'a file that is there', 'none')
    opened.push(...there)
  }
  if (opened.length === 0) return undefined
  const tables = opened.filter(isTable)
  const rows = opened.filter((data): data is RowStream => !isTable(data))
  if (tables.length > 0 && rows.length > 0) throw mixed(rows[0]?.name as string, tables[0]?.name as string)
  return tables.length > 0 ? concatTables(tables) : concatRows(rows)
}

async function matching(pattern: string): Promise<string[]> {
  if ((await exists(pattern)) || !/[*?[{]/.test(pattern)) return [pattern]
  return (await glob(pattern, { onlyFiles: true, expandDirectories: false })).sort()
}

async function openPath(path: string, options: ReadOptions): Promise<RowStream | TableStream | undefined> {
  const entry = await stat(path).catch(() => undefined)
  if (entry?.isDirectory()) return openFolder(path, options)
  if (entry) return openData(await fileSource(path), options)
  const [, file, array] = /^(.+\.npz):([^/\\:]+)$/i.exec(path) ?? []
  return file && array && (await exists(file)) ? openData(await fileSource(file), { ...options, array }) : undefined
}

async function openFolder(path: string, options: ReadOptions): Promise<RowStream | TableStream> {
  for (const name of ['train-images-idx3-ubyte', 'train-images-idx3-ubyte.gz']) {
    if (await exists(join(path, name))) return openData(await fileSource(join(path, name)))
  }
  const images = await imagesIn(path)
  if (images.length === 0)
    throw missing(path, 'a folder with images, or with train-images-idx3-ubyte', 'a folder without')
  const files = images.map((image) => {
    const [folder, ...rest] = image.split(sep)
    const open = () => fileSource(join(path, image))
    return rest.length > 0 && folder !== undefined ? { open, label: folder } : { open }
  })
  return imageStream(files, { ...options, name: path })
}

const imagesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && IMAGE.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()

/** Names of the images of a folder, in the order of the samples that `openPaths` makes of them; nothing for other paths. */
export async function imageNames(text: string): Promise<string[] | undefined> {
  const [, path = text] = (await exists(text)) ? [] : (SIZED.exec(text) ?? [])
  const entry = await stat(path).catch(() => undefined)
  return entry?.isDirectory() ? imagesIn(path) : undefined
}

const missing = (at: string, expected: string, found: string) =>
  new DiaboloError('E_MISSING', {
    at,
    expected,
    found,
    hint: 'give the path of a file, or a pattern in quotes: "parts/*.csv"',
  })

const mixed = (rows: string, table: string) =>
  new DiaboloError('E_DATA', {
    at: rows,
    expected: `a table, as ${table}`,
    found: 'an array',
    hint: 'read together only files that hold the same kind of rows',
  })
