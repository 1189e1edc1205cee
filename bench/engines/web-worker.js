import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/**
 * As much of a browser's `Worker` as a web build needs, on a thread of Node's: a module worker, messages both ways, `error`
 * and `terminate`.
 */
export class WebWorker extends EventTarget {
  #thread

  /** @param {URL} url */
  constructor(url) {
    super()
    this.#thread = new Worker(fileURLToPath(import.meta.url), { workerData: { url: url.href } })
    this.#thread.on('message', (data) => this.dispatchEvent(new MessageEvent('message', { data })))
    this.#thread.on('error', ({ message }) => this.dispatchEvent(Object.assign(new Event('error'), { message })))
  }

  /** @param {unknown} message */
  postMessage(message) {
    this.#thread.postMessage(message)
  }

  terminate() {
    void this.#thread.terminate()
  }
}

/** The other side: the worker's own `self`, then its module. */
if (!isMainThread && parentPort && workerData?.url) {
  const port = parentPort
  const scope = new EventTarget()
  const postMessage = (/** @type {unknown} */ message) => port.postMessage(message)
  Object.assign(globalThis, { self: Object.assign(scope, { postMessage }) })
  await import(workerData.url)
  // messages wait in the port until somebody listens
  port.on('message', (data) => scope.dispatchEvent(new MessageEvent('message', { data })))
}
