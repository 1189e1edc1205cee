import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { formatCsv } from '../../src/data/formats/csv-text.js'
import { formatNpy } from '../../src/data/formats/npy.js'
import { type Column, pickTable, type Table, table } from '../../src/data/table.js'
import { zip } from '../hostile/zip.js'
import { people } from '../table/people.js'
import { warmCli } from './warm-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'diabolo-detect-'))
const at = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await warmCli([...args, '--json'])
  if (code !== 0) throw new Error(stderr + stdout)
  return JSON.parse(stdout)
}

/** Four numbers that hang together, and every twentieth row one in which the second does not. */
function measurements(rows: number, seed: number): { readonly data: Table; readonly odd: readonly boolean[] } {
  const random = rng(seed, 'measurements')
  const odd = Array.from({ length: rows }, (_, row) => row % 20 === 7)
  const cells = odd.map((is) => {
    const t = random.normal()
    const shape = [t, 2 * t + (is ? 5 : 0), Math.sin(2 * t), 100 - 3 * t]
    return shape.map((x) => x + 0.1 * random.normal())
  })
  const column = (name: string, of: (row: number) => number) =>
    ({ name, type: 'number', values: Float64Array.from({ length: rows }, (_, row) => of(row)) }) as const
  const columns = ['a', 'b', 'c', 'd'].map((name, i) => column(name, (row) => cells[row]?.[i] as number))
  return { odd, data: table([...columns, column('kind', (row) => +(odd[row] === true))]) }
}

const { data, odd } = measurements(800, 1)
const anomalies = odd.filter((is) => is).length
beforeAll(() => writeFileSync(at('rows.csv'), formatCsv(data)))

describe('detect', () => {
  test('trains on all rows, judges by labels that it never saw, and leaves a detector, scores and a report', async () => {
    const found = await json(
      'detect',
      '--data',
      at('rows.csv'),
      '--labels',
      'kind',
      '--contamination',
      '0.05',
      '--out',
      at('run'),
    )
    expect(found).toMatchObject({ rows: 800, learned: 800, judged: 800, anomalies: 40 })
    const { ensemble, untrained } = found.worth
    expect(Object.keys(found.worth)).toEqual(['ensemble', 'principal components', 'untrained'])
    expect(ensemble.auroc).toBeGreaterThan(0.97)
    expect(ensemble.auroc).toBeGreaterThan(untrained.auroc)
    expect(found.verdict.recall).toBeGreaterThan(0.8)
    const right = found.anomalous.filter(({ row }: { row: number }) => odd[row])
    expect(right.length).toBeGreaterThan(0.9 * found.anomalous.length)
    const blamed = right.map(({ blame }: { blame: { value: string }[] }) => blame[0]?.value)
    expect(blamed.filter((value: string) => value === 'b').length).toBeGreaterThan(0.6 * right.length)

    const [head, ...lines] = readFileSync(at('run/scores.csv'), 'utf8').trimEnd().split('\n')
    expect(head).toBe('row,score,anomaly,error a,error b,error c,error d')
    expect(lines.filter((line) => line.split(',')[2] === '1')).toHaveLength(40)
    expect(readdirSync(at('run/figures')).sort()).toEqual(['precision-recall.svg', 'roc.svg', 'scores.svg'])
    const page = readFileSync(at('run/report.html'), 'utf8')
    expect(page).toContain('What it is worth')
    expect(page).toContain('<title>Anomalies in rows.csv · Diabolo</title>')
    expect(JSON.parse(readFileSync(at('run/detection.json'), 'utf8')).worth).toEqual(found.worth)
  })

  test('scores other rows with it, by the threshold that it has', async () => {
    const other = measurements(400, 2)
    writeFileSync(at('other.csv'), formatCsv(other.data))
    const found = await json('detect', at('run'), '--data', at('other.csv'), '--labels', 'kind')
    expect(found.rows).toBe(400)
    expect(found.worth.ensemble.auroc).toBeGreaterThan(0.97)
    expect(found.threshold.quantile).toBe(0.95)
    expect(found.verdict.falseAlarms).toBeLessThan(0.05)
    expect('out' in found).toBe(false)
  })

  test('of one class learns from ordinary rows, and is judged by rows that it did not learn from', async () => {
    const found = await json(
      'detect',
      '--data',
      at('rows.csv'),
      '--labels',
      'kind',
      '--normal-label',
      '0',
      '--out',
      at('one'),
    )
    const ordinary = 800 - anomalies
    expect(found.learned).toBe(ordinary - Math.round(0.2 * ordinary))
    expect(found.judged).toBe(800 - found.learned)
    expect(found.worth.ensemble.auroc).toBeGreaterThan(0.98)
  })

  test('states its false alarms, and keeps to them on rows to come', async () => {
    const stated = ['--false-alarms', '0.05', '--normal-label', '0']
    const found = await json('detect', '--data', at('rows.csv'), '--labels', 'kind', ...stated, '--out', at('sure'))
    // 20% of 760 ordinary rows to judge by, 20% of the rest for the threshold
    expect(found.threshold).toMatchObject({ falseAlarms: 0.05, rows: 122 })
    expect(found).toMatchObject({ learned: 486, judged: 152 + anomalies })
    writeFileSync(at('later.csv'), formatCsv(measurements(4000, 3).data))
    const { verdict } = await json('detect', at('sure'), '--data', at('later.csv'), '--labels', 'kind')
    // 5% on average over what was held out: 122 rows, so that one threshold may be off by as much again
    expect(verdict.falseAlarms).toBeLessThan(0.1)
    expect(verdict.recall).toBeGreaterThan(0.9)
  })

  test('takes tables of any columns, with values missing, and needs no labels', async () => {
    const mixed = people(600, { seed: 4 })
    writeFileSync(at('people.csv'), formatCsv(mixed.data))
    const found = await json(
      'detect',
      '--data',
      at('people.csv'),
      '--exclude',
      'id',
      '--contamination',
      '0.05',
      '--out',
      at('mixed'),
    )
    expect(found.anomalies).toBe(30)
    expect(Object.keys(found.agreement)).toEqual(['principal components', 'untrained'])
    expect('worth' in found).toBe(false)
    const odd = found.anomalous.filter(({ row }: { row: number }) => mixed.anomalous[row])
    expect(odd.length / found.anomalous.length).toBeGreaterThan(0.5)
    expect(readdirSync(at('mixed/figures'))).toEqual(['scores.svg'])
  })

  test('says it in words too', async () => {
    const { stdout, code } = await warmCli([
      'detect',
      '--data',
      at('rows.csv'),
      '--labels',
      'kind',
      '--out',
      at('words'),
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('8 of 800 rows are anomalies')
    expect(stdout).toMatch(/ensemble\s+0\.9\d\d/)
    expect(stdout).toMatch(/b \d+%/)
  })

  test.each([
    [['--contamination', '2'], '--contamination'],
    [['--contamination', '0.1', '--quantile', '0.9'], 'the threshold'],
    [['--quantile', '0'], 'quantile of a threshold'],
    [['--labels', 'nothing'], 'column of'],
    [['--labels', 'kind', '--normal-label', 'x'], 'labels of'],
    [['--normal-label', '0'], 'rows.csv'],
  ])('%j is refused, and nothing is left', async (flags, place) => {
    const { code, stdout } = await warmCli([
      'detect',
      '--data',
      at('rows.csv'),
      ...flags,
      '--out',
      at('wrong'),
      '--json',
    ])
    expect(code).toBeGreaterThan(0)
    expect(JSON.parse(stdout).error.at).toContain(place)
    expect(existsSync(at('wrong/model.onnx'))).toBe(false)
  })

  test.each([
    [['--quantile', '1.5'], 'quantile of a threshold'],
    [['--false-alarms', '0.001'], 'samples for a threshold'],
  ])('%j is refused before anything is trained', async (flags, place) => {
    const { code, stdout, stderr } = await warmCli(['detect', '--data', at('rows.csv'), ...flags, '--json'])
    expect(code).toBeGreaterThan(0)
    expect(JSON.parse(stdout).error.at).toContain(place)
    expect(stderr).not.toContain('epoch')
  })

  test('a trained detector is taken as it is', async () => {
    for (const flags of [
      ['--score', 'squared'],
      ['--quantile', '0.5'],
    ]) {
      const { code, stdout } = await warmCli(['detect', at('run'), '--data', at('rows.csv'), ...flags, '--json'])
      expect(code).toBe(2)
      expect(JSON.parse(stdout).error.code).toBe('E_OPTION')
    }
  })
})

describe('labels', () => {
  const labelled = (name: string, columns: readonly Column[], kind: Column) =>
    writeFileSync(at(name), formatCsv(table([...columns.filter(({ name }) => name !== 'kind'), kind])))
  const detect = (...args: string[]) => json('detect', ...args, '--out', at(`run-${args.join('').replace(/\W/g, '')}`))
  const words = (of: (row: number) => string | undefined): Column => ({
    name: 'kind',
    type: 'text',
    values: odd.map((_, row) => of(row)),
  })

  test('that are missing make a row neither ordinary nor an anomaly', async () => {
    const told = words((row) => (row % 4 === 0 ? undefined : odd[row] ? 'bad' : 'ok'))
    labelled('some.csv', data.columns, told)
    const flags = ['--data', at('some.csv'), '--labels', 'kind', '--normal-label', 'ok']
    const { judged, learned, worth } = await detect(...flags)
    const ordinary = odd.filter((is, row) => row % 4 !== 0 && !is).length
    expect(learned).toBe(ordinary - Math.round(0.2 * ordinary))
    expect(judged).toBe(600 - learned)
    expect(worth.ensemble.auroc).toBeGreaterThan(0.98)
    const { stderr } = await warmCli(['detect', at(`run-${flags.join('').replace(/\W/g, '')}`), ...flags])
    expect(stderr).toContain('200 of 800 rows have no label')
  })

  test('of true and false are called so', async () => {
    labelled(
      'booleans.csv',
      data.columns,
      words((row) => String(odd[row])),
    )
    const flags = ['--data', at('booleans.csv'), '--labels', 'kind', '--normal-label', 'false']
    expect((await detect(...flags)).worth.ensemble.auroc).toBeGreaterThan(0.98)
  })

  test('are the array of that name in an archive', async () => {
    const [width, rows] = [4, 800]
    const values = Float32Array.from(
      { length: rows * width },
      (_, i) => data.columns[i % width]?.values[Math.floor(i / width)] as number,
    )
    const array = (name: string, content: Uint8Array) => ({ name: `${name}.npy`, content })
    const right = Uint8Array.from(odd, Number)
    writeFileSync(
      at('rows.npz'),
      zip([
        array('X', formatNpy([rows, width], values)),
        array('y', formatNpy([rows], right.toReversed())),
        array('truth', formatNpy([rows], right)),
      ]),
    )
    const data800 = ['--data', at('rows.npz')]
    expect((await detect(...data800, '--labels', 'truth')).worth.ensemble.auroc).toBeGreaterThan(0.97)
    expect((await detect(...data800, '--labels', 'y')).worth.ensemble.auroc).toBeLessThan(0.8)
    const { stdout } = await warmCli(['detect', ...data800, '--labels', 'trth', '--json'])
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'E_UNKNOWN', found: 'y [800], X, truth' })
  })

  test('of one kind judge nothing, and the detector is kept', async () => {
    const ordinary = odd.flatMap((is, row) => (is ? [] : [row]))
    writeFileSync(at('ordinary.csv'), formatCsv(pickTable(data, Int32Array.from(ordinary))))
    const flags = ['--data', at('ordinary.csv'), '--labels', 'kind', '--normal-label', '0']
    const { code, stdout, stderr } = await warmCli(['detect', ...flags, '--out', at('kept'), '--json'])
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).worth).toBe(undefined)
    expect(stderr).toContain('all labelled rows are of one kind')
    expect(existsSync(at('kept/model.onnx'))).toBe(true)
  })
})

test('a model without a threshold calls nothing an anomaly, and says why', async () => {
  await json('train', 'vanilla', '--data', 'digits:200', '--hidden', '4', '--epochs', '1', '--out', at('plain'))
  const args = ['detect', at('plain'), '--data', 'digits:200', '--normal-label', '3']
  expect((await json(...args)).anomalies).toBe(null)
  const { stdout } = await warmCli(args)
  expect(stdout).toContain('200 rows are scored; the model has no threshold, so none is called an anomaly')
  expect(stdout).not.toContain('0 of 200')
})
