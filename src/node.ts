import { join } from 'node:path'
import { installPlatform } from './model/platform.js'
import { readBytes, writeWhole } from './node/files.js'
import { modelPath } from './node/run-folder.js'
import { openNodeRuntime } from './runtime/ort-node.js'

installPlatform({
  openRuntime: openNodeRuntime,
  files: {
    writeModel: (folder, bytes) => writeWhole(join(folder, 'model.onnx'), bytes),
    readModel: async (path) => readBytes(await modelPath(path)),
  },
})

export * from './api.js'
export { type Loaded, loadCheckpoint, saveCheckpoint } from './node/checkpoint-folder.js'
export { digitsStream } from './node/digits-stream.js'
export { fileSource } from './node/file-source.js'
export { fileStream, tableStream } from './node/file-stream.js'
export { readBytes } from './node/files.js'
export { type Mnist, type MnistOptions, mnist } from './node/mnist.js'
export { openNodeRuntime as openRuntime } from './runtime/ort-node.js'
