import { describe, expect, test } from 'vitest'
import { DiaboloError } from '../../src/base/errors.js'
import { rng } from '../../src/base/random.js'
import { CSV } from './csv.js'
import { type HostileFormat, outcomeOf, spentSince } from './format.js'
import { IDX } from './idx.js'
import { JSONL } from './jsonl.js'
import { mutate } from './mutate.js'
import { NPY } from './npy.js'
import { NPZ } from './npz.js'
import { ONNX_MODEL } from './onnx-model.js'
import { PARQUET } from './parquet.js'
import { PNG } from './png.js'
import { SAFETENSORS } from './safetensors.js'

/** Every format that files from outside come in. */
const FORMATS: readonly HostileFormat[] = [IDX, NPY, NPZ, CSV, JSONL, PARQUET, PNG, ONNX_MODEL, SAFETENSORS]

/** Mutations of all formats together; another seed tries others. */
const MUTATIONS = Number(process.env.DIABOLO_MUTATIONS ?? 20_000)
const SEED = Number(process.env.DIABOLO_SEED ?? 1)
const ALL_SEEDS = FORMATS.flatMap(({ seeds }) => seeds)

describe.each(FORMATS)('$format', (format) => {
  test('its seeds are valid', async () => {
    for (const seed of format.seeds) await format.read(seed)
  })

  test('at least 40 malformed files have names of their own', () => {
    expect(new Set(format.malformed.map(({ name }) => name)).size).toBe(format.malformed.length)
    expect(format.malformed.length).toBeGreaterThanOrEqual(40)
  })

  test.each(format.malformed)('$name is refused', async ({ bytes }) => {
    const { error, wrong } = await outcomeOf(format, bytes)
    expect(wrong).toBeUndefined()
    expect(error).toBeInstanceOf(DiaboloError)
  })
})

test(`${MUTATIONS} mutations end as data or as an error that says what is wrong`, { timeout: 120_000 }, async () => {
  const each = Math.ceil(MUTATIONS / FORMATS.length)
  const found: string[] = []
  const start = process.cpuUsage()
  let refused = 0
  for (const format of FORMATS) {
    for (let i = 0; i < each; i++) {
      const random = rng(SEED, 'mutations', format.format, i)
      const seed = format.seeds[random.int(format.seeds.length)] as Uint8Array
      const spoilt = mutate(seed, random, ALL_SEEDS)
      const { error, wrong } = await outcomeOf(format, i % 2 === 0 ? spoilt : (format.mend?.(spoilt) ?? spoilt))
      if (error !== undefined) refused++
      if (wrong) found.push(`${format.format}, mutation ${i} of seed ${SEED}: ${wrong}`)
    }
  }
  expect(found).toEqual([])
  // were all refused, or none, nothing would have been tried
  expect(refused).toBeGreaterThan(MUTATIONS / 4)
  expect(refused).toBeLessThan(MUTATIONS)
  expect(spentSince(start)).toBeLessThan(60_000)
  // KiB: readers that believed what files say of their sizes would go far beyond
  expect(process.resourceUsage().maxRSS).toBeLessThan(2 ** 21)
})
