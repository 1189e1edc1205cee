import type { Command } from 'commander'
import { readIndex, type SearchIndex } from '../../app/retrieval/index-folder.js'
import {
  type Found,
  type SearchOptions,
  type SearchResult,
  searchSample,
  searchText,
} from '../../app/retrieval/search-index.js'
import { openFile } from '../../app/sources.js'
import { DiaboloError } from '../../base/errors.js'
import { readText } from '../../node/text-files.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import type { Device } from '../../runtime/types.js'
import { deviceOption, numberOf, requireWhole } from '../flags.js'
import { note, say, table, writeJson } from '../output.js'

interface Flags extends SearchOptions {
  readonly file?: string
  readonly device: Device
  readonly json?: boolean
}

export function register(command: Command): void {
  command
    .argument('<index>', 'the folder that "diabolo index" wrote')
    .argument('[query]', 'words to look for')
    .option('--file <path>', 'look for what is like a text, an image or the first sample of a file')
    .option('--top <number>', 'hits, at most', numberOf('--top'), 10)
    .option('--hash', 'by bits that differ: codes of up to 30 bits are addresses, longer ones are scanned')
    .option('--radius <bits>', 'with --hash: bits that may differ, at most (default: any)', numberOf('--radius'))
    .addOption(deviceOption())
    .option('--json', 'print one JSON document instead')
    .action(search)
}

async function search(folder: string, query: string | undefined, flags: Flags): Promise<void> {
  const { file, top, hash, radius, device, json } = flags
  requireWhole('--top', top, 1)
  if (radius !== undefined) requireWhole('--radius', radius, 0)
  if ((query === undefined) === (file === undefined)) throw oneQuestion(query !== undefined)
  if (radius !== undefined && !hash) throw radiusAlone(radius)
  const runtime = await openNodeRuntime({ device })
  try {
    const index = await readIndex(folder, runtime)
    const result = await ask(index, query, file, { top, hash, radius })
    if (json) writeJson({ index: folder, ...(query !== undefined ? { query } : { file }), ...result })
    else show(result, index.vocabulary?.stems.length)
  } finally {
    await runtime.close()
  }
}

async function ask(index: SearchIndex, query: string | undefined, file: string | undefined, options: SearchOptions) {
  if (query !== undefined) return searchText(index, query, 'the query', options)
  const path = file as string
  return index.kind === 'texts'
    ? searchText(index, await readText(path), path, options)
    : searchSample(index, await openFile(path), options)
}

/** @param stems  in the vocabulary of an index of texts */
function show({ found, unknown, by, milliseconds }: SearchResult, stems = 0): void {
  if (unknown.length > 0)
    note(`not among the ${stems} commonest stems of the index, and left out: ${unknown.join(', ')}`)
  if (found.length === 0) {
    note('nothing lies so near')
    return
  }
  const distance = by === 'cosine' ? 'similarity' : 'bits'
  const titled = found.some(({ title }) => title)
  const line = ({ name, title = '', similarity, distance }: Found) => [
    similarity?.toFixed(3) ?? `${distance}`,
    name,
    ...(titled ? [title] : []),
  ]
  say(table([[distance, 'name', ...(titled ? ['begins'] : [])], ...found.map(line)]))
  note(`\n${by === 'address' ? 'looked up' : 'compared'} in ${milliseconds.toFixed(2)} ms`)
}

const oneQuestion = (both: boolean) =>
  new DiaboloError('E_USAGE', {
    at: 'diabolo search',
    expected: 'words, or --file F',
    found: both ? 'both' : 'neither',
    hint: 'for example: diabolo search DIR "the price of wheat"',
  })

const radiusAlone = (radius: number) =>
  new DiaboloError('E_OPTION', {
    at: '--radius',
    expected: '--hash with it: it counts bits',
    found: `--radius ${radius} alone`,
    hint: 'add --hash, or leave --radius out',
  })
