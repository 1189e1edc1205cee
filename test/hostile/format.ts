import { DiaboloError, ERROR_CODES } from '../../src/base/errors.js'

/** A file that cannot be what it says, and what is wrong with it. */
export interface Malformed {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A format that files from outside come in, and how to try its reader. */
export interface HostileFormat {
  readonly format: string
  /** Valid files, small, of as many kinds as the format has. */
  readonly seeds: readonly Uint8Array[]
  /** Reads all that is in a file. */
  readonly read: (bytes: Uint8Array) => Promise<unknown>
  readonly malformed: readonly Malformed[]
  /** Makes checksums right again, so that what is behind them is tried too: done to every other mutation. */
  readonly mend?: (bytes: Uint8Array) => Uint8Array
}

/** Milliseconds of computing within which every file has to end one way or the other, however busy the machine is. */
export const MOST_TIME = 2000

/** How reading a file ended: nothing wrong, or what is wrong with how it ended. */
export async function outcomeOf({ read }: HostileFormat, bytes: Uint8Array) {
  const start = process.cpuUsage()
  const error: unknown = await read(bytes).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const milliseconds = spentSince(start)
  return { error, milliseconds, wrong: milliseconds > MOST_TIME ? `took ${milliseconds} ms` : whatIsWrong(error) }
}

/** Milliseconds of computing on all threads. */
export function spentSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

function whatIsWrong(error: unknown): string | undefined {
  if (error === undefined) return undefined
  if (!(error instanceof DiaboloError)) return `threw ${error instanceof Error ? error.stack : String(error)}`
  const { code, at, expected, found, hint } = error
  if (!(code in ERROR_CODES)) return `threw the unknown code ${code}`
  const empty = Object.entries({ at, expected, found, hint }).filter(
    ([, text]) => text.trim() === '' || text.includes('undefined'),
  )
  return empty.length > 0 ? `says nothing in ${JSON.stringify(Object.fromEntries(empty))}` : undefined
}
