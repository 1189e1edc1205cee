import { DiaboloError } from '../base/errors.js'
import { permutation, rng } from '../base/random.js'
import type { Dataset } from '../data/dataset.js'
import { isTable, readDataset } from '../data/read.js'
import { pick } from '../data/split.js'
import { columnOf, pickTable, type Table, table } from '../data/table.js'
import { namedIn, openDataAt, openFile, openSource } from './sources.js'

/** Of each row, whether it is an anomaly; undefined where nobody says. */
export type Anomalies = readonly (boolean | undefined)[]

/** Rows in memory, and which of them are known to be anomalies. */
export interface LabelledRows {
  readonly rows: Dataset | Table
  readonly anomaly?: Anomalies
}

export interface LabelOptions {
  /** The column of a table that says what each row is, or the array of an `.npz`; nothing is known when left out. */
  readonly labels?: string | undefined
  /** The label of what is ordinary; 0 when left out. */
  readonly normal?: string | undefined
}

/** Labels of what is ordinary where nobody says which. */
const ORDINARY = '0'

/**
 * All rows of a file, a table's without the column that labels them.
 *
 * @throws E_OPTION when there are no labels though they are asked for; E_UNKNOWN when there is no such column or array;
 *         E_DATA when no row is ordinary; and what opening the data throws
 */
export async function openLabelled(path: string, options: LabelOptions): Promise<LabelledRows> {
  const { labels, normal = ORDINARY } = options
  const wanted = (labels ?? options.normal) !== undefined
  if (namedIn(path)) return ofDataset((await openSource(path, 1)).train, wanted, normal)
  const data = await openDataAt(path)
  if (!isTable(data)) {
    const rows = await readDataset(data)
    if (labels === undefined || !path.endsWith('.npz')) return ofDataset(rows, wanted, normal)
    return { rows, anomaly: anomalies(path, await labelsIn(path, labels, rows.rows), normal) }
  }
  const whole = await data.read(0, data.rows)
  if (labels === undefined) {
    if (wanted) throw unlabelled(path, 'the column that labels rows: --labels', 'none')
    return { rows: whole }
  }
  const { values, was } = columnOf(whole, labels)
  const rows = table(
    whole.columns.filter(({ name }) => name !== labels),
    whole.name,
  )
  return { rows, anomaly: anomalies(path, values, was === 'boolean' ? numberOfWord(normal) : normal) }
}

/** What a cell of true and false is among the numbers that such a column becomes. */
const numberOfWord = (cell: string): string => ({ false: '0', true: '1' })[cell.toLowerCase()] ?? cell

/** The values of one array of an archive, one for each row. */
async function labelsIn(path: string, array: string, rows: number): Promise<Dataset['values']> {
  const { values } = await openFile(`${path}:${array}`)
  if (values.length === rows) return values
  throw unlabelled(`array "${array}" of ${path}`, `one label for each of ${rows} rows`, `${values.length}`)
}

function ofDataset(rows: Dataset, wanted: boolean, normal: string): LabelledRows {
  if (!wanted) return { rows }
  const { labels, classes, name } = rows
  if (!labels) throw unlabelled(name, 'samples with labels: an array called y in an .npz, folders of images', 'none')
  const named = classes?.indexOf(normal) ?? -1
  return { rows, anomaly: anomalies(name, labels, named >= 0 ? String(named) : normal) }
}

function anomalies(at: string, labels: ArrayLike<string | number | undefined>, normal: string): Anomalies {
  const told = Array.from({ length: labels.length }, (_, row) => labels[row])
  const anomaly = told.map((label) => (isMissing(label) ? undefined : String(label) !== normal))
  if (anomaly.includes(false)) return anomaly
  const known = [...new Set(told.filter((label) => !isMissing(label)).map(String))].slice(0, 10)
  throw new DiaboloError('E_DATA', {
    at: `labels of ${at}`,
    expected: `ordinary rows, labelled "${normal}"`,
    found: known.length > 0 ? `${known.map((label) => `"${label}"`).join(', ')} only` : 'no label at all',
    hint: 'say which label is the ordinary one: --normal-label',
  })
}

const isMissing = (label: string | number | undefined) => label === undefined || Number.isNaN(label)

const unlabelled = (at: string, expected: string, found: string) =>
  new DiaboloError('E_OPTION', { at, expected, found, hint: '"diabolo data info" lists columns and labels' })

/** Some rows, in this order. */
export const pickOf = (rows: Dataset | Table, places: Int32Array): Dataset | Table =>
  'columns' in rows ? pickTable(rows, places) : pick(rows, places)

/** Places of rows, dealt at random; each side in order. */
export interface Dealt {
  readonly heldOut: Int32Array
  readonly rest: Int32Array
}

/** @param part  of the places, from 0 to 1 (not 1 itself), that is held out */
export function holdOutPlaces(chosen: Int32Array, part: number, seed: number): Dealt {
  const count = part > 0 ? Math.min(chosen.length - 1, Math.max(1, Math.round(part * chosen.length))) : 0
  const order = permutation(chosen.length, rng(seed, 'detect'))
  const side = (from: number, to: number) =>
    order
      .slice(from, to)
      .sort()
      .map((at) => chosen[at] as number)
  return { heldOut: side(0, count), rest: side(count, chosen.length) }
}
