import type { HostSetup, Wanted } from './host.js'

/**
 * ONNX Runtime as WebAssembly, on one thread unless the page is cross-origin isolated; runs in browsers and in Node. In a
 * browser with WebGPU, on that: then outputs stay on the device.
 */
export async function loadWeb({ device, threads }: Wanted): Promise<HostSetup> {
  if (device !== 'cpu' && device !== 'webgpu') throw new Error('a browser, which has cpu and webgpu')
  const onDevice = device === 'webgpu'
  const ort = await (onDevice ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm'))
  ort.env.logLevel = 'error'
  ort.env.wasm.numThreads = threads
  return {
    ort,
    info: {
      engine: 'onnxruntime-web',
      version: ort.env.versions.web ?? ort.env.versions.common,
      device: onDevice ? 'webgpu' : 'wasm',
      loops: !onDevice,
    },
    options: {
      executionProviders: [onDevice ? 'webgpu' : 'wasm'],
      intraOpNumThreads: threads,
      graphOptimizationLevel: 'all',
      ...(onDevice && { preferredOutputLocation: 'gpu-buffer' }),
    },
    onDevice,
    writesInto: false,
  }
}
