import type { HostSetup } from './host.js'

/** ONNX Runtime as WebAssembly, on one thread unless the page is cross-origin isolated. Runs in browsers and in Node. */
export async function loadWeb(): Promise<HostSetup> {
  const ort = await import('onnxruntime-web/wasm')
  ort.env.logLevel = 'error'
  return {
    ort,
    info: { engine: 'onnxruntime-web', version: ort.env.versions.web ?? ort.env.versions.common, device: 'wasm' },
    options: ({ threads }) => {
      ort.env.wasm.numThreads = threads
      return { executionProviders: ['wasm'], intraOpNumThreads: threads, graphOptimizationLevel: 'all' }
    },
  }
}
