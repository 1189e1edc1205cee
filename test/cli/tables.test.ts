import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatCsv } from '../../src/data/formats/csv-text.js'
import type { Table } from '../../src/data/table.js'
import { people } from '../table/people.js'
import { warmCli } from './warm-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'diabolo-tables-'))
const at = (name: string) => join(folder, name)
const held = people(400, { seed: 2 })
const write = (name: string, data: Table) => writeFileSync(at(name), formatCsv(data))

beforeAll(async () => {
  write('people.csv', people(1000, { anomalies: 0 }).data)
  write('new.csv', held.data)
  const flags =
    '--exclude id --categorical zip --ordinal size=S,M,L --missing mask --scaling quantileNormal --epochs 100'
  const { code, stderr } = await warmCli([
    'train',
    'vanilla',
    '--data',
    at('people.csv'),
    ...flags.split(' '),
    '--out',
    at('run'),
  ])
  if (code !== 0) throw new Error(stderr)
})
afterAll(() => rmSync(folder, { recursive: true }))

const json = async (...args: string[]) => JSON.parse((await warmCli([...args, '--json'])).stdout)

describe('a model of a table', () => {
  test('tells how well each column is reconstructed', async () => {
    const { mse, columns, rows } = await json('evaluate', at('run'), '--data', at('new.csv'))
    expect(rows).toBe(400)
    expect(mse).toBeLessThan(0.5)
    expect(Object.keys(columns)).toEqual(['age', 'income', 'height', 'weight', 'size', 'job', 'zip'])
    for (const error of Object.values(columns)) expect(error).toBeLessThan(1)
  })

  test('scores rows, and counts those above the threshold', async () => {
    const scored = await json('score', at('run'), '--data', at('new.csv'), '--out', at('scores.csv'))
    const [head, ...lines] = readFileSync(at('scores.csv'), 'utf8').trimEnd().split('\n')
    expect(head).toMatch(/^row,score,anomaly,error age,/)
    const cells = lines.map((line) => line.split(',').map(Number))
    expect(cells).toHaveLength(400)
    const above = cells.filter(([, score = 0]) => score > scored.threshold)
    expect(above.length).toBe(scored.anomalies)
    expect(above.length).toBeGreaterThan(0)
    for (const [, , anomaly] of above) expect(anomaly).toBe(1)
    const odd = above.filter(([row = 0]) => held.anomalous[row]).length
    const anomalies = held.anomalous.filter((anomalous) => anomalous).length
    expect(odd / anomalies).toBeGreaterThan(0.6)
    // one of a hundred usual rows is above the threshold by design
    expect((above.length - odd) / (400 - anomalies)).toBeLessThan(0.04)
    expect(scored.anomalous[0].score).toBe(Math.max(...cells.map(([, score = 0]) => score)))
  })

  test('reconstructs rows in their own units', async () => {
    await json('reconstruct', at('run'), '--data', at('new.csv'), '--out', at('again.csv'))
    const [head = '', first = ''] = readFileSync(at('again.csv'), 'utf8').split('\n')
    expect(head).toBe('age,income,height,weight,size,job,zip')
    const [age, , height, , size, , zip] = first.split(',')
    expect(Number(age)).toBeGreaterThan(0)
    expect(Number(height)).toBeGreaterThan(120)
    expect(['S', 'M', 'L']).toContain(size)
    expect(Number(zip)).toBeGreaterThanOrEqual(8000)
  })

  test('has a report that tells of its columns, and shows no pictures of rows', () => {
    const report = readFileSync(at('run/report.html'), 'utf8')
    expect(report).toContain('4 categories, and all others')
    expect(report).toContain('of which a constant guess has 1')
    expect(report).not.toContain('reconstructions')
  })
})

describe('is refused', () => {
  test.each([
    ['a column that is not there', ['--exclude', 'idd'], 'E_UNKNOWN', 'did you mean "id"?'],
    ['an identifier', [], 'E_DATA', '--exclude id'],
    ['an order that is none', ['--ordinal', 'size'], 'E_OPTION', 'quotation marks'],
    ['a scaling that is none', ['--scaling', 'log'], 'E_USAGE', undefined],
    ['a loss', ['--exclude', 'id', '--loss', 'mse'], 'E_OPTION', 'leave it out'],
  ])('%s', async (_, flags, code, hint) => {
    const { error } = await json('train', 'vanilla', '--data', at('people.csv'), ...flags, '--out', at('none'))
    expect(error.code).toBe(code)
    if (hint !== undefined) expect(error.hint).toContain(hint)
  })

  test('convolutions on a table', async () => {
    const { error } = await json(
      'train',
      'convolutional',
      '--data',
      at('people.csv'),
      '--exclude',
      'id',
      '--out',
      at('none'),
    )
    expect(error).toMatchObject({ code: 'E_SHAPE', expected: expect.stringContaining('images') })
  })
})
