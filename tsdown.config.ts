import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    node: 'src/node.ts',
    cli: 'src/cli/main.ts',
    'digits-worker': 'src/node/digits-worker.ts',
    'ort-node-worker': 'src/runtime/ort-node-worker.ts',
    'ort-web-worker': 'src/runtime/ort-web-worker.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'es2023',
  fixedExtension: false,
  hash: false,
  deps: { neverBundle: [/^onnxruntime-web/] },
  // declarations are only wanted in the package, and take longer than all the rest
  dts: process.env.DIABOLO_TYPES === '1',
})
