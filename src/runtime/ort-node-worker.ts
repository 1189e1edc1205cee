import { parentPort } from 'node:worker_threads'
import { type HostSetup, serve, type Wanted } from './host.js'

/**
 * Native ONNX Runtime. Of its devices, WebGPU alone leaves outputs where they are and has no `Loop`; CUDA, CoreML and
 * DirectML keep what a `Loop` carries, and bring it to the processor at the end of a run.
 */
async function loadNative({ device, threads, profile }: Wanted): Promise<HostSetup> {
  const ort = await import('onnxruntime-node')
  // what goes wrong is thrown, with the same words
  ort.env.logLevel = 'fatal'
  const here = ort.listSupportedBackends().map(({ name }) => name)
  if (!here.includes(device)) throw new Error(`a build of onnxruntime-node that has ${here.join(', ')}`)
  const onDevice = device === 'webgpu'
  return {
    ort,
    info: {
      engine: 'onnxruntime-node',
      version: ort.env.versions.node ?? ort.env.versions.common,
      device,
      loops: !onDevice,
    },
    options: {
      executionProviders: [device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      extra: { session: { set_denormal_as_zero: '1' } },
      ...(onDevice && { preferredOutputLocation: 'gpu-buffer' }),
      ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: `${profile}/session` }),
    },
    onDevice,
    writesInto: !onDevice,
  }
}

if (parentPort) {
  const port = parentPort
  serve(
    {
      post: (message, handed) => port.postMessage(message, handed),
      onMessage: (listener) => void port.on('message', listener),
    },
    loadNative,
  )
}
