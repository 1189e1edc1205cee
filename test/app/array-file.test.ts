import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arrayOf, madeOf, requireArrayFile, writeArrayFile } from '../../src/app/array-file.js'
import { type ArraySource, showFloat } from '../../src/app/array-formats.js'
import { DiaboloError } from '../../src/base/errors.js'
import { dataset } from '../../src/data/dataset.js'
import { parseNpy } from '../npy.js'

const PYTHON = process.env.DIABOLO_PYTHON ?? 'python3'
const hasArrow = spawnSync(PYTHON, ['-c', 'import pyarrow.parquet'], { stdio: 'ignore' }).status === 0
const NO_ARROW = `${PYTHON} without pyarrow (DIABOLO_PYTHON names another Python)`
if (!hasArrow) console.warn(`skipped: ${NO_ARROW}`)

let folder: string
const at = (name: string) => join(folder, name)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-arrays-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const ROWS = 7
const values = Float32Array.from({ length: ROWS * 4 }, (_, i) => Math.sin(i) * 10 ** ((i % 9) - 4))
const labels = Uint8Array.from({ length: ROWS }, (_, i) => (5 * i) % 7)

/** Seven rows of [2, 2] in blocks of three, three and one. */
function source(more: Partial<ArraySource> = {}): ArraySource {
  async function* blocks() {
    for (let row = 0; row < ROWS; row += 3) yield values.subarray(row * 4, (row + 3) * 4)
  }
  return { name: 'code', rows: ROWS, shape: [2, 2], blocks: blocks(), labels, ...more }
}

const cellsOf = (path: string, delimiter: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(delimiter))

describe('an array in a file', () => {
  test('.npy', async () => {
    expect(await writeArrayFile(at('a.npy'), source())).toEqual([at('a.npy')])
    expect(parseNpy(readFileSync(at('a.npy')), 'a')).toMatchObject({ shape: [ROWS, 2, 2], values })
  })

  test('.csv, with the classes last', async () => {
    await writeArrayFile(at('a.csv'), source())
    const [head, ...rows] = cellsOf(at('a.csv'), ',')
    expect(head).toEqual(['code.0', 'code.1', 'code.2', 'code.3', 'label'])
    expect(
      Float32Array.from(
        rows.flatMap((row) => row.slice(0, 4)),
        Number,
      ),
    ).toEqual(values)
    expect(Uint8Array.from(rows, (row) => Number(row[4]))).toEqual(labels)
  })

  test('.tsv, with the classes in a file of their own', async () => {
    expect(await writeArrayFile(at('a.tsv'), source())).toEqual([at('a.tsv'), at('a.metadata.tsv')])
    expect(Float32Array.from(cellsOf(at('a.tsv'), '\t').flat(), Number)).toEqual(values)
    expect(Uint8Array.from(cellsOf(at('a.metadata.tsv'), '\t').flat(), Number)).toEqual(labels)
    expect(await writeArrayFile(at('b.tsv'), source({ labels: undefined }))).toEqual([at('b.tsv')])
  })

  test('.parquet, a row group for each block', async () => {
    await writeArrayFile(at('a.parquet'), source())
    const { buffer, byteOffset, byteLength } = readFileSync(at('a.parquet'))
    const rows = await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer })
    expect(Float32Array.from(rows.flatMap((row) => [0, 1, 2, 3].map((i) => row[`code.${i}`] as number)))).toEqual(
      values,
    )
    expect(rows.map(({ label }) => label)).toEqual([...labels])
  })

  test('.parquet as Arrow for Python reads it', async ({ skip }) => {
    if (!hasArrow) skip(NO_ARROW)
    await writeArrayFile(at('p.parquet'), source())
    const script = `
import json, sys, pyarrow.parquet
file = pyarrow.parquet.ParquetFile(sys.argv[1])
table = file.read()
print(json.dumps([file.num_row_groups, [str(field.type) for field in table.schema], table.to_pylist()]))`
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', script, at('p.parquet')], { encoding: 'utf8' })
    expect(stderr).toBe('')
    const [groups, types, rows] = JSON.parse(stdout)
    expect([groups, types]).toEqual([3, ['float', 'float', 'float', 'float', 'int32']])
    const read = Float32Array.from(rows.flatMap((row: Record<string, number>) => Object.values(row).slice(0, 4)))
    expect(read).toEqual(values)
  })

  test('of one number per row, and of more rows than a block holds', async () => {
    const scores = Float32Array.from({ length: 3_000_000 }, (_, i) => i)
    await writeArrayFile(at('s.npy'), arrayOf('score', { shape: [scores.length], data: scores }))
    const back = parseNpy(readFileSync(at('s.npy')), 's')
    expect(back.shape).toEqual([3_000_000])
    expect(back.values.every((value, i) => value === i)).toBe(true)
  })
})

test('a name with another ending is refused with those there are, and nothing is written over', async () => {
  await expect(requireArrayFile(at('a.xlsx'))).rejects.toMatchObject({
    code: 'E_OPTION',
    expected: 'a name that ends in .npy, .csv, .parquet, .tsv',
    found: '.xlsx',
  })
  await expect(requireArrayFile(at('constructor'))).rejects.toMatchObject({ code: 'E_OPTION' })
  await writeArrayFile(at('new.tsv'), source())
  rmSync(at('new.tsv'))
  await expect(requireArrayFile(at('new.tsv'))).rejects.toMatchObject({ code: 'E_EXISTS', at: at('new.metadata.tsv') })
})

test('what a model makes is made block by block, and what goes wrong leaves no file', async () => {
  const samples = dataset(new Float32Array(2 ** 20 + 2 ** 19), { shape: [2 ** 18], name: 'wide' })
  const seen: number[] = []
  const sums = await madeOf('sum', samples, async ({ rows }) => {
    seen.push(rows)
    if (seen.length > 2) throw new DiaboloError('E_RUNTIME', { at: 'x', expected: 'y', found: 'z', hint: 'w' })
    return { shape: [rows, 1], data: new Float32Array(rows) }
  })
  await writeArrayFile(at('sum.csv'), sums)
  expect(seen).toEqual([4, 2])
  expect(cellsOf(at('sum.csv'), ',')).toHaveLength(7)
  const failing = await madeOf('sum', samples, async ({ rows }) => {
    if (rows < 4) throw new DiaboloError('E_RUNTIME', { at: 'x', expected: 'y', found: 'z', hint: 'w' })
    return { shape: [rows, 1], data: new Float32Array(rows) }
  })
  await expect(writeArrayFile(at('never.csv'), failing)).rejects.toMatchObject({ code: 'E_RUNTIME' })
  expect(existsSync(at('never.csv'))).toBe(false)
  expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([])
})

test('a float32 is written as the shortest decimal that is it again', () => {
  expect([0.1, 1 / 3, 16777216, 1e-45, 3.4028235e38, -0.5, 0].map((x) => showFloat(Math.fround(x)))).toEqual([
    '0.1',
    '0.33333334',
    '16777216',
    '1.4013e-45',
    '3.4028235e+38',
    '-0.5',
    '0',
  ])
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (x) => {
      expect(Math.fround(Number(showFloat(x)))).toBe(x === 0 ? 0 : x)
    }),
    { seed: 1, numRuns: 5000 },
  )
})
