import { execFile } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'

const LIBRARY = pathToFileURL(join(import.meta.dirname, '../../dist/node.js')).href
/** With DIABOLO_SOAK=1 files are 1 GiB; otherwise as small as shows that they are read right. */
const SOAK = process.env.DIABOLO_SOAK === '1'
const MEBIBYTES = SOAK ? 1024 : 4
const WIDTH = 64
const ROWS = (MEBIBYTES * 2 ** 20) / (4 * WIDTH)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-large-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Writes rows of random numbers from 0 to 1 block by block, and a head before them. */
function write(
  name: string,
  head: Uint8Array | string,
  blockOf: (values: Float32Array) => Uint8Array | string,
  rows: number,
) {
  const path = join(folder, name)
  const file = openSync(path, 'w')
  const block = 1024
  const random = rng(1, name)
  writeSync(file, typeof head === 'string' ? Buffer.from(head) : head)
  for (let row = 0; row < rows; row += block) {
    const values = Float32Array.from({ length: Math.min(block, rows - row) * WIDTH }, () =>
      Math.fround(random.uniform()),
    )
    const bytes = blockOf(values)
    writeSync(file, typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
  }
  closeSync(file)
  return path
}

const npy = () => {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${ROWS}, ${WIDTH}), }`.padEnd(117)
  const head = Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]),
    Buffer.from(`${header}\n`),
  ])
  return write('large.npy', head, (values) => new Uint8Array(values.buffer), ROWS)
}
const csv = () => {
  // 9 bytes a number
  const rows = Math.floor((MEBIBYTES * 2 ** 20) / (9 * WIDTH))
  const names = Array.from({ length: WIDTH }, (_, i) => `x${i}`).join(',')
  const lines = (values: Float32Array) =>
    Array.from({ length: values.length / WIDTH }, (_, row) =>
      Array.from(values.subarray(row * WIDTH, (row + 1) * WIDTH), (value) => value.toFixed(6)).join(','),
    ).join('\n')
  return write('large.csv', `${names}\n`, (values) => `${lines(values)}\n`, rows)
}

interface Trained {
  readonly rows: number
  readonly codes: string
  /** MiB at the peak. */
  readonly resident: number
}

/** Trains in a process of its own, and says what the model makes of a few samples. */
async function train(data: string): Promise<Trained> {
  const script = `import { createHash } from 'node:crypto'
    import { dataset, fileStream, readDataset, vanilla } from '${LIBRARY}'
    const data = ${data}
    const model = await vanilla({ hidden: 8, batchSize: 1024 }).fit(data, { epochs: 1, seed: 1, buffer: 4096 })
    const samples = dataset(Float32Array.from({ length: 64 * 100 }, (_, i) => (i * 7919 % 1000) / 1000), { shape: [64] })
    const codes = createHash('sha256').update((await model.reconstruct(samples)).data).digest('hex')
    console.log(JSON.stringify({ rows: data.rows, codes, resident: process.resourceUsage().maxRSS / 1024 }))
    process.exit(0)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  return JSON.parse(stdout)
}

describe.each([
  ['.npy', npy],
  ['CSV', csv],
])(`a file of ${MEBIBYTES} MiB, %s`, (_, make) => {
  test('teaches the same weights read while training as from memory, within 400 MB above the runtime', async () => {
    const path = JSON.stringify(make())
    const base = await train(`dataset(new Float32Array(64 * 4096).fill(0.5), { shape: [64] })`)
    const streamed = await train(`await fileStream(${path})`)
    expect(streamed.resident - base.resident).toBeLessThan(400)
    const whole = await train(`await readDataset(await fileStream(${path}))`)
    expect(streamed.codes).toBe(whole.codes)
    expect(streamed.codes).not.toBe(base.codes)
    expect(streamed.rows).toBe(whole.rows)
  }, 900_000)
})
