import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digits } from '../../src/data/digits/index.js'
import { vanilla } from '../../src/model/recipes.js'
import type { Runtime } from '../../src/runtime/types.js'
import { useNativeRuntime } from '../native.js'
import { CHROMIUM, openPage, trafficOf } from './page.js'

const [ROWS, BATCH, EPOCHS, HIDDEN] = [100, 40, 2, 16]
const STEPS = Math.ceil(ROWS / BATCH) * EPOCHS
const PARAMETERS = 2 * 784 * HIDDEN + HIDDEN + 784

/** What training in the page came to. */
interface Outcome {
  readonly device: string
  readonly loops: boolean
  readonly losses: readonly number[]
  readonly mse: number
  readonly codes: readonly number[]
}

/** Trains in the page, and says what the worker carried to the device and back meanwhile. */
async function trainIn(page: Page, device: 'cpu' | 'webgpu') {
  const outcome = await page.evaluate(
    async ({ device, rows, batchSize, epochs, hidden }): Promise<Outcome> => {
      const { diabolo } = globalThis as unknown as { diabolo: typeof import('../../src/index.js') }
      const { openRuntime, digits, vanilla } = diabolo
      const runtime = await openRuntime({ device, threads: 1 })
      Object.assign(globalThis, { runtime })
      const data = digits({ rows })
      const model = await vanilla({ hidden }).fit(data, { epochs, batchSize, seed: 1, runtime })
      const codes = await model.encode(data)
      const { mse } = await model.evaluate(data)
      return {
        device: runtime.info.device,
        loops: runtime.info.loops,
        losses: model.history.map(({ loss }) => loss),
        mse,
        codes: Array.from(codes.data),
      }
    },
    { device, rows: ROWS, batchSize: BATCH, epochs: EPOCHS, hidden: HIDDEN },
  )
  const traffic = await trafficOf(page)
  await page.evaluate(() => (globalThis as unknown as { runtime: Runtime }).runtime.close())
  return { outcome, traffic }
}

describe.skipIf(!CHROMIUM)(
  `in a browser${CHROMIUM ? '' : ' (skipped: no Chromium; DIABOLO_CHROMIUM names one)'}`,
  () => {
    const native = useNativeRuntime()
    let opened: Awaited<ReturnType<typeof openPage>> | undefined
    let expected: Omit<Outcome, 'device' | 'loops'>
    const page = () => {
      if (!opened) throw new Error('no page')
      return opened.page
    }
    beforeAll(async () => {
      opened = await openPage()
      const data = digits({ rows: ROWS })
      const options = { epochs: EPOCHS, batchSize: BATCH, seed: 1, runtime: native() }
      const model = await vanilla({ hidden: HIDDEN }).fit(data, options)
      expected = {
        losses: model.history.map(({ loss }) => loss),
        mse: (await model.evaluate(data)).mse,
        codes: Array.from((await model.encode(data)).data),
      }
    }, 120_000)
    afterAll(() => opened?.close())

    const expectSame = ({ losses, mse, codes }: Outcome) => {
      expect(losses).toEqual(expected.losses.map((loss) => expect.closeTo(loss, 5)))
      expect(mse).toBeCloseTo(expected.mse, 5)
      expect(Math.max(...codes.map((code, i) => Math.abs(code - (expected.codes[i] ?? Number.NaN))))).toBeLessThan(1e-4)
    }

    test('WebAssembly learns what the native runtime learns', async () => {
      const { outcome, traffic } = await trainIn(page(), 'cpu')
      expect(traffic).toEqual({ up: 0, down: 0 })
      expect(outcome).toMatchObject({ device: 'wasm', loops: true })
      expectSame(outcome)
    })

    test('WebGPU does too, step by step, and the state stays on the device', async () => {
      const { outcome, traffic } = await trainIn(page(), 'webgpu')
      expect(outcome).toMatchObject({ device: 'webgpu', loops: false })
      expectSame(outcome)
      // parameters and Adam's two moments go there once, and come back once at the end, where training could go on from; the
      // rest is batches and results
      const state = 3 * 4 * PARAMETERS
      expect(traffic.up).toBeGreaterThan(state)
      expect(traffic.up).toBeLessThan(state * (STEPS - 1))
      expect(traffic.down).toBeGreaterThan(4 * PARAMETERS)
      expect(traffic.down).toBeLessThan(1.2 * state)
    }, 120_000)
  },
)
