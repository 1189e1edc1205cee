import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { judgeCodes } from '../../src/app/ledger/flat-codes.js'
import { flagsOf } from '../../src/app/ledger/learn.js'
import { ledgerPage } from '../../src/app/ledger/page.js'
import { slice } from '../../src/data/dataset.js'
import { digits } from '../../src/data/digits/index.js'
import { pca } from '../../src/model/recipes.js'
import { useNativeRuntime } from '../native.js'
import { warmCli } from './warm-cli.js'

const runtime = useNativeRuntime()
const folder = mkdtempSync(join(tmpdir(), 'diabolo-ledger-'))
const at = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

const measured = {
  at: '2026-01-01T00:00:00.000Z',
  rows: [
    {
      what: 'a | b',
      source: 'Somebody (1999)',
      published: '3.00',
      bar: '2.30',
      ours: '2.44',
      met: false,
      words: 'nearly',
      command: 'diabolo train deep',
      seconds: 600,
    },
    { what: 'c', source: 'none', published: '-', ours: '1', met: null, command: 'diabolo train rbm', seconds: 3 },
    { what: 'd', source: 'X (2000)', published: '1', ours: '1', met: true, command: 'diabolo train pca', seconds: 3 },
  ],
  tables: [{ title: 'By set', head: ['set', 'AUROC'], lines: [['one', 0.98765]] }],
}

describe('the page', () => {
  const page = ledgerPage({ machine: '2 cores', parts: { deep: measured } })

  test('has a line for each figure, with its command and time', () => {
    expect(page).toContain('| a \\| b | Somebody (1999) | 3.00 | 2.30 | 2.44 | short | `diabolo train deep` | 10 min |')
    expect(page).toContain('| c | none | - |  | 1 |  | `diabolo train rbm` | 3 s |')
  })

  test('says what falls short, of those that could', () => {
    expect(page).toContain('1 of 2 figures reach what they have to. These fall short: a | b (2.44, wanted 2.30).')
  })

  test('says what stands behind the figures', () => {
    expect(page).toContain('- a | b: nearly.')
    expect(page).toContain('## By set\n\n| set | AUROC |\n|---|---|\n| one | 0.988 |')
  })
})

describe('pictures in the page', () => {
  const picture = (id: string) => ({ title: `Title ${id}`, alt: `Points of ${id}.`, file: `figures/${id}.svg` })
  const pageOf = (...ids: string[]) =>
    ledgerPage({ machine: '2 cores', parts: { codes: { ...measured, pictures: ids.map(picture) } } })

  test('are beside each other where a part has several', () => {
    expect(pageOf('a', 'b')).toContain(
      '## Side by side: codes\n\n| Title a | Title b |\n|---|---|\n| ![Points of a.](figures/a.svg) | ![Points of b.](figures/b.svg) |',
    )
  })

  test('have a heading of their own where it has one', () => {
    expect(pageOf('a')).toContain('\n\n## Title a\n\n![Points of a.](figures/a.svg)\n')
    expect(pageOf('a')).not.toContain('Side by side')
    expect(pageOf()).not.toContain('![')
  })
})

test('codes of two numbers are judged by their neighbours, and drawn', async () => {
  const all = digits({ rows: 600, seed: 1 })
  const source = { name: 'digits', origin: 'digits', train: slice(all, 0, 400), test: slice(all, 400, 600) }
  const model = await pca({ latent: 2 }).fit(source.train, { seed: 1, runtime: runtime() })
  const way = { id: 'two', name: 'Two components', axes: 'principal component' }
  const { accuracy, figure } = await judgeCodes(way, model, { source, runtime: runtime(), seed: 1 })
  await model.close()
  expect(accuracy).toBeGreaterThan(0.25)
  expect(accuracy).toBeLessThan(0.75)
  expect(figure).toMatchObject({ id: 'two', title: 'Two components' })
  expect(figure.caption).toContain(`${(100 * accuracy).toFixed(1)}% are of the class`)
  expect(figure.alt).toContain('Across: first principal component. Upwards: second principal component.')
})

test('options are told as they are typed', () => {
  expect(flagsOf({ units: [1000, 2], rbmEpochs: 0, activation: 'elu', learningRate: 0.001 })).toBe(
    '--units 1000,2 --rbm-epochs 0 --activation elu --learning-rate 0.001',
  )
})

describe('diabolo ledger', () => {
  const sets = process.env.DIABOLO_DATA && join(process.env.DIABOLO_DATA, 'adbench')

  test.skipIf(!sets || !existsSync(sets))(
    'measures a part again and keeps the others (needs DIABOLO_DATA)',
    async () => {
      mkdirSync(at('sets'))
      for (const name of ['42_WBC.npz', '40_vowels.npz']) copyFileSync(join(sets as string, name), at(`sets/${name}`))
      mkdirSync(at('docs'))
      writeFileSync(at('docs/ledger.json'), JSON.stringify({ machine: 'another', parts: { deep: measured } }))
      const { code, stdout, stderr } = await warmCli([
        'ledger',
        'adbench',
        '--data',
        at('sets'),
        '--seeds',
        '1',
        '--out',
        at('docs'),
        '--json',
      ])
      expect(code, stderr).toBe(0)
      const { parts } = JSON.parse(stdout)
      const [{ head, lines }] = parts.adbench.tables
      expect(head).toEqual(['set', 'rows', 'anomalies', 'ensemble', 'principal components', 'untrained'])
      expect(lines.map(([set]: string[]) => set)).toEqual(['40_vowels', '42_WBC', 'mean'])
      expect(lines[0][3]).toBeGreaterThan(0.9)
      expect(lines[1][3]).toBeGreaterThan(0.97)
      expect(lines[2][3]).toBeGreaterThan(lines[2][5])
      expect(parts.adbench.rows[0].met, 'nothing is known of two sets').toBe(null)
      const kept = JSON.parse(readFileSync(at('docs/ledger.json'), 'utf8'))
      expect(Object.keys(kept.parts)).toEqual(['deep', 'adbench'])
      expect(readFileSync(at('docs/ledger.md'), 'utf8')).toBe(ledgerPage(kept))
    },
  )

  test.skipIf(!sets || !existsSync(sets))(
    'has written what was measured when a later part fails (needs DIABOLO_DATA)',
    async () => {
      mkdirSync(at('one'))
      copyFileSync(join(sets as string, '42_WBC.npz'), at('one/42_WBC.npz'))
      const parts = ['adbench', 'reuters', '--data', at('one'), '--seeds', '1', '--out', at('cut')]
      const { code, stdout } = await warmCli(['ledger', ...parts, '--json'])
      expect(code).toBe(1)
      expect(JSON.parse(stdout).error).toMatchObject({ code: 'E_MISSING' })
      const kept = JSON.parse(readFileSync(at('cut/ledger.json'), 'utf8'))
      expect(Object.keys(kept.parts)).toEqual(['adbench'])
      expect(readFileSync(at('cut/ledger.md'), 'utf8')).toBe(ledgerPage(kept))
    },
  )

  const failing = async (...args: string[]) => {
    const { code, stdout } = await warmCli(['ledger', ...args, '--json'])
    return { code, error: JSON.parse(stdout).error }
  }

  test('says when there is nothing to measure', async () => {
    const { code, error } = await failing('adbench', '--data', at('none'))
    expect(code).toBe(1)
    expect(error.code).toBe('E_MISSING')
  })

  test('knows its parts', async () => {
    const { error } = await failing('adbensh')
    expect(error).toMatchObject({ code: 'E_UNKNOWN', hint: 'did you mean "adbench"?' })
    expect((await failing('constructor')).error.code).toBe('E_UNKNOWN')
  })

  test('leaves alone what is no ledger', async () => {
    mkdirSync(at('other'), { recursive: true })
    writeFileSync(at('other/ledger.json'), 'my own')
    const { error } = await failing('pca', '--out', at('other'))
    expect(error).toMatchObject({ code: 'E_DATA', found: 'text that is not JSON, or was cut short' })
    expect(readFileSync(at('other/ledger.json'), 'utf8')).toBe('my own')
  })
})
