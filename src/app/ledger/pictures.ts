import { join } from 'node:path'
import { writeWhole } from '../../node/files.js'
import { renderPage } from '../../report/page.js'
import { writeFigure } from '../run-writer.js'
import type { LedgerEntry } from './row.js'

/** A figure that lies beside the ledger. */
export interface Picture {
  readonly title: string
  readonly alt: string
  /** From the ledger's folder, with slashes. */
  readonly file: string
}

/** Figures of a part as files, and a page with them and with what they are drawn from. */
export async function writePictures(
  folder: string,
  name: string,
  { rows, tables = [], figures = [] }: LedgerEntry,
): Promise<Picture[]> {
  if (figures.length === 0) return []
  const page = renderPage({
    title: `Ledger: ${name}`,
    sections: [
      { heading: 'Figures', figures },
      {
        heading: 'Measured',
        table: {
          caption: 'What is measured, what it has to reach, and what it reaches.',
          columns: [{ label: 'What' }, { label: 'Bar' }, { label: 'Ours' }],
          rows: rows.map(({ what, bar = '', ours }) => [what, bar, ours]),
        },
      },
      ...tables.map(({ title, head, lines }) => ({
        heading: title,
        table: {
          caption: 'What stands behind the figures above.',
          columns: head.map((label) => ({ label })),
          rows: lines,
        },
      })),
    ],
  })
  await writeWhole(join(folder, `${name}.html`), page)
  for (const figure of figures) await writeFigure(join(folder, 'figures'), figure)
  return figures.map(({ id, title, alt }) => ({ title, alt, file: `figures/${id}.svg` }))
}
