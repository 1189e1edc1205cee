import { DiaboloError } from '../base/errors.js'
import { escapeText } from './markup.js'
import { formatNumber } from './number-format.js'

/** Numbers are written with 4 significant digits and commas; text stands as it is (a seed, a date); `null` is a dash. */
export type Cell = string | number | null

export interface Column {
  readonly label: string
  /** Shown small under the label: `s`, `per pixel`. */
  readonly unit?: string
  /** Marks the best number of the column. */
  readonly best?: 'lowest' | 'highest'
}

export interface Table {
  readonly caption: string
  /** The first column names the rows. */
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface Fact {
  readonly label: string
  readonly value: Cell
}

/**
 * @throws E_SHAPE when a row does not have one cell per column
 */
export function renderTable({ caption, columns, rows }: Table): string {
  for (const [i, row] of rows.entries()) {
    if (row.length === columns.length) continue
    throw new DiaboloError('E_SHAPE', {
      at: `row ${i} (counted from 0) of table "${caption}"`,
      expected: `${columns.length} cells, one per column`,
      found: `${row.length}`,
      hint: 'use null where there is nothing to say',
    })
  }
  const best = columns.map((column, i) =>
    bestOf(
      column,
      rows.map((row) => row[i] ?? null),
    ),
  )
  const classes = columns.map((_, i) => (rows.every((row) => typeof row[i] !== 'string') ? ' class="number"' : ''))
  const head = columns.map(({ label, unit }, i) => {
    const below = unit === undefined ? '' : ` <span class="unit">${escapeText(unit)}</span>`
    return `<th scope="col"${classes[i]}>${escapeText(label)}${below}</th>`
  })
  const body = rows.map((row) => {
    const cells = row.map((cell, i) => {
      if (i === 0) return `<th scope="row"${classes[0]}>${renderCell(cell)}</th>`
      const isBest = cell !== null && cell === best[i]
      return `<td${classes[i]}>${isBest ? `<strong>${renderCell(cell)}</strong>` : renderCell(cell)}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  const key = best.some((value) => value !== undefined) ? ' <span class="key">Bold: best of its column.</span>' : ''
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeText(caption)}"><table>
<caption><span>${escapeText(caption)}${key}</span></caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table></div>`
}

/** Label and value pairs, such as the settings of a run. */
export function renderFacts(facts: readonly Fact[]): string {
  const pairs = facts.map(({ label, value }) => `<div><dt>${escapeText(label)}</dt><dd>${renderCell(value)}</dd></div>`)
  return `<dl class="facts">\n${pairs.join('\n')}\n</dl>`
}

function renderCell(cell: Cell): string {
  if (cell === null) return '–'
  return typeof cell === 'number' ? formatNumber(cell) : escapeText(cell)
}

/** The best number of a column that asks for it and has at least two to choose from. */
function bestOf({ best }: Column, cells: readonly Cell[]): number | undefined {
  const numbers = cells.filter((cell): cell is number => typeof cell === 'number' && Number.isFinite(cell))
  if (!best || numbers.length < 2) return undefined
  return best === 'lowest' ? Math.min(...numbers) : Math.max(...numbers)
}
