import { connect } from './client.js'
import type { Response } from './protocol.js'
import type { Runtime, RuntimeOptions } from './types.js'

/**
 * ONNX Runtime as WebAssembly in a module worker of its own.
 * More than one thread needs a cross-origin isolated page (COOP and COEP headers).
 */
export function openWebRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const worker = new Worker(new URL('./ort-web-worker.js', import.meta.url), { type: 'module' })
  let onEnd = (_reason: string) => {}
  return connect(
    {
      post: (message, handed) => worker.postMessage(message, [...handed]),
      onMessage: (listener) =>
        worker.addEventListener('message', (event: MessageEvent<Response>) => listener(event.data)),
      onEnd: (listener) => {
        onEnd = listener
        worker.addEventListener('error', ({ message }) => listener(message))
      },
      end: async () => {
        worker.terminate()
        onEnd('the runtime was closed')
      },
    },
    { ...options, threads: options.threads ?? defaultThreads() },
  )
}

const defaultThreads = () => (globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1)
