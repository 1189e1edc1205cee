import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const SOAK = process.env.DIABOLO_SOAK === '1'

const [ROWS, SIDE] = [Math.ceil(2 ** 30 / 784), 28]
const MB = 1e6

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-large-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** An IDX file of so many pictures, of which no two in a row are the same. */
async function writeLarge(path: string): Promise<void> {
  const out = createWriteStream(path)
  const header = Buffer.alloc(16)
  for (const [i, word] of [0x00000803, ROWS, SIDE, SIDE].entries()) header.writeUInt32BE(word, 4 * i)
  out.write(header)
  const picture = SIDE * SIDE
  for (let row = 0; row < ROWS; row += 1000) {
    const block = Buffer.alloc(Math.min(1000, ROWS - row) * picture)
    for (let i = 0; i < block.length; i++)
      block[i] = Math.imul(row + Math.floor(i / picture) + 1, (i % picture) + 7) >>> 3
    if (!out.write(block)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

interface Trained {
  readonly weights: string
  readonly steps: number
  /** Bytes. */
  readonly peak: number
}

async function train(path: string, mode: 'stream' | 'memory' | 'small'): Promise<Trained> {
  const script = fileURLToPath(new URL('large-file.mjs', import.meta.url))
  return JSON.parse((await promisify(execFile)(process.execPath, [script, path, mode])).stdout)
}

test.runIf(SOAK)(
  'a file of 1 GiB takes 400 MB at most, and teaches the same bytes as in memory',
  async () => {
    const path = join(folder, 'large-idx3-ubyte')
    await writeLarge(path)
    const small = await train(path, 'small')
    const streamed = await train(path, 'stream')
    const above = (streamed.peak - small.peak) / MB
    console.info(
      `1 GiB streamed: ${Math.round(above)} MB above the ${Math.round(small.peak / MB)} MB of a training on 1,000 rows`,
    )
    expect(streamed.steps).toBe(Math.ceil(ROWS / 1000))
    expect(above).toBeLessThan(400)
    const inMemory = await train(path, 'memory')
    expect(inMemory.peak).toBeGreaterThan(2 ** 30)
    expect(streamed.weights).toBe(inMemory.weights)
  },
  600_000,
)
