/** @import { Engine } from '../types.js' */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** @param {string} path  relative to this folder */
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The Python that has the Python peers: $DIABOLO_PYTHON, the virtual environment in this folder, or the first on the path. */
function python() {
  const own = ['../.venv/bin/python', '../.venv/Scripts/python.exe'].map(here).find(existsSync)
  return process.env.DIABOLO_PYTHON ?? own ?? 'python3'
}

const npm = 'run "npm install" in bench/'
/** @param {string} name */
const pip = (name) => `run "pip install ${name}" in bench/.venv, or name a Python that has it in DIABOLO_PYTHON`

const DENSE = ['dense', 'denoising', 'stacked']
const TRAINING = [...DENSE, 'convolutional']

/** @type {Engine} */
export const DIABOLO = {
  name: 'diabolo',
  command: [process.execPath, here('diabolo.js')],
  variants: [{ name: 'fit' }],
  threaded: true,
  workloads: TRAINING,
  install: 'run "npm run build" in the repository\'s root',
}

/** @type {readonly Engine[]} */
export const PEERS = [
  {
    name: 'jax',
    command: [python(), here('jax_engine.py')],
    variants: [
      { name: 'jit + scan', workloads: DENSE },
      { name: 'jit, step by step', workloads: ['convolutional'] },
    ],
    threaded: true,
    workloads: TRAINING,
    install: pip('jax'),
  },
  {
    name: 'torch',
    command: [python(), here('torch_engine.py')],
    variants: [
      { name: 'eager', workloads: DENSE },
      { name: 'eager, fused Adam' },
      { name: 'eager, fused Adam, channels last', workloads: ['convolutional'] },
    ],
    threaded: true,
    workloads: TRAINING,
    install: pip('torch'),
  },
  {
    name: 'torch.compile',
    command: [python(), here('torch_engine.py')],
    backend: 'inductor',
    variants: [
      { name: 'compiled, fused Adam' },
      { name: 'compiled, fused Adam, channels last', workloads: ['convolutional'] },
    ],
    threaded: true,
    patient: true,
    workloads: TRAINING,
    install: pip('torch'),
  },
  {
    name: 'jax-js',
    command: [process.execPath, here('jax-js.js')],
    variants: [{ name: 'jit, wasm' }],
    threaded: false,
    workloads: DENSE,
    install: npm,
  },
  {
    name: 'tfjs-wasm',
    command: [process.execPath, here('tfjs.js')],
    backend: 'wasm',
    variants: [{ name: 'eager' }],
    threaded: false,
    workloads: TRAINING,
    install: npm,
  },
  {
    name: 'tfjs-cpu',
    command: [process.execPath, here('tfjs.js')],
    backend: 'cpu',
    variants: [{ name: 'eager' }],
    threaded: false,
    workloads: DENSE,
    install: npm,
  },
]
