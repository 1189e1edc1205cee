import { type Dataset, slice, widthOf } from './dataset.js'
import { isStream, type RowStream, readRows } from './row-stream.js'

/** Runs of consecutive rows that are taken. */
const RUNS = 100

/** Rows that stand for all: all of them where there are not more than `most`, otherwise runs at equal distances. */
export async function sampleRows(data: Dataset | RowStream, most = 10_000): Promise<Dataset> {
  const { name, rows, shape, dtype, scale, missing } = data
  const runs = rows <= most ? 1 : RUNS
  const length = rows <= most ? rows : Math.floor(most / runs)
  const width = widthOf(data)
  const size = runs * length * width
  const values = dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size)
  for (let run = 0; run < runs; run++) {
    const from = Math.floor((run * rows) / runs)
    const part = isStream(data) ? await readRows(data, from, from + length) : slice(data, from, from + length).values
    values.set(part, run * length * width)
  }
  return { name, rows: runs * length, shape, dtype, scale, missing, values }
}
