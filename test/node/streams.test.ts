import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toTensor } from '../../src/data/dataset.js'
import { digits } from '../../src/data/digits/index.js'
import { formatNpy } from '../../src/data/formats/npy.js'
import { readDataset } from '../../src/data/read.js'
import { readRows } from '../../src/data/row-stream.js'
import { digitsStream } from '../../src/node/digits-stream.js'
import { fileStream } from '../../src/node/file-stream.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-streams-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const counting = (length: number) => Array.from({ length }, (_, i) => i)
const floats = Float32Array.from(counting(60), (i) => i / 7 - 3)
const doubles = () => {
  const header = "{'descr': '>f8', 'fortran_order': False, 'shape': (10, 6), }\n"
  const values = new DataView(new ArrayBuffer(480))
  for (let i = 0; i < 60; i++) values.setFloat64(8 * i, Math.PI * i)
  return Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]),
    Buffer.from(header),
    Buffer.from(values.buffer),
  ])
}

describe('a file', () => {
  test.each([
    ['bytes.npy', formatNpy([10, 2, 3], Uint8Array.from(counting(60)))],
    ['floats.npy', formatNpy([10, 6], floats)],
    ['doubles.npy', doubles()],
    ['one.npy', formatNpy([10], floats.subarray(0, 10))],
    ['packed.npy.gz', gzipSync(formatNpy([10, 6], floats))],
    ['images.idx', Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 2, 0, 0, 0, 3, ...counting(60)])],
  ])('%s is read piece by piece as it is read whole', async (name, content) => {
    const path = write(name, content)
    const [stream, whole] = [await fileStream(path), await readDataset(content, path)]
    const { name: title, rows, shape, dtype, scale } = whole
    expect(stream).toMatchObject({ name: title, rows, shape, dtype, scale })
    await fc.assert(
      fc.asyncProperty(fc.nat(9), fc.nat(9), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b) + 1]
        expect(await readRows(stream, from, to)).toEqual(toTensor(whole, from, to).data)
      }),
    )
  })

  test.each([
    ['short.npy', formatNpy([10, 6], floats).subarray(0, 200), 'E_TRUNCATED', /./],
    ['text.csv', Buffer.from('a,b\n1,x\n'), 'E_DATA', /data info/],
    ['empty', Buffer.from(''), 'E_FORMAT', /./],
    ['rowless.npy', formatNpy([0, 6], new Float32Array()), 'E_DATA', /./],
  ])('%s is refused', async (name, content, code, hint) => {
    await expect(fileStream(write(name, content))).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) })
  })

  test('that is not there, or is a folder, is refused', async () => {
    await expect(fileStream(join(folder, 'nowhere.npy'))).rejects.toMatchObject({ code: 'E_MISSING' })
    await expect(fileStream(folder)).rejects.toMatchObject({ code: 'E_DATA', at: folder })
  })

  test('that is cut while it is read says so', async () => {
    const path = write('cut.npy', formatNpy([10, 6], floats))
    const stream = await fileStream(path)
    truncateSync(path, 128 + 8 * 24 + 5)
    expect(await readRows(stream, 0, 8)).toEqual(floats.subarray(0, 48))
    await expect(readRows(stream, 7, 9)).rejects.toMatchObject({
      code: 'E_TRUNCATED',
      at: expect.stringContaining(path),
      found: '29 bytes: the file is shorter than it was',
    })
  })
})

describe('digits drawn on other threads', () => {
  test('are those of the set, however many are asked for at a time', async () => {
    const stream = digitsStream({ rows: 400, seed: 3, from: 50 })
    const set = digits({ rows: 400, seed: 3, from: 50 })
    const blocks = counting(8).map((i) => readRows(stream, 50 * i, 50 * (i + 1)))
    for (const [i, block] of (await Promise.all(blocks)).entries()) {
      expect(block).toEqual(toTensor(set, 50 * i, 50 * (i + 1)).data)
    }
  })

  test('leave the thread that asks free', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 5)
    await digitsStream({ rows: 20_000 }).read(0, 20_000)
    clearInterval(timer)
    // none, if it were this thread that draws
    expect(turns).toBeGreaterThan(0)
  })

  test('can be asked for at the moment in which a thread without work goes', async () => {
    const stream = digitsStream({ rows: 100 })
    for (let i = 0; i < 3; i++) {
      await stream.read(0, 10)
      // as long as a thread waits
      await new Promise((done) => setTimeout(done, 1000))
    }
    expect(await stream.read(0, 10)).toHaveLength(7840)
  })

  test('do not keep a finished program alive, and can be drawn again after a rest', async () => {
    const library = pathToFileURL(join(import.meta.dirname, '../../dist/node.js')).href
    const script = `import { digitsStream } from '${library}'
      const stream = digitsStream({ rows: 100 })
      const first = await stream.read(0, 10)
      await new Promise((done) => setTimeout(done, 1500))
      const again = await stream.read(0, 10)
      console.log(Buffer.from(first).equals(Buffer.from(again)))`
    const before = performance.now()
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    expect(stdout).toBe('true\n')
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})
