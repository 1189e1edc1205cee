import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildIndex } from '../../src/app/retrieval/build-index.js'
import { INDEX_FILES, readIndex, type SearchIndex, writeIndex } from '../../src/app/retrieval/index-folder.js'
import { DiaboloError } from '../../src/base/errors.js'
import { rng } from '../../src/base/random.js'
import { formatNpy } from '../../src/data/formats/npy.js'
import { useNativeRuntime } from '../native.js'
import { mutate } from './mutate.js'

const runtime = useNativeRuntime()
const folder = mkdtempSync(join(tmpdir(), 'diabolo-index-'))
const whole = join(folder, 'whole')
const spoilt = join(folder, 'spoilt')
afterAll(() => rmSync(folder, { recursive: true }))

const WORDS = ['wheat', 'ship', 'bank', 'music', 'river', 'stone']
const ROWS = 12
let index: SearchIndex

beforeAll(async () => {
  const texts = Array.from({ length: ROWS }, (_, i) => `${WORDS[i % 6]} ${WORDS[(i + 1) % 6]}`)
  const items = texts.map((title, i) => ({ name: `${i}.txt`, title }))
  const collection = { kind: 'texts', name: 'made up', texts, items } as const
  const built = await buildIndex({ collection, code: 5, epochs: 2, seed: 1, runtime: runtime() })
  index = built.index
  await writeIndex(whole, index)
})

type Part = keyof typeof INDEX_FILES

/** The same folder with other bytes in one of its files. */
async function reading(part: Part, bytes: Uint8Array | string) {
  rmSync(spoilt, { recursive: true, force: true })
  cpSync(whole, spoilt, { recursive: true })
  writeFileSync(join(spoilt, INDEX_FILES[part]), bytes)
  return readIndex(spoilt, runtime())
}

const bytesOf = (part: Part) => readFileSync(join(whole, INDEX_FILES[part]))
const jsonOf = (part: Part) => JSON.parse(bytesOf(part).toString())
const changed = (part: Part, change: object) => JSON.stringify({ ...jsonOf(part), ...change })

test('an index that was written reads as it was', async () => {
  const read = await readIndex(whole, runtime())
  expect(read).toMatchObject({ kind: 'texts', data: 'made up', items: index.items, vocabulary: index.vocabulary })
  expect(read.codes).toEqual(index.codes)
  expect(read.thresholds).toEqual(index.thresholds)
  expect(read.bits).toEqual(index.bits)
})

describe('a part that does not belong to the others is refused', () => {
  const zeros = (rows: number, width: number) => formatNpy([rows, width], new Float32Array(rows * width))
  const bits = (rows: number, bytes: number, fill = 0) =>
    formatNpy([rows, bytes], new Uint8Array(rows * bytes).fill(fill))
  const cases: readonly (readonly [note: string, part: Part, bytes: () => Uint8Array | string])[] = [
    ['a head that is not JSON', 'head', () => '{'],
    ['a head that is a list', 'head', () => '[]'],
    ['a head of another format', 'head', () => changed('head', { format: 'diabolo-index/2' })],
    ['a head of another kind', 'head', () => changed('head', { kind: 'songs' })],
    ['a head with something more', 'head', () => changed('head', { more: 1 })],
    ['more rows than there are', 'head', () => changed('head', { rows: ROWS + 1 })],
    ['fewer rows than there are', 'head', () => changed('head', { rows: 1 })],
    ['no rows', 'head', () => changed('head', { rows: 0 })],
    ['half a row', 'head', () => changed('head', { rows: 1.5 })],
    ['endless rows', 'head', () => changed('head', { rows: 1e12 })],
    ['another length of codes', 'head', () => changed('head', { code: 6 })],
    ['endless codes', 'head', () => changed('head', { code: 1e9 })],
    ['too few thresholds', 'head', () => changed('head', { thresholds: [0] })],
    ['thresholds that are texts', 'head', () => changed('head', { thresholds: ['0', '0', '0', '0', '0'] })],
    ['other thresholds', 'head', () => changed('head', { thresholds: [9, 9, 9, 9, 9] })],
    ['too few names', 'items', () => '[{"name":"a"}]'],
    ['names that are numbers', 'items', () => JSON.stringify(Array.from({ length: ROWS }, (_, name) => ({ name })))],
    ['names that are an object', 'items', () => '{"length":12}'],
    ['no vocabulary', 'vocabulary', () => ''],
    ['a smaller vocabulary', 'vocabulary', () => changed('vocabulary', { stems: ['wheat'], frequencies: [1] })],
    ['a vocabulary without frequencies', 'vocabulary', () => changed('vocabulary', { frequencies: [] })],
    ['frequencies below 0', 'vocabulary', () => changed('vocabulary', { frequencies: WORDS.map(() => -1) })],
    ['a vocabulary of nothing', 'vocabulary', () => changed('vocabulary', { stems: [], frequencies: [] })],
    ['codes that are something else', 'codes', () => 'codes'],
    ['codes cut short', 'codes', () => bytesOf('codes').subarray(0, -4)],
    ['too few codes', 'codes', () => zeros(ROWS - 1, 5)],
    ['too many codes', 'codes', () => zeros(ROWS + 1, 5)],
    ['longer codes', 'codes', () => zeros(ROWS, 6)],
    ['codes of bytes', 'codes', () => bits(ROWS, 5)],
    ['codes that are not numbers', 'codes', () => formatNpy([ROWS, 5], new Float32Array(ROWS * 5).fill(Number.NaN))],
    ['other codes', 'codes', () => zeros(ROWS, 5)],
    ['no codes', 'codes', () => ''],
    ['bits that are something else', 'bits', () => 'bits'],
    ['bits of floats', 'bits', () => zeros(ROWS, 8)],
    ['too few bits', 'bits', () => bits(ROWS - 1, 8)],
    ['shorter bits', 'bits', () => bits(ROWS, 1)],
    ['longer bits', 'bits', () => bits(ROWS, 16)],
    ['other bits', 'bits', () => bits(ROWS, 8)],
    ['bits beyond the code', 'bits', () => bits(ROWS, 8, 255)],
    ['bits cut short', 'bits', () => bytesOf('bits').subarray(0, -1)],
    ['a model that is something else', 'model', () => 'model'],
    ['a model cut short', 'model', () => bytesOf('model').subarray(0, -100)],
    ['no model', 'model', () => ''],
  ]

  test('as often as 40 times, by names of their own', () => {
    expect(new Set(cases.map(([note]) => note)).size).toBe(cases.length)
    expect(cases.length).toBeGreaterThanOrEqual(40)
  })

  test.each(cases)('%s', async (_, part, bytes) => {
    const refused = reading(part, bytes())
    await expect(refused).rejects.toBeInstanceOf(DiaboloError)
    await expect(refused).rejects.toMatchObject({
      code: expect.stringMatching(/^E_(FORMAT|SHAPE|TRUNCATED|VALUE|DATA)$/),
    })
  })

  test.each(['items', 'vocabulary', 'codes', 'bits', 'model'] as const)('%s that are gone', async (part) => {
    rmSync(spoilt, { recursive: true, force: true })
    cpSync(whole, spoilt, { recursive: true })
    rmSync(join(spoilt, INDEX_FILES[part]))
    await expect(readIndex(spoilt, runtime())).rejects.toMatchObject({ code: 'E_MISSING' })
  })
})

test('mutations end as an index or as an error that says what is wrong', async () => {
  const parts = Object.keys(INDEX_FILES).filter((part) => part !== 'model') as Part[]
  const seeds = parts.map((part) => new Uint8Array(bytesOf(part)))
  let refused = 0
  for (let i = 0; i < 400; i++) {
    const random = rng(1, 'index', i)
    const at = random.int(parts.length)
    const bytes = mutate(seeds[at] as Uint8Array, random, seeds)
    const outcome = await reading(parts[at] as Part, bytes).catch((error: unknown) => error)
    if (outcome instanceof Error) {
      expect(outcome, `mutation ${i} of ${parts[at]}: ${outcome.stack}`).toBeInstanceOf(DiaboloError)
      refused++
    }
  }
  expect(refused).toBeGreaterThan(100)
  expect(refused).toBeLessThan(400)
}, 60_000)
