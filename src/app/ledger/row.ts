import type { Figure } from '../../report/figure.js'
import type { Runtime } from '../../runtime/types.js'

/** A published figure beside ours. */
export interface LedgerRow {
  readonly what: string
  /** Who published the figure, and when. */
  readonly source: string
  readonly published: string
  /** What ours has to reach, where it is not the published figure. */
  readonly bar?: string
  readonly ours: string
  /** Whether it does; null where there is nothing to reach. */
  readonly met: boolean | null
  /** What must be said beside it. */
  readonly words?: string
  /** What gives the same figure on the command line. */
  readonly command: string
  /** How long that took, training included. */
  readonly seconds: number
}

/** What stands behind a row: one line for each data set, seed, length … */
export interface LedgerTable {
  readonly title: string
  readonly head: readonly string[]
  readonly lines: readonly (readonly (string | number)[])[]
}

export interface LedgerEntry {
  readonly rows: readonly LedgerRow[]
  readonly tables?: readonly LedgerTable[]
  readonly figures?: readonly Figure[]
}

export interface LedgerContext {
  /**
   * The folder of a data set that is not brought along and not downloaded.
   *
   * @throws E_MISSING when it is not there
   */
  readonly folder: (name: 'adbench' | 'reuters21578') => Promise<string>
  /** What is trained more than once is trained with these; what is trained once with the first. */
  readonly seeds: readonly number[]
  readonly runtime: Runtime
  /** Tells how far it is. */
  readonly note: (line: string) => void
}

export interface LedgerPart {
  readonly summary: string
  /** @throws E_MISSING, E_OFFLINE when its data is not there */
  readonly measure: (context: LedgerContext) => Promise<LedgerEntry>
}

/** Runs it, and says how many seconds that took. */
export async function timed<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const before = performance.now()
  const value = await run()
  return { value, seconds: (performance.now() - before) / 1000 }
}

/** 0.0113 as 1.13%. */
export const percent = (part: number): string => `${(100 * part).toFixed(2)}%`

export const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
