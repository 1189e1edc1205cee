import { describe, expect, test } from 'vitest'
import { type Dataset, dataset, toTensor } from '../../src/data/dataset.js'
import { type RowStream, rowStream } from '../../src/data/row-stream.js'
import type { Autoencoder } from '../../src/model/autoencoder.js'
import type { Estimator } from '../../src/model/estimator.js'
import { convolutional, denoising, pca, sparse, stacked, vanilla } from '../../src/model/recipes.js'
import { relativeError } from '../closeness.js'
import { useNativeRuntime } from '../native.js'
import { samples } from './streams.js'

const SHAPE = [4, 4, 1] as const
const ROWS = 157
const DATA = dataset(samples(ROWS, SHAPE), { shape: SHAPE, name: 'samples' })

const runtime = useNativeRuntime()

/** What is in memory, read as if it were not. */
function streamed(data: Dataset): RowStream {
  const { name, rows, shape, dtype, scale } = data
  return rowStream({
    name,
    rows,
    shape,
    dtype,
    scale,
    read: async (from, to) => toTensor(data, from, to).data as never,
  })
}

/** What was learned; how it came to be says of a stream that not all of it was looked at. */
const bytesOf = ({ parameters }: Autoencoder) =>
  Buffer.concat(
    Object.values(parameters).map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  )

/** Fits to the data and to a stream of it, with the same buffer. */
async function both<O>(estimator: Estimator<O>, buffer: number, data: Dataset = DATA) {
  const options = { seed: 3, buffer, runtime: runtime() } as never
  return [await estimator.fit(data, options), await estimator.fit(streamed(data), options)] as const
}

describe('a stream teaches what the same data in memory does, to the byte', () => {
  test.each([
    { buffer: 64, batchSize: 10 },
    { buffer: 157, batchSize: 10 },
    { buffer: 1000, batchSize: 157 },
    { buffer: 33, batchSize: 32 },
    { buffer: 7, batchSize: 50 },
    { buffer: 1, batchSize: 3 },
    { buffer: 100, batchSize: 1 },
  ])('%j', async ({ buffer, batchSize }) => {
    const [inMemory, fromStream] = await both(vanilla({ hidden: 6, epochs: 3, batchSize }), buffer)
    expect(fromStream.training?.steps).toBe(3 * Math.ceil(ROWS / batchSize))
    expect(fromStream.history.map(({ loss }) => loss)).toEqual(inMemory.history.map(({ loss }) => loss))
    expect(bytesOf(fromStream).equals(bytesOf(inMemory))).toBe(true)
  })

  test.each([
    ['sparse', sparse({ hidden: 12, epochs: 2, batchSize: 10 })],
    ['denoising', denoising({ hidden: 12, epochs: 2, batchSize: 10 })],
    ['convolutional', convolutional({ epochs: 1, batchSize: 10 } as never)],
    ['pca', pca({ latent: 5 })],
  ] as [string, Estimator<object>][])('%s', async (_, estimator) => {
    const [inMemory, fromStream] = await both(estimator, 50)
    expect(bytesOf(fromStream).equals(bytesOf(inMemory))).toBe(true)
  })

  test('stacked, whose codes are computed in other runs: but for last bits', async () => {
    const estimator = stacked({ units: [10, 6, 3], pretrainEpochs: 2, epochs: 2, batchSize: 10, noise: 0.2 })
    const [inMemory, fromStream] = await both(estimator, 50)
    expect(fromStream.history.map(({ phase, step }) => [phase, step])).toEqual(
      inMemory.history.map(({ phase, step }) => [phase, step]),
    )
    for (const [name, { data }] of Object.entries(inMemory.parameters)) {
      expect(relativeError(fromStream.parameters[name]?.data ?? [], data), name).toBeLessThan(1e-5)
    }
  })
})
