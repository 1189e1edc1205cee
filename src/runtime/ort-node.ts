import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Connection, connect } from './client.js'
import type { Response } from './protocol.js'
import type { Runtime, RuntimeOptions } from './types.js'

/**
 * Native ONNX Runtime on a worker thread of its own: `run` of onnxruntime-node is synchronous inside its promise and
 * would block the event loop of whatever thread it is called on.
 */
export function openNodeRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  // found through package.json, so that the same line serves the sources under test and the built package
  const worker = new Worker(createRequire(import.meta.url).resolve('#ort-node-worker'), {
    // flags of a program given as text (--input-type) are not for files
    execArgv: [],
  })
  // the thread must not keep a finished program alive; an open request does
  worker.unref()
  return connect(toConnection(worker), { ...options, threads: options.threads ?? availableParallelism() })
}

function toConnection(worker: Worker): Connection {
  let open = 0
  let ending = false
  return {
    post(message, handed) {
      if (open++ === 0) worker.ref()
      worker.postMessage(message, handed)
    },
    onMessage: (listener) =>
      void worker.on('message', (message: Response) => {
        // a late answer must not let the program end before the thread has
        if (--open === 0 && !ending) worker.unref()
        listener(message)
      }),
    onEnd: (listener) => {
      worker.on('error', (error) => listener(error.message))
      worker.on('exit', () => listener('the runtime was closed'))
    },
    async end() {
      ending = true
      await worker.terminate()
    },
  }
}
