import { DiaboloError } from '../base/errors.js'
import { permutation, rng } from '../base/random.js'

/** Numbers of the rows on each side of a split, ascending. */
export interface SplitRows {
  readonly train: Int32Array
  readonly test: Int32Array
}

/**
 * Whole groups set aside for testing, drawn at random until they hold the part that is wanted: what belongs together, such as
 * the visits of one patient, is never on both sides.
 *
 * @param groups  of each row
 * @param part    of the rows, between 0 and 1; at least one group goes to each side
 * @throws E_DATA when there is only one group
 */
export function splitByGroup(groups: ArrayLike<string | number | undefined>, part: number, seed: number): SplitRows {
  const sizes = new Map<string | number | undefined, number>()
  for (let row = 0; row < groups.length; row++) sizes.set(groups[row], (sizes.get(groups[row]) ?? 0) + 1)
  const names = [...sizes.keys()]
  if (names.length < 2)
    throw refuse('groups of rows', 'at least 2 groups, one to train on and one to test on', `${names.length}`)
  const tested = new Set<string | number | undefined>()
  let rows = 0
  for (const at of permutation(names.length, rng(seed, 'split'))) {
    const group = names[at]
    const more = sizes.get(group) ?? 0
    // the first always, another as long as it comes closer to what is wanted
    const wanted = part * groups.length
    if (tested.size > 0 && Math.abs(rows + more - wanted) >= Math.abs(rows - wanted)) continue
    if (tested.size === names.length - 1) break
    tested.add(group)
    rows += more
  }
  return sides(groups.length, (row) => tested.has(groups[row]))
}

/**
 * The latest rows set aside for testing: a model is tried on what comes after all that it has seen. Rows of one moment stay
 * together.
 *
 * @param times  of each row, in any unit that grows
 * @param part   of the rows, between 0 and 1
 * @throws E_VALUE when a time is missing; E_DATA when all rows are of one moment
 */
export function splitByTime(times: ArrayLike<number>, part: number): SplitRows {
  const sorted = Float64Array.from(times).sort()
  for (let row = 0; row < times.length; row++) {
    if (Number.isNaN(times[row]))
      throw refuse(`row ${row} (counted from 0)`, 'a time', 'none: it is missing', 'E_VALUE')
  }
  const first = sorted[0] as number
  if (sorted.at(-1) === first) throw refuse('times of rows', 'at least 2 moments', '1')
  const boundary = sorted[Math.min(sorted.length - 1, Math.max(0, Math.round((1 - part) * sorted.length)))] as number
  // what is of the first moment is trained on, however many rows that is
  return sides(times.length, (row) => (times[row] as number) >= boundary && (times[row] as number) > first)
}

/** The rows for which it is true, and the others. */
export function sides(rows: number, isTest: (row: number) => boolean): SplitRows {
  const test: number[] = []
  const train: number[] = []
  for (let row = 0; row < rows; row++) (isTest(row) ? test : train).push(row)
  return { train: Int32Array.from(train), test: Int32Array.from(test) }
}

/**
 * Those of some rows that have a label: an autoencoder that has only seen what is normal tells what is not by its error.
 *
 * @throws E_DATA when none has it
 */
export function rowsOfLabel(
  labels: ArrayLike<string | number | undefined>,
  wanted: string | number,
  rows: Int32Array,
): Int32Array {
  const kept = rows.filter((row) => String(labels[row]) === String(wanted))
  if (kept.length > 0) return kept
  const found = [...new Set(Array.from(rows.subarray(0, 10_000), (row) => String(labels[row])))].slice(0, 10)
  throw refuse('rows to train on', `some labelled "${wanted}"`, `only ${found.map((label) => `"${label}"`).join(', ')}`)
}

const refuse = (at: string, expected: string, found: string, code: 'E_DATA' | 'E_VALUE' = 'E_DATA') =>
  new DiaboloError(code, {
    at,
    expected,
    found,
    hint: 'check the column by "diabolo data info", or split the rows at random',
  })
