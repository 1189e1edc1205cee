import { parentPort } from 'node:worker_threads'
import { serve } from './host.js'

if (parentPort) {
  const port = parentPort
  serve(
    {
      post: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on('message', listener),
    },
    async () => {
      const ort = await import('onnxruntime-node')
      return {
        ort,
        info: { engine: 'onnxruntime-node', version: ort.env.versions.node ?? ort.env.versions.common, device: 'cpu' },
        options: ({ threads, profile }) => ({
          executionProviders: ['cpu'],
          intraOpNumThreads: threads,
          interOpNumThreads: 1,
          logSeverityLevel: 3,
          extra: { session: { set_denormal_as_zero: '1' } },
          ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: `${profile}/session` }),
        }),
      }
    },
  )
}
