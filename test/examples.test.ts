import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digits } from '../src/data/digits/index.js'
import { formatNpy } from '../src/data/formats/npy.js'
import { type Autoencoder, denoising, openRuntime, type Runtime, vanilla } from '../src/node.js'

const PYTHON = process.env.DIABOLO_PYTHON ?? 'python3'
const has = (modules: string) => spawnSync(PYTHON, ['-c', `import ${modules}`], { stdio: 'ignore' }).status === 0
const missing = (modules: string) => `${PYTHON} without ${modules} (DIABOLO_PYTHON names another Python)`

const data = digits({ rows: 500 })
let runtime: Runtime
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-examples-'))
  runtime = await openRuntime({ threads: 1 })
})
afterAll(async () => {
  await runtime.close()
  rmSync(folder, { recursive: true })
})

function python(script: string, ...args: string[]): string {
  const path = fileURLToPath(new URL(`../examples/${script}`, import.meta.url))
  const { status, stdout, stderr } = spawnSync(PYTHON, [path, ...args], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

describe('train-from-python', () => {
  const modules = 'numpy, onnxruntime'
  const able = has(modules)
  if (!able) console.warn(`skipped: ${missing(modules)}`)

  async function lossesInPython(model: Autoencoder, ...more: string[]): Promise<number[]> {
    writeFileSync(join(folder, 'training.onnx'), model.export('training'))
    writeFileSync(join(folder, 'training.safetensors'), await model.exportFeeds({}, more.length ? undefined : data))
    const out = python('train-from-python/train.py', 'training.onnx', ...more)
    return Array.from(out.matchAll(/loss ([\d.]+)/g), ([, loss]) => Number(loss))
  }

  function expectSame(losses: readonly number[], { history }: Autoencoder): void {
    expect(losses).toHaveLength(history.length)
    history.forEach(({ loss }, epoch) => {
      expect(Math.abs((losses[epoch] as number) / loss - 1)).toBeLessThan(1e-5)
    })
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) * 0.9)
  }

  test('reaches the losses that Diabolo reached', async ({ skip }) => {
    if (!able) skip(missing(modules))
    const model = await vanilla({ hidden: 24 }).fit(data, { epochs: 4, batchSize: 50, seed: 3, runtime })
    expectSame(await lossesInPython(model), model)
    writeFileSync(join(folder, 'data.npy'), formatNpy([500, 28, 28, 1], data.values))
    expectSame(await lossesInPython(model, 'data.npy'), model)
  })

  test('with noise and momentum too', async ({ skip }) => {
    if (!able) skip(missing(modules))
    const options = { hidden: 24, noise: 0.3, optimizer: 'sgd', learningRate: 1, momentum: 0.9 } as const
    const model = await denoising(options).fit(data, { epochs: 6, batchSize: 50, seed: 3, runtime })
    expectSame(await lossesInPython(model), model)
  })
})

describe('load-in-pytorch', () => {
  const modules = 'numpy, torch'
  const able = has(modules)
  if (!able) console.warn(`skipped: ${missing(modules)}`)

  test.for([{ tied: false }, { tied: true }])(
    'reconstructs as Diabolo does, tied: $tied',
    async ({ tied }, { skip }) => {
      if (!able) skip(missing(modules))
      const model = await denoising({ hidden: 24, tied }).fit(data, { epochs: 2, batchSize: 50, seed: 3, runtime })
      const again = await model.reconstruct(data)
      writeFileSync(join(folder, 'weights.safetensors'), model.exportWeights())
      writeFileSync(join(folder, 'data.npy'), formatNpy([500, 28, 28, 1], data.values))
      writeFileSync(join(folder, 'again.npy'), formatNpy(again.shape, again.data))
      const out = python('load-in-pytorch/autoencoder.py', 'weights.safetensors', 'data.npy', 'again.npy')
      expect(Number(out.match(/difference (\S+)/)?.[1])).toBeLessThan(1e-5)
    },
  )
})
