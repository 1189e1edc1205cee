import { describe, expect, test } from 'vitest'
import { drawImageGrid } from '../../src/report/image-grid.js'
import { renderPage } from '../../src/report/page.js'
import { drawTrainingCurve } from '../../src/report/training-curve.js'
import { drawWeightTiles } from '../../src/report/weight-tiles.js'
import { findAll, parseXml, textOf, type XmlElement } from './xml.js'

const HOSTILE = `</title></style></svg><script>alert(1)</script><img src=x onerror=alert(2)> "' onload='x' &amp; \u0000 ]]> -->`
const SEEN = HOSTILE.replace('\u0000', '\ufffd')

const curve = await drawTrainingCurve({
  series: [{ name: HOSTILE, values: [3, 2, 1] }],
  title: HOSTILE,
  caption: HOSTILE,
})
const grid = drawImageGrid({
  shape: [1, 2, 1],
  rows: [{ caption: HOSTILE, images: new Uint8Array(6), notes: Array(3).fill(HOSTILE) }],
})
const tiles = drawWeightTiles({ shape: [1, 2, 1], weights: Float32Array.of(1, 2, 3, 4), caption: 'weights' })

const page = renderPage({
  title: HOSTILE,
  lead: HOSTILE,
  facts: [
    { label: HOSTILE, value: HOSTILE },
    { label: 'Parameters', value: 402192 },
  ],
  sections: [
    { heading: HOSTILE, text: `${HOSTILE}\n\nsecond paragraph`, facts: [{ label: 'Epochs', value: 10 }] },
    {
      heading: 'Results',
      table: { caption: HOSTILE, columns: [{ label: HOSTILE, unit: HOSTILE }], rows: [[HOSTILE]] },
    },
    { heading: 'Figures', figures: [curve, grid, tiles] },
    { heading: 'Nothing' },
  ],
})

/** HTML's void elements closed and its doctype dropped: what is left of our pages is XML. */
function parsePage(html: string): XmlElement {
  return parseXml(html.replace('<!doctype html>', '').replace(/<(meta|link)([^>]*)>/g, '<$1$2/>'))
}

const root = parsePage(page)

test('no text becomes markup', () => {
  for (const name of ['script', 'img', 'iframe', 'base', 'form', 'object', 'embed'])
    expect(findAll(root, name)).toEqual([])
  const attributes = (element: XmlElement): string[] => [
    ...Object.keys(element.attributes),
    ...element.children.flatMap((child) => (typeof child === 'string' ? [] : attributes(child))),
  ]
  expect(attributes(root).filter((name) => name.startsWith('on'))).toEqual([])
})

test('all text is there, as it was written', () => {
  expect(findAll(root, 'h1').map(textOf)).toEqual([SEEN])
  expect(findAll(root, 'h2').map(textOf)).toEqual([SEEN, 'Results', 'Figures', 'Nothing'])
  expect(findAll(root, 'dt').map(textOf)).toEqual([SEEN, 'Parameters', 'Epochs'])
  expect(findAll(root, 'dd').map(textOf)).toEqual([SEEN, '402,192', '10'])
  expect(findAll(root, 'p').map(textOf)).toEqual(expect.arrayContaining([SEEN, 'second paragraph']))
  expect(findAll(root, 'figcaption').map((caption) => textOf(caption).trim())).toEqual([
    `${SEEN} ${SEEN}`,
    grid.title,
    `${tiles.title} weights`,
  ])
})

test('nothing is fetched: no address but namespaces and data', () => {
  expect(
    page
      .replaceAll('xmlns="http://www.w3.org/2000/svg"', '')
      .replace(/xmlns%3D%22http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg%22/, ''),
  ).not.toMatch(/https?:|https?%3A|@import|\/\/[a-z]/i)
  for (const name of ['image', 'link', 'a']) {
    for (const { attributes } of findAll(root, name)) expect(attributes.href).toMatch(/^(data:image\/|#section-)/)
  }
  for (const [, target] of page.matchAll(/url\(([^)]*)\)/g)) expect(target).toMatch(/^#/)
  const policy = findAll(root, 'meta').find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy')
  expect(policy?.attributes.content).toContain("default-src 'none'")
})

describe('structure for assistive technology', () => {
  test('language, landmarks, one main heading', () => {
    expect(root.attributes.lang).toBe('en')
    for (const name of ['header', 'main', 'footer', 'h1', 'title']) {
      expect(findAll(root, name).filter((each) => each.attributes.id === undefined)).toHaveLength(1)
    }
  })

  test('every figure is an image with a name, a description and a caption', () => {
    const figures = findAll(root, 'figure')
    expect(figures).toHaveLength(3)
    for (const figure of figures) {
      const svg = findAll(figure, 'svg')[0]
      expect(svg?.attributes.role).toBe('img')
      expect(findAll(figure, 'title')).toHaveLength(1)
      expect(findAll(figure, 'desc')).toHaveLength(1)
      expect(findAll(figure, 'figcaption')).toHaveLength(1)
    }
  })

  test('ids are unique, and every reference has its target', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const references = [...page.matchAll(/ aria-(?:labelledby|describedby)="([^"]*)"|href="#([^"]*)"|url\(#([^)]*)\)/g)]
    expect(references.length).toBeGreaterThan(10)
    for (const [, a, b, c] of references) expect(ids).toContain(a ?? b ?? c)
  })
})

test('long pages have contents, short ones do not', () => {
  expect(findAll(root, 'nav')).toHaveLength(1)
  expect(findAll(root, 'a').map(textOf)).toEqual([SEEN, 'Results', 'Figures', 'Nothing'])
  expect(renderPage({ title: 'short', sections: [{ heading: 'one' }] })).not.toContain('<nav')
})

test('what is not given leaves no trace', () => {
  const bare = parsePage(renderPage({ title: 'bare', sections: [] }))
  expect(findAll(bare, 'dl')).toEqual([])
  expect(findAll(bare, 'p').map(textOf)).toEqual(['Diabolo', expect.stringContaining('Written by Diabolo')])
})

test('two figures of one id are refused', () => {
  const sections = [
    { heading: 'a', figures: [tiles] },
    { heading: 'b', figures: [tiles] },
  ]
  expect(() => renderPage({ title: 't', sections })).toThrow(
    expect.objectContaining({ code: 'E_USAGE', found: '"weight-tiles" twice on one page' }),
  )
})
