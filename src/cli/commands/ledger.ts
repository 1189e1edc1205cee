import { stat } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { LEDGER, type LedgerName } from '../../app/ledger/index.js'
import { cellText, type Ledger, ledgerPage, ledgerSchema, type Measured, verdictOf } from '../../app/ledger/page.js'
import { writePictures } from '../../app/ledger/pictures.js'
import type { LedgerContext, LedgerEntry } from '../../app/ledger/row.js'
import { DiaboloError } from '../../base/errors.js'
import { nearest } from '../../base/nearest.js'
import { exists, readBytes, writeWhole } from '../../node/files.js'
import { dataFolders } from '../../node/folders.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import { numberOf, requireWhole } from '../flags.js'
import { note, say, table, writeJson } from '../output.js'

interface Flags {
  readonly data?: string
  readonly seeds: number
  readonly out?: string
  readonly json?: boolean
}

const NAMES = Object.keys(LEDGER) as LedgerName[]

export function register(command: Command): void {
  command
    .argument('[parts...]', `which: ${NAMES.join(', ')} (default: all)`)
    .option('--data <folder>', 'where adbench and reuters21578 are (default: $DIABOLO_DATA)')
    .option(
      '--seeds <number>',
      'what is trained more than once is trained so often, by seeds 1, 2, …',
      numberOf('--seeds'),
      5,
    )
    .option('--out <folder>', 'where ledger.md and ledger.json go; parts that are there and not measured stay')
    .option('--json', 'print one JSON document instead')
    .action(async (parts: string[], flags: Flags) => {
      requireWhole('--seeds', flags.seeds, 1)
      const names = parts.length === 0 ? NAMES : parts.map(requirePart)
      if (flags.out !== undefined) await keptIn(flags.out)
      const measured = await measure(names, flags)
      if (flags.json) return writeJson({ machine: machine(), parts: measured })
      for (const entry of Object.values(measured)) show(entry)
      const isWritten = flags.out !== undefined && Object.keys(measured).length > 0
      if (isWritten) note(`${join(flags.out as string, 'ledger.md')}: the whole ledger`)
    })
}

function show({ rows, tables = [] }: Measured): void {
  const lines = rows.map(({ what, published, bar = '', ours, met, seconds }) => {
    return [what, published, bar, ours, verdictOf({ met }), seconds.toFixed(0)]
  })
  say(table([['what', 'published', 'bar', 'ours', '', 's'], ...lines]))
  for (const { title, head, lines: values } of tables) {
    say(`\n${title}\n${table([head, ...values.map((line) => line.map(cellText))])}`)
  }
  say('')
}

/**
 * One part after the other, each written when it is measured: what comes later may fail or be stopped. Of all parts, those
 * whose data is not here are left out, and it is said which.
 */
async function measure(names: readonly LedgerName[], { data, seeds, out }: Flags): Promise<Record<string, Measured>> {
  const runtime = await openNodeRuntime()
  const context: LedgerContext = {
    runtime,
    seeds: Array.from({ length: seeds }, (_, i) => i + 1),
    folder: (name) => folderOf(name, data),
    note,
  }
  const measured: Record<string, Measured> = {}
  try {
    for (const name of names) {
      note(`${name}: ${LEDGER[name].summary}`)
      try {
        const { figures, ...entry }: LedgerEntry = await LEDGER[name].measure(context)
        const pictures = out === undefined || !figures ? [] : await writePictures(out, name, { ...entry, figures })
        const part = { at: new Date().toISOString(), ...entry, ...(pictures.length > 0 && { pictures }) }
        measured[name] = part
        if (out !== undefined) await write(out, { [name]: part })
      } catch (error) {
        const isAbsent = error instanceof DiaboloError && ['E_MISSING', 'E_OFFLINE'].includes(error.code)
        if (names.length < NAMES.length || !isAbsent) throw error
        note(`${name} left out: ${error.message}`)
      }
    }
  } finally {
    await runtime.close()
  }
  return measured
}

function requirePart(name: string): LedgerName {
  if (Object.hasOwn(LEDGER, name)) return name as LedgerName
  const meant = nearest(name, NAMES)
  throw new DiaboloError('E_UNKNOWN', {
    at: `part "${name}" of the ledger`,
    expected: NAMES.join(', '),
    found: `"${name}"`,
    hint: meant ? `did you mean "${meant}"?` : 'leave it out to measure all parts',
  })
}

/** A folder that was named is the data set's own, or holds it. */
async function folderOf(name: string, data: string | undefined): Promise<string> {
  const folders = data === undefined ? dataFolders(name) : [join(data, name), data]
  for (const folder of folders) if ((await stat(folder).catch(() => undefined))?.isDirectory()) return folder
  throw new DiaboloError('E_MISSING', {
    at: `data set "${name}"`,
    expected: `a folder ${folders.join(' or ')}`,
    found: 'none',
    hint: 'name the folder that it is in: --data FOLDER',
  })
}

/** @throws E_DATA when `ledger.json` is there and is not a ledger */
async function keptIn(folder: string): Promise<Ledger | undefined> {
  const path = join(folder, 'ledger.json')
  if (!(await exists(path))) return undefined
  const parsed = ledgerSchema.safeParse(jsonOf(new TextDecoder().decode(await readBytes(path)), path))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw noLedger(path, issue ? `${issue.path.join('.')}: ${issue.message}` : 'something else')
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw noLedger(path, 'text that is not JSON, or was cut short', cause)
  }
}

const noLedger = (at: string, found: string, cause?: unknown) =>
  new DiaboloError('E_DATA', {
    at,
    expected: 'a ledger that was written before',
    found,
    hint: 'move it away, or give another --out',
    cause,
  })

const inOrder = (parts: Readonly<Record<string, Measured>>): Ledger['parts'] =>
  Object.fromEntries(NAMES.flatMap((name) => (parts[name] ? [[name, parts[name]]] : []))) as Ledger['parts']

/** Puts parts into the ledger of a folder, where those that were not measured again stay. */
async function write(folder: string, measured: Readonly<Record<string, Measured>>): Promise<void> {
  const kept = await keptIn(folder)
  const ledger = { machine: machine(), parts: inOrder({ ...kept?.parts, ...measured }) }
  await writeWhole(join(folder, 'ledger.json'), `${JSON.stringify(ledger, undefined, 2)}\n`)
  await writeWhole(join(folder, 'ledger.md'), ledgerPage(ledger))
}

const machine = () => `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`
