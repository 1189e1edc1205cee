import { DiaboloError } from '../base/errors.js'
import type { Figure } from './figure.js'
import { ICON, MARK } from './mark.js'
import { escapeText } from './markup.js'
import { PAGE_STYLE } from './page-style.js'
import { type Fact, renderFacts, renderTable, type Table } from './table.js'

/** All text is plain text: nothing in it is read as HTML. An empty line starts a new paragraph. */
export interface Page {
  readonly title: string
  /** One or two sentences: what was done and what came out. */
  readonly lead?: string
  /** Recipe, settings, data set, seed, threads, versions. */
  readonly facts?: readonly Fact[]
  readonly sections: readonly Section[]
}

export interface Section {
  readonly heading: string
  readonly text?: string
  readonly facts?: readonly Fact[]
  readonly table?: Table
  readonly figures?: readonly Figure[]
}

/** Nothing is loaded, nothing runs: the page holds its style and pictures itself, and forbids everything else. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** From this many sections on, the page starts with a list of them. */
const CONTENTS_FROM = 4

/**
 * One HTML document that needs no other file, no network and no script.
 *
 * @throws E_USAGE when two figures have the same id; E_SHAPE when a table's row does not have one cell per column
 */
export function renderPage({ title, lead, facts, sections }: Page): string {
  requireDistinctIds(sections.flatMap(({ figures = [] }) => figures))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Diabolo">
<title>${escapeText(title)} · Diabolo</title>
<link rel="icon" href="${ICON}">
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<p class="brand">${MARK}<span>Diabolo</span></p>
<h1>${escapeText(title)}</h1>
${lead === undefined ? '' : `<p class="lead">${escapeText(lead)}</p>`}
${facts?.length ? renderFacts(facts) : ''}
</header>
${sections.length >= CONTENTS_FROM ? renderContents(sections) : ''}
<main>
${sections.map(renderSection).join('\n')}
</main>
<footer><p>Written by Diabolo. Everything on this page is in this one file.</p></footer>
</body>
</html>
`
}

function renderContents(sections: readonly Section[]): string {
  const links = sections.map(({ heading }, i) => `<li><a href="#section-${i + 1}">${escapeText(heading)}</a></li>`)
  return `<nav aria-label="Contents"><ul>\n${links.join('\n')}\n</ul></nav>`
}

function renderSection({ heading, text, facts, table, figures }: Section, i: number): string {
  const id = `section-${i + 1}`
  const parts = [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${escapeText(heading)}</h2>`,
    ...(text === undefined ? [] : paragraphs(text)),
    facts?.length ? renderFacts(facts) : '',
    table ? renderTable(table) : '',
    figures?.length ? `<div class="figures">\n${figures.map(renderFigure).join('\n')}\n</div>` : '',
    '</section>',
  ]
  return parts.filter((part) => part !== '').join('\n')
}

const paragraphs = (text: string): string[] =>
  text
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => `<p>${escapeText(paragraph.trim())}</p>`)

function renderFigure({ title, caption, svg, width }: Figure): string {
  const below = caption === undefined ? '' : ` ${escapeText(caption)}`
  return `<figure style="flex-basis:${width}px">
${svg}
<figcaption><b>${escapeText(title)}</b>${below}</figcaption>
</figure>`
}

function requireDistinctIds(figures: readonly Figure[]): void {
  const seen = new Set<string>()
  for (const { id, title } of figures) {
    if (seen.has(id)) {
      throw new DiaboloError('E_USAGE', {
        at: `figure "${title}"`,
        expected: 'an id of its own',
        found: `"${id}" twice on one page`,
        hint: 'give each figure an id when drawing it: { id: "training-curve-2" }',
      })
    }
    seen.add(id)
  }
}
