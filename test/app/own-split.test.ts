import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSplit } from '../../src/app/own-split.js'
import { openTrainingSource, type TrainingSource, withValidation } from '../../src/app/sources.js'
import type { Dataset } from '../../src/data/dataset.js'
import { formatNpy } from '../../src/data/formats/npy.js'
import { readDataset } from '../../src/data/read.js'
import { isStream, type RowStream } from '../../src/data/row-stream.js'
import type { Autoencoder } from '../../src/model/autoencoder.js'
import { pca } from '../../src/model/recipes.js'
import { useNativeRuntime } from '../native.js'

const runtime = useNativeRuntime()
const folder = mkdtempSync(join(tmpdir(), 'diabolo-split-'))
const [own, other] = [join(folder, 'own.npy'), join(folder, 'other.npy')]
const ROWS = 80

/** Every row is known by its first value. */
const rowsFrom = (first: number) =>
  formatNpy(
    [ROWS, 3],
    Float32Array.from({ length: 3 * ROWS }, (_, i) => (i % 3 === 0 ? first + i / 3 : (i * i) % 7)),
  )
const namesOf = ({ values, rows }: Dataset) => Array.from({ length: rows }, (_, row) => values[3 * row] as number)

beforeAll(() => {
  writeFileSync(own, rowsFrom(0))
  writeFileSync(other, rowsFrom(1000))
})
afterAll(() => rmSync(folder, { recursive: true }))

const SEED = 7
const learned = (data: Dataset | RowStream) => pca({ latent: 2 }).fit(data, { seed: SEED, runtime: runtime() })

describe('a file that the model was trained on', () => {
  test.each<[string, () => Promise<TrainingSource>]>([
    ['in memory', () => openTrainingSource(own, SEED)],
    ['with a part of it to validate with', async () => withValidation(await openTrainingSource(own, SEED), SEED)],
    ['as a stream', () => openTrainingSource(own, SEED, true)],
    [
      'as a stream, with a part of it to validate with',
      async () => withValidation(await openTrainingSource(own, SEED, true), SEED),
    ],
  ])('is split as it was for the model: %s', async (_, open) => {
    const { train } = (await open()) as { readonly train: Dataset | RowStream }
    const model = await learned(train)
    const { source, seed } = await openSplit(own, { model })
    expect(seed).toBe(SEED)
    const known = new Set(namesOf(isStream(train) ? await readDataset(train) : train))
    expect(namesOf(source.test).filter((name) => known.has(name))).toEqual([])
    expect(source.test.rows).toBe(8)
    expect(source.train.rows + source.test.rows).toBe(ROWS)
    expect((await openSplit(own, { model, seed: SEED })).source.test.values).toEqual(source.test.values)
    await expect(openSplit(own, { model, seed: 1 })).rejects.toMatchObject({ code: 'E_OPTION', at: '--seed' })
  })
})

test('data that the model has not seen is split by any seed', async () => {
  const model = await learned(((await openTrainingSource(own, SEED)) as { readonly train: Dataset }).train)
  for (const seed of [1, SEED]) {
    const { source } = await openSplit(other, { model, seed })
    expect(namesOf(source.test)).toEqual(namesOf((await openSplit(other, { seed })).source.test))
  }
  expect((await openSplit(other, { model })).seed).toBe(SEED)
  expect((await openSplit(other, {})).seed).toBe(1)
})

test('data of two rows has one to test on', async () => {
  const two = join(folder, 'two.npy')
  writeFileSync(two, formatNpy([2, 3], new Float32Array(6)))
  const model = { provenance: { dataset: 'other', rows: 5, seed: 3, fingerprint: 'sha256:0' } } as Autoencoder
  expect((await openSplit(two, { model })).source.test.rows).toBe(1)
})

test('digits are new with every seed, and refused only where the model has seen those to test on', async () => {
  const model = { provenance: { dataset: 'digits', rows: 5102, seed: 3 } } as Autoencoder
  await expect(openSplit('digits:101', { model })).rejects.toMatchObject({ code: 'E_OPTION', at: '--data digits:101' })
  expect((await openSplit('digits:101', { model, seed: 1 })).seed).toBe(1)
  const { source, seed } = await openSplit('digits:102', { model })
  expect([seed, source.test.rows]).toEqual([3, 10_000])
})
