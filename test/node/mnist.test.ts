import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fetchMnist, findMnist, mnist } from '../../src/node/mnist.js'

const FILES = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte']
const real = await findMnist()

let folder: string
let before: NodeJS.ProcessEnv
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-mnist-'))
  before = { ...process.env }
  process.env.XDG_CACHE_HOME = join(folder, 'cache')
})
afterEach(() => {
  process.env = before
  rmSync(folder, { recursive: true, force: true })
})

async function serving<T>(files: ReadonlyMap<string, Buffer>, use: (url: string) => Promise<T>): Promise<T> {
  const server: Server = createServer((request, response) => {
    const file = files.get(request.url?.slice(1) ?? '')
    response.writeHead(file ? 200 : 404).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

describe('MNIST that is not there', () => {
  test('offline: says where it looked and what else there is', async () => {
    await expect(mnist({ folders: [folder], mirrors: ['http://127.0.0.1:9'] })).rejects.toMatchObject({
      code: 'E_OFFLINE',
      hint: expect.stringContaining('--data digits'),
    })
  })

  test('a mirror that serves something else is caught by its checksum, and nothing is kept', async () => {
    const wrong = new Map(FILES.map((name) => [`${name}.gz`, gzipSync(Buffer.from('not mnist'))]))
    await serving(wrong, async (url) => {
      await expect(fetchMnist({ mirrors: [url] })).rejects.toMatchObject({ code: 'E_CHECKSUM' })
    })
    expect(existsSync(join(folder, 'cache'))).toBe(false)
  })
})

describe.skipIf(real === undefined)('MNIST (skipped where the data set is not on this machine)', () => {
  test('is downloaded from the first mirror that has it, checked, and kept', async () => {
    const files = new Map(FILES.map((name) => [`${name}.gz`, readFileSync(join(real as string, `${name}.gz`))]))
    const kept = await serving(files, (url) => fetchMnist({ mirrors: ['http://127.0.0.1:9', url] }))
    const { train, validation, test: held } = await mnist({ folders: [kept], download: false })
    expect([train.rows, validation.rows, held.rows]).toEqual([55_000, 5000, 10_000])
    expect(Array.from(held.labels ?? []).slice(0, 5)).toEqual([7, 2, 1, 0, 4])
    expect(train.shape).toEqual([28, 28, 1])
  })

  test('a file that was changed is refused by name', async () => {
    const place = join(folder, 'mnist')
    mkdirSync(place)
    for (const name of FILES) copyFileSync(join(real as string, `${name}.gz`), join(place, `${name}.gz`))
    writeFileSync(join(place, 't10k-labels-idx1-ubyte.gz'), gzipSync(Buffer.from('changed')))
    await expect(mnist({ folders: [place] })).rejects.toMatchObject({
      code: 'E_CHECKSUM',
      at: join(place, 't10k-labels-idx1-ubyte.gz'),
    })
  })
})
