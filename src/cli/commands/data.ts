import type { Command } from 'commander'
import { NAMED, namedIn, openFile, openSource } from '../../app/sources.js'
import { describeData } from '../../data/describe.js'
import { fetchMnist, findMnist } from '../../node/mnist.js'
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
    .argument('<name or path>', 'mnist, digits, or a file')
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
  const parts = namedIn(nameOrPath) ? await namedParts(nameOrPath) : { all: await openFile(nameOrPath) }
  const described = Object.entries(parts).map(([part, data]) => ({ part, ...describeData(data) }))
  if (json) return writeJson({ data: nameOrPath, parts: described })
  for (const { part, rows, shape, dtype, min, max, mean, constantColumns, classes, warnings } of described) {
    const lines = [
      ['part', part],
      ['rows', String(rows)],
      ['sample', `${dtype} [${shape.join(', ')}]`],
      ['values', `${min} to ${max}, mean ${mean.toPrecision(4)}`],
      ['constant columns', String(constantColumns)],
      ...(classes
        ? [
            [
              'classes',
              Object.entries(classes)
                .map(([label, count]) => `${label}: ${count}`)
                .join('  '),
            ],
          ]
        : []),
    ]
    say(`${table(lines)}\n`)
    for (const warning of warnings) note(`note: ${warning}`)
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
