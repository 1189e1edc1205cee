import type { Command } from 'commander'
import { NAMED, namedIn, openDataAt, openSource } from '../../app/sources.js'
import { type DataDescription, describeData } from '../../data/describe.js'
import { describeTable } from '../../data/describe-table.js'
import { fetchMnist, findMnist } from '../../node/mnist.js'
import { sampleFacts, tableFacts } from '../data-facts.js'
import { note, say, table, writeJson } from '../output.js'

interface Flags {
  readonly json?: boolean
}

export function register(command: Command): void {
  command
    .command('list')
    .description('data sets that have a name, and where they are')
    .option('--json', 'print one JSON document instead')
    .action(list)
  command
    .command('info')
    .description('what is in a data set')
    .argument('<name or path>', 'mnist, scenes, digits, a file, several ("parts/*.csv"), or a folder of images')
    .option('--json', 'print one JSON document instead')
    .action(info)
  command
    .command('fetch')
    .description('download a data set into the cache')
    .argument('<name>', 'mnist')
    .option('--json', 'print one JSON document instead')
    .action(fetchNamed)
}

async function list({ json }: Flags): Promise<void> {
  const places: Record<keyof typeof NAMED, string> = {
    mnist: (await findMnist()) ?? 'not here yet: "diabolo data fetch mnist"',
    scenes: 'drawn when asked for',
    digits: 'built in',
  }
  const rows = Object.entries(NAMED).map(([name, summary]) => ({
    name,
    place: places[name as keyof typeof NAMED],
    summary,
  }))
  if (json) writeJson(rows)
  else say(table([['name', 'where', 'what'], ...rows.map(({ name, place, summary }) => [name, place, summary])]))
}

async function info(nameOrPath: string, { json }: Flags): Promise<void> {
  const data = namedIn(nameOrPath) ? await namedParts(nameOrPath) : await openDataAt(nameOrPath)
  if ('columns' in data) {
    const described = await describeTable(data)
    if (json) return writeJson({ data: nameOrPath, table: described })
    say(`${tableFacts(described)}\n`)
    for (const warning of described.warnings) note(`note: ${warning}`)
    return
  }
  const parts = 'read' in data ? { all: data } : data
  const described: (DataDescription & { readonly part: string })[] = []
  for (const [part, samples] of Object.entries(parts)) described.push({ part, ...(await describeData(samples)) })
  if (json) return writeJson({ data: nameOrPath, parts: described })
  for (const { part, ...description } of described) {
    say(`${sampleFacts(part, description)}\n`)
    for (const warning of description.warnings) note(`note: ${warning}`)
  }
}

async function namedParts(name: string) {
  const { train, validation, test } = await openSource(name, 1)
  return { train, ...(validation && { validation }), test }
}

async function fetchNamed(name: string, { json }: Flags): Promise<void> {
  if (name !== 'mnist') await openSource(name, 1)
  const folder =
    name === 'mnist'
      ? ((await findMnist()) ??
        (await fetchMnist({ onDownload: (file, bytes) => note(`${file}: ${bytes.toLocaleString('en')} bytes`) })))
      : 'built in'
  if (json) writeJson({ data: name, folder })
  else say(`${name} is ${name === 'mnist' ? 'in ' : ''}${folder}`)
}
