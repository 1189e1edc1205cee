import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { textOf } from '../../src/graph/interpret.js'
import type { Array64 } from '../../src/graph/types.js'

/** A Python that can import onnx, onnxruntime and numpy. */
const PYTHON = process.env.DIABOLO_PYTHON ?? 'python3'
export const MISSING = `${PYTHON} with onnx and onnxruntime is not installed (DIABOLO_PYTHON names another Python)`

export const installed = spawnSync(PYTHON, ['-c', 'import numpy, onnx, onnxruntime'], { stdio: 'ignore' }).status === 0
if (!installed) console.warn(`skipped: ${MISSING}`)

export interface Job {
  readonly model: Uint8Array
  readonly feeds: Readonly<Record<string, Array64>>
}

/** JSON has no NaN and no infinity; numpy reads their names. */
const spelled = (value: number) => (Number.isFinite(value) ? value : String(value))

export type Outputs = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: readonly (number | string)[] }>
>

/** Checks models by the checker of the onnx package and runs them in ONNX Runtime for Python. */
export function runInPython(jobs: readonly Job[]): Outputs[] {
  const input = jobs.map(({ model, feeds }) => {
    const entries = Object.entries(feeds).map(([name, { dtype, shape, data }]) => [
      name,
      { dtype, shape, data: Array.from(data, (value) => (dtype === 'string' ? textOf(value) : spelled(value))) },
    ])
    return { model: Buffer.from(model).toString('base64'), feeds: Object.fromEntries(entries) }
  })
  const script = fileURLToPath(new URL('check_models.py', import.meta.url))
  const options = { input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 2 ** 28 } as const
  const { status, stdout, stderr } = spawnSync(PYTHON, [script], options)
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
