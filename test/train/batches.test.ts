import { describe, expect, test } from 'vitest'
import { buildNetwork } from '../../src/compile/network.js'
import { dataset, slice } from '../../src/data/dataset.js'
import { RECIPES } from '../../src/recipes/index.js'
import { runsOf } from '../../src/runtime/runs.js'
import type { Feeds, Session } from '../../src/runtime/types.js'
import { rowsPerRun, runInBatches } from '../../src/train/batches.js'

/** Says what it was asked, and gives each row's number of values. */
function counting() {
  const asked: { readonly rows: number; readonly rowsPerRun: number; readonly feeds: Feeds | undefined }[] = []
  const session: Session = {
    run: () => Promise.reject(new Error('rows are swept')),
    async sweep({ x }, { rowsPerRun, feeds }) {
      const [rows = 0, width = 0] = x?.shape ?? []
      asked.push({ rows, rowsPerRun, feeds })
      return rows === 0 ? {} : { count: { dtype: 'float32', shape: [rows], data: new Float32Array(rows).fill(width) } }
    },
    close: async () => {},
  }
  return { session, asked }
}

const rowsOf = (rows: number) => dataset(new Uint8Array(rows * 3), { shape: [3] })

describe('runs in batches', () => {
  test('sweep all rows, with what is fed to each', async () => {
    const { session, asked } = counting()
    const feeds = { w: { id: 1, dtype: 'float32', shape: [] } } as const
    const { count } = await runInBatches({ session, inputs: { x: rowsOf(200) }, rowsPerRun: 4, feeds }, ['count'])
    expect(count).toEqual(new Float32Array(200).fill(3))
    expect(asked).toEqual([{ rows: 200, rowsPerRun: 4, feeds }])
  })

  test('of no rows give empty outputs', async () => {
    const { session } = counting()
    const inputs = { x: slice(rowsOf(1), 0, 0) }
    expect(await runInBatches({ session, inputs, rowsPerRun: 4 }, ['count'])).toEqual({ count: new Float32Array() })
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
