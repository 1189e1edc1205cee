import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { build } from 'tsdown'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The browser to test in; absent where none is installed. */
export const CHROMIUM = [
  process.env.DIABOLO_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path))

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.wasm': 'application/wasm' }

const PAGE = `<script type="module">import * as diabolo from '/index.js'; Object.assign(globalThis, { diabolo })</script>`

/** Put before the worker's script: counts the bytes that are brought to the device and back. */
const TRAFFIC = `
self.traffic = { up: 0, down: 0 }
if (self.GPUBuffer) {
  const { mapAsync } = GPUBuffer.prototype
  GPUBuffer.prototype.mapAsync = function (...args) {
    self.traffic.down += this.size
    return mapAsync.apply(this, args)
  }
  const { createBuffer } = GPUDevice.prototype
  GPUDevice.prototype.createBuffer = function (options) {
    if (options.mappedAtCreation) self.traffic.up += options.size
    return createBuffer.call(this, options)
  }
  const { writeBuffer } = GPUQueue.prototype
  GPUQueue.prototype.writeBuffer = function (buffer, at, data, ...rest) {
    self.traffic.up += data.byteLength
    return writeBuffer.call(this, buffer, at, data, ...rest)
  }
}
`

/** Bytes brought to the device and back by the page's one worker, so far. */
export async function trafficOf(page: Page): Promise<{ readonly up: number; readonly down: number }> {
  const [worker] = page.workers()
  if (!worker) throw new Error('no worker')
  return worker.evaluate(() => (globalThis as unknown as { traffic: { up: number; down: number } }).traffic)
}

/**
 * Opens a page that has the library, as a browser's bundler would make it, as the global `diabolo`, in a Chromium whose WebGPU
 * is computed by the processor.
 */
export async function openPage(): Promise<{ readonly page: Page; readonly close: () => Promise<void> }> {
  const bundle = await mkdtemp(join(tmpdir(), 'diabolo-bundle-'))
  await build({
    config: false,
    logLevel: 'error',
    cwd: ROOT,
    entry: { index: 'src/index.ts', 'ort-web-worker': 'src/runtime/ort-web-worker.ts' },
    outDir: bundle,
    platform: 'browser',
    deps: { alwaysBundle: [/.*/], onlyBundle: false },
    fixedExtension: false,
    hash: false,
    dts: false,
  })
  const folders = [bundle, join(ROOT, 'node_modules/onnxruntime-web/dist')]
  const server = createServer(({ url = '/' }, response) => {
    const file = folders.map((folder) => join(folder, url)).find((path) => extname(path) in TYPES && existsSync(path))
    response.setHeader('content-type', file ? (TYPES[extname(file)] as string) : 'text/html')
    if (url === '/ort-web-worker.js') response.write(TRAFFIC)
    response.end(file ? readFileSync(file) : PAGE)
  }).listen(0, 'localhost')
  const browser = await chromium.launch({
    ...(CHROMIUM && { executablePath: CHROMIUM }),
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  })
  const page = await browser.newPage()
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
  await page.waitForFunction(() => 'diabolo' in globalThis)
  return {
    page,
    close: async () => {
      await browser.close()
      server.close()
      await rm(bundle, { recursive: true })
    },
  }
}
