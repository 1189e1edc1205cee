import { expect, test } from 'vitest'
import '../../src/node.js'
import { withKernelTimes } from '../../src/app/kernel-times.js'
import { digits } from '../../src/data/digits/index.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { vanilla } from '../../src/model/recipes.js'

test("a model's weights are packed once by the runtime, not fed to every run", async () => {
  const samples = digits({ rows: 60 })
  const model = await vanilla({ hidden: 8 }).fit(samples, { epochs: 1, batchSize: 60 })
  const { kernels } = await withKernelTimes(1, async (runtime) => {
    const own = Autoencoder.fromBytes(model.toBytes(), { runtime })
    await own.encode(samples)
    await own.close()
  })
  const product = kernels.find(({ op }) => op.endsWith('Gemm'))
  // a weight that is not packed stands between the two
  expect(product?.inputs).toEqual([[60, 784], [8]])
})
