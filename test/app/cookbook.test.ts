import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CookbookResult, cook } from '../../src/app/cookbook.js'
import { findings } from '../../src/app/cookbook-findings.js'
import { gridOf } from '../../src/app/cookbook-growth.js'
import { entriesOf } from '../../src/app/cookbook-plan.js'
import type { Source } from '../../src/app/sources.js'
import type { Summary } from '../../src/app/training-run.js'
import { slice } from '../../src/data/dataset.js'
import { digits } from '../../src/data/digits/index.js'
import { formatNumber } from '../../src/report/number-format.js'
import { openNodeRuntime } from '../../src/runtime/ort-node.js'
import { findAll, parseXml, textOf } from '../report/xml.js'

const RECIPES = ['vanilla', 'sparse', 'denoising', 'convolutional', 'stacked']

describe('what is run', () => {
  test.each(['quick', 'full'] as const)('%s: every recipe in both presets, each with its figures', (extent) => {
    const shown = entriesOf(extent, [28, 28, 1]).filter((entry) => entry.shown)
    for (const recipe of RECIPES) {
      const presets = shown.filter((entry) => entry.recipe === recipe).map(({ preset }) => preset)
      expect(presets, recipe).toEqual(['default', 'book'])
    }
    expect(shown[0]).toMatchObject({ recipe: 'pca', options: { latent: 256 } })
  })

  test('full leaves every preset whole; quick cuts epochs', () => {
    const cut = (extent: 'quick' | 'full') =>
      entriesOf(extent, [28, 28, 1])
        .filter(({ shown, recipe }) => shown && recipe !== 'pca' && recipe !== 'convolutional')
        .map(({ options }) => options)
    expect(cut('full')).toEqual(cut('full').map(() => ({})))
    expect(cut('quick').every(({ epochs }) => epochs === 5)).toBe(true)
  })

  test.each(['quick', 'full'] as const)('%s: what is compared has the same noise and epochs', (extent) => {
    const all = new Map(entriesOf(extent, [28, 28, 1]).map((entry) => [entry.name, entry]))
    const duel = ['convolutional', 'convolutional-book', 'denoising-at-0.5'].map((name) => all.get(name)?.options)
    expect(duel).toEqual(duel.map(() => ({ noise: 0.5, epochs: extent === 'quick' ? 1 : 10 })))
    const { upsampling: a, ...nearest } = all.get('grow-nearest')?.options ?? {}
    const { upsampling: b, ...transposed } = all.get('grow-transposed')?.options ?? {}
    expect([a, b]).toEqual(['nearest', 'transposed'])
    expect(nearest).toEqual(transposed)
  })

  test('rows of numbers are spared convolutions and a linear code wider than they are', () => {
    const entries = entriesOf('quick', [12])
    expect(entries.map(({ recipe }) => recipe)).not.toContain('convolutional')
    expect(entries.filter(({ recipe }) => recipe === 'pca').map(({ options }) => options.latent)).toEqual([12, 12])
  })
})

describe('findings say what the numbers say', () => {
  const summary = (mse: number) =>
    ({ epochs: 3, parameters: 9, stepMs: 1, test: { mse, mseClean: mse, perImage: 1, rows: 1 } }) as unknown as Summary
  const said = (heading: RegExp, errors: Record<string, number>) => {
    const results = new Map(Object.entries(errors).map(([name, mse]) => [name, summary(mse)]))
    return findings(results).find((section) => heading.test(section.heading))?.text ?? ''
  }

  test('sparsity or the start', () => {
    const errors = { 'vanilla-book': 0.03, 'sparse-book': 0.02, vanilla: 0.004 }
    expect(said(/sparsity/, { ...errors, 'vanilla-book-glorot': 0.007 })).toMatch(
      /0\.0300 against 0\.0200.* reaches 0\.00700: better than the sparse one/,
    )
    expect(said(/sparsity/, { ...errors, 'vanilla-book-glorot': 0.025 })).toContain('short of the sparse one')
  })

  test('convolutions, with the settings of today and of the chapter', () => {
    const text = said(/denoise/, { convolutional: 0.012, 'convolutional-book': 0.03, 'denoising-at-0.5': 0.02 })
    expect(text).toMatch(/today's .* 0\.0120: they do \(0\.60 times .* chapter's .* 0\.0300: they do not \(1\.50 times/)
    expect(said(/denoise/, { convolutional: 2.01, 'convolutional-book': 1.99, 'denoising-at-0.5': 2 })).toMatch(
      /little difference.*little difference/,
    )
  })

  test.each([
    [0.008, 0.01, 'It helps: the error is 20.0% lower.'],
    [0.011, 0.01, 'It does not: the error is 10.0% higher.'],
    [0.01, 0.01, 'It makes little difference'],
  ])('pretraining: %d with, %d without', (stacked, without, verdict) => {
    expect(said(/pretraining/i, { stacked, 'stacked-not-pretrained': without })).toContain(verdict)
  })

  test('nothing is said of what was not run', () => {
    expect(findings(new Map([['vanilla', summary(1)]]))).toEqual([])
  })
})

describe('the grid of pictures', () => {
  const picture = (of: (y: number, x: number, c: number) => number, [height, width, channels]: number[]) =>
    Float32Array.from({ length: (height as number) * (width as number) * (channels as number) }, (_, i) => {
      const [c, pixel] = [i % (channels as number), Math.floor(i / (channels as number))]
      return of(Math.floor(pixel / (width as number)), pixel % (width as number), c)
    })

  test.each<[string, (y: number, x: number, c: number) => number, number]>([
    ['a checkerboard', (y, x) => (y + x) % 2, 1],
    ['stripes', (_, x) => x % 2, 1],
    ['rows in step', (y) => y % 2, 1],
    ['every second pixel of every second row', (y, x) => (y % 2) * (x % 2), 1],
    ['a slope', (y, x) => y + x, 0],
    ['nothing', () => 0.5, 0],
  ])('%s', (_, of, expected) => {
    const shape = [8, 10, 3] as const
    expect(gridOf(picture(of, [...shape]), shape)).toBeCloseTo(expected, 6)
  })
})

describe('a whole cookbook, of few rows', () => {
  let folder: string
  let cooked: CookbookResult
  let page: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'diabolo-cookbook-'))
    const rows = digits({ rows: 380, seed: 1 })
    const source: Source = {
      name: 'digits',
      origin: 'built in',
      train: slice(rows, 0, 300),
      test: slice(rows, 300, 380),
    }
    const runtime = await openNodeRuntime({ threads: 1 })
    cooked = await cook({ source, extent: 'quick', seed: 1, runtime, out: folder })
    await runtime.close()
    page = readFileSync(cooked.page, 'utf8')
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const section = (heading: string) => page.split('<section').find((part) => part.includes(`>${heading}</h2>`)) ?? ''
  const titles = (part: string) => Array.from(part.matchAll(/<figcaption><b>([^<]*)/g), ([, title]) => title)

  test('runs everything', () => {
    expect(Object.keys(cooked.runs)).toEqual(entriesOf('quick', [28, 28, 1]).map(({ name }) => name))
  })

  test.each(RECIPES)('%s: two sentences, settings, the numbers of both presets, figures', (recipe) => {
    const part = section(recipe)
    expect(part).toContain('<dt>Layers</dt>')
    const rows = part.match(/<tbody>[\s\S]*<\/tbody>/)?.[0] ?? ''
    for (const name of [recipe, `${recipe}-book`]) {
      expect(rows).toContain(`>${name}</th>`)
      expect(rows).toContain(formatNumber(cooked.runs[name]?.test.mse ?? Number.NaN))
    }
    expect(section(`${recipe}-book`)).toContain('<svg')
  })

  test('each recipe has the figures that tell of it', () => {
    const [curve, phases] = ['Training curve', 'Layer by layer, then all together']
    const [both, denoised] = ['Originals over reconstructions', 'Noisy, denoised, clean']
    const [weights, maps] = ['The encoder&#39;s weights, one tile per unit', 'What the first convolution sees']
    const sparsity = ['The sparsity penalty, and where the units are', 'How active the units are']
    const codes = 'Codes, coloured by class'
    expect(titles(section('vanilla'))).toEqual([curve, both, weights, codes])
    expect(titles(section('sparse'))).toEqual([curve, both, weights, ...sparsity, codes])
    expect(titles(section('denoising-book'))).toEqual([curve, denoised, weights, ...sparsity])
    // a single epoch has no curve
    expect(titles(section('convolutional'))).toEqual([denoised, maps])
    expect(titles(section('stacked'))).toEqual([phases, denoised, weights, codes])
    expect(titles(section('What does growing back leave in pictures?'))).toEqual(['Ways to grow'])
  })

  test('every picture says in words what it shows', () => {
    const pictures = page.match(/<svg[^>]*class="diabolo-figure"[\s\S]*?<\/svg>/g) ?? []
    expect(pictures.length).toBeGreaterThan(35)
    for (const picture of pictures) {
      const [words] = findAll(parseXml(picture), 'desc').map(textOf)
      expect(words?.length).toBeGreaterThan(60)
    }
  })

  test('principal components are a yardstick for codes of their own width alone', () => {
    expect(section('vanilla')).toContain('PCA-256, test')
    expect(section('sparse')).not.toContain('PCA-')
    expect(section('denoising')).not.toContain('PCA-')
    expect(section('Results')).toContain('>pca-50</th>')
  })
})
