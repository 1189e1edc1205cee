import { describe, expect, test } from 'vitest'
import { buildNetwork } from '../../src/compile/network.js'
import { dataset } from '../../src/data/dataset.js'
import { RECIPES } from '../../src/recipes/index.js'
import type { Session } from '../../src/runtime/types.js'
import { rowsPerRun, runInBatches, runsOf } from '../../src/train/batches.js'

/** Gives each row's sum, twice over, after as many turns of the event loop as `delay` says for this sweep. */
function summing(delay: (sweep: number) => number = () => 0) {
  const sweeps: { readonly rows: number; readonly rowsPerRun: number }[] = []
  const session: Session = {
    run: () => Promise.reject(new Error('rows are swept')),
    async sweep({ x }, rowsPerRun) {
      const [rows = 0, width = 0] = x?.shape ?? []
      const sweep = sweeps.push({ rows, rowsPerRun })
      for (let i = 0; i < delay(sweep); i++) await new Promise(setImmediate)
      const data = new Float32Array(rows * 2)
      x?.data.forEach((value, i) => {
        for (const side of [0, 1])
          data[Math.floor(i / width) * 2 + side] = Number(value) + (data[Math.floor(i / width) * 2 + side] ?? 0)
      })
      return { sums: { dtype: 'float32', shape: [rows, 2], data } }
    },
    close: async () => {},
  }
  return { session, sweeps }
}

const rowsOf = (rows: number) =>
  dataset(
    Uint8Array.from({ length: rows * 3 }, (_, i) => (i * 7) % 251),
    { shape: [3] },
  )

const sumsOf = (rows: number) => {
  const { values } = rowsOf(rows)
  return Array.from({ length: rows * 2 }, (_, i) =>
    [0, 1, 2].reduce((sum, k) => sum + (values[Math.floor(i / 2) * 3 + k] ?? 0), 0),
  )
}

describe('runs in batches', () => {
  test.each([1, 63, 64, 65, 128, 200])('%i rows, four at a time, come back in their order, each once', async (rows) => {
    // the first of two sweeps under way takes longer than the second
    const { session, sweeps } = summing((sweep) => (sweep % 2 ? 5 : 0))
    const { sums } = await runInBatches({ session, inputs: { x: rowsOf(rows) }, rowsPerRun: 4 }, ['sums'])
    expect(Array.from(sums)).toEqual(sumsOf(rows))
    expect(sweeps.reduce((sum, each) => sum + each.rows, 0)).toBe(rows)
    expect(sweeps.every((sweep) => sweep.rowsPerRun === 4 && sweep.rows <= 64)).toBe(true)
  })

  test('end with the first failure, and no sweep is begun after it', async () => {
    const { session, sweeps } = summing()
    const failing: Session = {
      ...session,
      sweep: async (...given) =>
        sweeps.length < 3 ? session.sweep(...given) : Promise.reject(new Error('the device is gone')),
    }
    const all = runInBatches({ session: failing, inputs: { x: rowsOf(1600) }, rowsPerRun: 1 }, ['sums'])
    await expect(all).rejects.toThrow('the device is gone')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(sweeps.length).toBeLessThan(6)
  })

  test('cover all rows', () => {
    expect([...runsOf(10, 4)]).toEqual([
      [0, 4],
      [4, 8],
      [8, 10],
    ])
    expect([...runsOf(0, 4)]).toEqual([])
  })
})

test('fewer rows at a time are run where a layer makes much of each', () => {
  const rows = (recipe: 'vanilla' | 'convolutional', shape: readonly number[]) =>
    rowsPerRun(buildNetwork(RECIPES[recipe].spec(shape)))
  expect(rows('vanilla', [28, 28, 1])).toBe(500)
  // the widest is 32 maps of the image's size, four bytes each, in 16 MiB
  expect(rows('convolutional', [28, 28, 1])).toBe(Math.floor(2 ** 24 / (4 * 32 * 28 * 28)))
  expect(rows('convolutional', [512, 512, 3])).toBe(1)
})
