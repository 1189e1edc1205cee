import { expect, test } from 'vitest'
import { unit } from '../../src/app/retrieval/rank-rows.js'
import { dataset } from '../../src/data/dataset.js'
import { digits } from '../../src/data/digits/index.js'
import { documents } from '../../src/model/recipes.js'
import { useNativeRuntime } from '../native.js'

const runtime = useNativeRuntime()
const data = asDocuments(1000)

/** Pictures as rows of weights, each of length 1, as documents are. */
function asDocuments(rows: number) {
  const { values } = digits({ rows, seed: 1 })
  return dataset(unit(Float32Array.from(values), 784), { shape: [784] })
}

/** The part of the values of a code that are nearly 0 or nearly 1, and codes of a model that was trained with such noise. */
async function codesWith(codeNoise: number) {
  const options = {
    units: [60, 16],
    activation: 'relu',
    binary: true,
    noise: 0,
    codeNoise,
    epochs: 60,
    learningRate: 0.005,
    // which pulls the other way
    weightDecay: 0,
  } as const
  const model = await documents(options).fit(data, { seed: 1, runtime: runtime() })
  const [codes, again] = [await model.encode(data), await model.encode(data)]
  expect(again.data, 'noise is for training only').toEqual(codes.data)
  await model.close()
  const sure = codes.data.filter((x) => x < 0.1 || x > 0.9).length / codes.data.length
  return { sure, codes: codes.data }
}

test('noise on a sigmoid code drives its units to 0 or 1', async () => {
  const [plain, noisy] = [await codesWith(0), await codesWith(0.5)]
  expect(noisy.sure).toBeGreaterThan(0.7)
  expect(noisy.sure).toBeGreaterThan(plain.sure + 0.2)
  // and each tells something: no unit is the same for all
  const on = Array.from({ length: 16 }, (_, j) => noisy.codes.filter((x, i) => i % 16 === j && x > 0.5).length / 1000)
  for (const part of on) expect(Math.abs(part - 0.5)).toBeLessThan(0.3)
})

test('a binary code has noise of its own in place of noise on the words, unless that is turned off', () => {
  const corruptionOf = (options: object) => {
    const [phase] = documents({ binary: true, ...options }).spec([12]).phases
    return phase?.kind === 'descend' ? phase.corruption : undefined
  }
  expect(corruptionOf({})).toMatchObject({ type: 'gaussian', sigma: 0.5, at: 'code' })
  expect(corruptionOf({ codeNoise: 0 })).toMatchObject({ type: 'masking', part: 0.4 })
  expect(corruptionOf({ codeNoise: 0, noise: 0 })).toBeUndefined()
})
