import { styleText } from 'node:util'
import type { DiaboloError } from '../base/errors.js'

/** The one JSON document that --json promises; nothing else is ever written to standard output beside it. */
export function writeJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`)
}

/** What a person asked for: goes to standard output, unless --json keeps that for the document. */
export function say(text: string, { json = false }: { json?: boolean | undefined } = {}): void {
  if (!json) process.stdout.write(`${text}\n`)
}

/** What a person may want to know meanwhile: goes to standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

export const bold = (text: string) => paint('bold', text)
export const dim = (text: string) => paint('dim', text)

const paint = (style: 'bold' | 'dim' | 'red', text: string) =>
  process.env.NO_COLOR || !process.stderr.isTTY ? text : styleText(style, text)

/** Place, expectation, finding, remedy. */
export function showError({ code, at, expected, found, hint }: DiaboloError): void {
  note(`${paint('red', 'error')} ${code} ${at}`)
  note(`  expected  ${expected}`)
  note(`  found     ${found}`)
  note(`  try       ${hint}`)
}

/** Rows of text in aligned columns; numbers are aligned to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const isNumber = (text: string) => /^[-\d.,]+%?$|^-$/.test(text)
  return rows
    .map((row) =>
      row
        .map((cell, column) => (isNumber(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
