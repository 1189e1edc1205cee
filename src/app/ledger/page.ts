import { z } from 'zod'
import type { Picture } from './pictures.js'
import type { LedgerEntry, LedgerRow, LedgerTable } from './row.js'

const entrySchema = z.object({
  /** When it was measured, ISO 8601. */
  at: z.string(),
  rows: z.array(
    z.object({
      what: z.string(),
      source: z.string(),
      published: z.string(),
      bar: z.string().exactOptional(),
      ours: z.string(),
      met: z.boolean().nullable(),
      words: z.string().exactOptional(),
      command: z.string(),
      seconds: z.number(),
    }),
  ),
  tables: z
    .array(
      z.object({
        title: z.string(),
        head: z.array(z.string()),
        lines: z.array(z.array(z.union([z.string(), z.number()]))),
      }),
    )
    .exactOptional(),
  pictures: z.array(z.object({ title: z.string(), alt: z.string(), file: z.string() })).exactOptional(),
})

/** What was measured of each part, by its name; `ledger.json`. */
export const ledgerSchema = z.object({ machine: z.string(), parts: z.record(z.string(), entrySchema) })

export type Ledger = z.infer<typeof ledgerSchema>

export type Measured = Omit<LedgerEntry, 'figures'> & { readonly at: string; readonly pictures?: readonly Picture[] }

/** The ledger as Markdown. */
export function ledgerPage({ machine, parts }: Ledger): string {
  const entries = Object.values(parts)
  const rows = entries.flatMap((entry) => entry.rows)
  const short = rows.filter(({ met }) => met === false)
  const judged = rows.filter(({ met }) => met !== null).length
  return [
    '# Ledger',
    '',
    `Each published figure, ours beside it, the command that gives it and the time it took on ${machine}. Where a bar is named, it is what ours has to reach. This page is written by \`diabolo ledger --out docs\`; \`diabolo ledger --out docs NAME\` measures one part again (${Object.keys(parts).join(', ')}).`,
    '',
    ...lines(
      ['what', 'source', 'published', 'bar', 'ours', '', 'command', 'time'],
      rows.map((row) => [
        row.what,
        row.source,
        row.published,
        row.bar ?? '',
        row.ours,
        verdictOf(row),
        `\`${row.command}\``,
        timeOf(row.seconds),
      ]),
    ),
    '',
    short.length === 0
      ? `All ${judged} figures that have something to reach reach it.`
      : `${judged - short.length} of ${judged} figures reach what they have to. These fall short: ${short.map(({ what, ours, bar, published }) => `${what} (${ours}, wanted ${bar ?? published})`).join('; ')}.`,
    '',
    ...rows.flatMap(({ what, words }) => (words === undefined ? [] : [`- ${what}: ${words}.`])),
    ...entries.flatMap(({ tables = [] }) => tables.flatMap(tableLines)),
    ...Object.entries(parts).flatMap(([name, { pictures = [] }]) => pictureLines(name, pictures)),
    '',
  ].join('\n')
}

export const verdictOf = ({ met }: Pick<LedgerRow, 'met'>): string => (met === null ? '' : met ? 'met' : 'short')

const timeOf = (seconds: number) =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`

const tableLines = ({ title, head, lines: cells }: LedgerTable) => [
  '',
  `## ${title}`,
  '',
  ...lines(
    head,
    cells.map((line) => line.map(cellText)),
  ),
]

/** Several pictures of one part are beside each other. */
function pictureLines(name: string, pictures: readonly Picture[]): string[] {
  const images = pictures.map(({ alt, file }) => `![${alt}](${file})`)
  const titles = pictures.map(({ title }) => title)
  if (images.length <= 1) return images.flatMap((image) => ['', `## ${titles[0]}`, '', image])
  return ['', `## Side by side: ${name}`, '', ...lines(titles, [images])]
}

/** Whole numbers as they are, others to three places. */
export const cellText = (cell: string | number): string =>
  typeof cell === 'number' && !Number.isInteger(cell) ? cell.toFixed(3) : `${cell}`

const lines = (head: readonly string[], cells: readonly (readonly string[])[]) => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...cells.map((line) => `| ${line.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
]
