import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DiaboloError } from '../../base/errors.js'
import type { Dataset } from '../../data/dataset.js'
import { isTable, readDataset } from '../../data/read.js'
import { imageNames } from '../../node/data-paths.js'
import { readText, reutersPaths, textPaths } from '../../node/text-files.js'
import { parseReuters, type Story } from '../../text/reuters.js'
import { namedIn, openDataAt, openSource } from '../sources.js'

/** One thing that can be found. */
export interface Item {
  /** A file's name within its folder, or what else a person would call it. */
  readonly name: string
  /** How a text begins. */
  readonly title?: string | undefined
}

export interface Texts {
  readonly kind: 'texts'
  readonly name: string
  readonly items: readonly Item[]
  /** One for each item. */
  readonly texts: readonly string[]
}

export interface Pictures {
  readonly kind: 'samples'
  readonly name: string
  readonly items: readonly Item[]
  readonly samples: Dataset
}

/** What is to be searched. */
export type Collection = Texts | Pictures

/** Characters of a text that it is shown by. */
const TITLE = 72

/**
 * A folder of texts (`.txt`, `.md`, …) or the collection Reuters-21578, or a folder of images, or other samples: what is there
 * decides.
 *
 * @throws E_DATA when a folder holds none of them, or texts and images; when samples are the rows of a table; and what
 *         opening the data throws
 */
export async function openCollection(path: string): Promise<Collection> {
  if (!(await isFolder(path))) return openSamples(path)
  const [texts, stories, images] = await Promise.all([textPaths(path), reutersPaths(path), imageNames(path)])
  const found = [texts, stories, images ?? []].filter((names) => names.length > 0)
  if (found.length > 1) throw mixed(path, texts.length + stories.length, images?.length ?? 0)
  if (texts.length > 0) return readTexts(path, texts)
  if (stories.length > 0) return ofStories(path, await readStories(path))
  if (!images?.length) throw empty(path)
  return openSamples(path)
}

async function openSamples(path: string): Promise<Pictures> {
  if (namedIn(path)) return ofSamples(path, (await openSource(path, 1)).train)
  const data = await openDataAt(path)
  if (isTable(data)) throw ofTable(path)
  return ofSamples(path, await readDataset(data), await imageNames(path))
}

function ofSamples(name: string, samples: Dataset, names?: readonly string[]): Pictures {
  const { labels, classes } = samples
  const classOf = (row: number) => labels && ` (${classes?.[labels[row] as number] ?? labels[row]})`
  const items = Array.from({ length: samples.rows }, (_, row) => ({
    name: names?.[row] ?? `row ${row}${classOf(row) ?? ''}`,
  }))
  return { kind: 'samples', name, items, samples }
}

async function readTexts(folder: string, names: readonly string[]): Promise<Texts> {
  const texts: string[] = []
  for (const name of names) texts.push(await readText(join(folder, name)))
  return {
    kind: 'texts',
    name: folder,
    texts,
    items: names.map((name, i) => ({ name, title: titleOf(texts[i] ?? '') })),
  }
}

/** Every story of the collection's files in a folder, in their order. */
export async function readStories(folder: string): Promise<Story[]> {
  const stories: Story[] = []
  for (const path of await reutersPaths(folder)) {
    for (const story of parseReuters(await readText(join(folder, path), 'latin1'), path)) stories.push(story)
  }
  return stories
}

const ofStories = (name: string, stories: readonly Story[]): Texts => ({
  kind: 'texts',
  name,
  texts: stories.map(({ text }) => text),
  items: stories.map(({ id, text }) => ({ name: `story ${id}`, title: titleOf(text) })),
})

/** The first line with something in it, shortened. */
export function titleOf(text: string): string {
  const line = /\S[^\n\r]*/.exec(text)?.[0].trim() ?? ''
  return line.length > TITLE ? `${line.slice(0, TITLE - 1)}…` : line
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )

const empty = (at: string) =>
  new DiaboloError('E_DATA', {
    at,
    expected: 'a folder with texts (.txt, .md, …) or images (.png, .jpg, .webp) in it',
    found: 'none of them',
    hint: `put documents into ${basename(at)}, or give another folder`,
  })

const mixed = (at: string, texts: number, images: number) =>
  new DiaboloError('E_DATA', {
    at,
    expected: 'texts or images',
    found: images > 0 ? `${texts} texts and ${images} images` : 'texts of two kinds',
    hint: 'index each in a folder of its own: one model learns one kind',
  })

const ofTable = (at: string) =>
  new DiaboloError('E_DATA', {
    at,
    expected: 'texts, images or samples of one kind of number',
    found: 'a table',
    hint: 'train a recipe on it, and search its codes: "diabolo train", "diabolo encode"',
  })
