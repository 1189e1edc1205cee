/** @import { Engine } from '../types.js' */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** @param {string} path  relative to this folder */
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The Python that has the Python peers: $DIABOLO_PYTHON, the virtual environment in this folder, or the first on the path. */
export function python() {
  const own = ['../.venv/bin/python', '../.venv/Scripts/python.exe'].map(here).find(existsSync)
  return process.env.DIABOLO_PYTHON ?? own ?? 'python3'
}

const npm = 'run "npm install" in bench/'
/** @param {string} name */
const pip = (name) => `run "pip install ${name}" in bench/.venv, or name a Python that has it in DIABOLO_PYTHON`

const TRAINING_DENSE = ['dense', 'denoising', 'stacked']
const TRAINING = [...TRAINING_DENSE, 'convolutional']
const ENCODING = [1000, 10_000].map((rows) => ({
  name: `runs of ${rows}`,
  workloads: ['encode'],
  patient: rows > 1000,
}))
const ONLY_ENCODES = Object.fromEntries(TRAINING.map((name) => [name, 'it does not train']))

/** @type {Engine} */
export const DIABOLO = {
  name: 'diabolo',
  command: [process.execPath, here('diabolo.js')],
  variants: [
    { name: 'fit', workloads: TRAINING },
    { name: 'encode', workloads: ['encode'] },
  ],
  threaded: true,
  install: 'run "npm run build" in the repository\'s root',
}

/** The browser's build. @type {Engine} */
export const DIABOLO_WEB = { ...DIABOLO, backend: 'web', threaded: false }

/** @type {readonly Engine[]} */
const PYTHON_PEERS = [
  {
    name: 'jax',
    command: [python(), here('jax_engine.py')],
    variants: [
      { name: 'jit + scan', workloads: TRAINING_DENSE },
      { name: 'jit, step by step', workloads: ['convolutional'] },
      ...ENCODING,
    ],
    threaded: true,
    install: pip('jax'),
  },
  {
    name: 'torch',
    command: [python(), here('torch_engine.py')],
    variants: [
      { name: 'eager', workloads: TRAINING_DENSE },
      { name: 'eager, fused Adam', workloads: TRAINING },
      { name: 'eager, fused Adam, channels last', workloads: ['convolutional'] },
      ...ENCODING,
    ],
    threaded: true,
    install: pip('torch'),
  },
  {
    name: 'torch.compile',
    command: [python(), here('torch_engine.py')],
    backend: 'inductor',
    variants: [
      { name: 'compiled, fused Adam', workloads: TRAINING },
      { name: 'compiled, fused Adam, channels last', workloads: ['convolutional'] },
      ...ENCODING,
    ],
    threaded: true,
    patient: [...TRAINING, 'encode'],
    install: pip('torch'),
  },
  {
    name: 'tensorflow',
    command: [python(), here('tensorflow_engine.py')],
    variants: [
      { name: 'tf.function', workloads: TRAINING },
      { name: 'tf.function, XLA', workloads: TRAINING_DENSE },
      ...ENCODING,
    ],
    threaded: true,
    install: pip('tensorflow-cpu'),
  },
  {
    name: 'scikit-learn',
    command: [],
    variants: [],
    threaded: false,
    cannot: Object.fromEntries(
      [...TRAINING, 'encode'].map((name) => [
        name,
        "MLPRegressor has no sigmoid at its output: the derivative there is not in its backward pass, so it can't compute the same thing",
      ]),
    ),
    install: pip('scikit-learn'),
  },
  {
    name: 'numpy',
    command: [python(), here('numpy_engine.py')],
    variants: ENCODING,
    threaded: true,
    cannot: ONLY_ENCODES,
    install: pip('numpy'),
  },
  {
    name: 'onnxruntime-python',
    command: [python(), here('onnxruntime_engine.py')],
    variants: ENCODING,
    threaded: true,
    cannot: ONLY_ENCODES,
    install: pip('onnxruntime'),
  },
]

/** @type {Engine} */
const TFJS = {
  name: 'tfjs-wasm',
  command: [process.execPath, here('tfjs.js')],
  backend: 'wasm',
  variants: [{ name: 'eager' }],
  threaded: false,
  install: npm,
}

/** @type {readonly Engine[]} */
export const WEB_PEERS = [
  {
    name: 'jax-js',
    command: [process.execPath, here('jax-js.js')],
    variants: [{ name: 'jit, wasm' }],
    threaded: false,
    cannot: { convolutional: 'two steps of it did not end within a minute' },
    install: npm,
  },
  TFJS,
]

/** @type {readonly Engine[]} */
export const PEERS = [
  ...PYTHON_PEERS,
  ...WEB_PEERS.map((peer) => ({ ...peer, patient: ['convolutional', 'encode'] })),
  {
    ...TFJS,
    name: 'tfjs-cpu',
    backend: 'cpu',
    patient: ['stacked', 'denoising', 'encode'],
    cannot: { convolutional: 'a step takes several seconds' },
  },
  {
    name: 'brain.js',
    command: [],
    variants: [],
    threaded: false,
    cannot: Object.fromEntries(
      [...TRAINING, 'encode'].map((name) => [
        name,
        "it has no batches and no Adam like the others', so it cannot compute the same thing",
      ]),
    ),
    install: npm,
  },
]
