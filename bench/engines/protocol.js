/** @import { EngineHandlers, Materials, Measured, Request, Setting } from '../types.js' */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * The engine's side of the line protocol, one JSON document per line. The process says `{"ready": …}` or
 * `{"absent": reason}`, then sleeps on its standard input; to `{"call": "train", …}` it answers `{"result": …}` or
 * `{"failed": reason}`. It ends when its input ends.
 *
 * @param {(materials: Materials, setting: Setting) => Promise<EngineHandlers>} open
 */
export async function serve(open) {
  const [folder = '', setting = '{}'] = process.argv.slice(2)
  /** @type {EngineHandlers} */
  let handlers
  try {
    handlers = await open(readMaterials(folder), JSON.parse(setting))
  } catch (error) {
    say({ absent: reasonOf(error) })
    return
  }
  const { version, ...calls } = handlers
  say({ ready: { version, calls: Object.keys(calls) } })
  for await (const line of createInterface({ input: process.stdin })) {
    const { call, ...request } = JSON.parse(line)
    try {
      say({ result: await calls[/** @type {'train'} */ (call)]?.(request) })
    } catch (error) {
      say({ failed: reasonOf(error) })
    }
  }
  process.exit(0)
}

/**
 * Training for engines that take steps when they are told to.
 *
 * @param {object} engine
 * @param {() => void | Promise<void>} engine.reset  back to the starting weights
 * @param {(from: number, count: number) => Promise<number>} engine.advance
 *   takes `count` steps, of which `from` is the first, waits for them and gives the sum of their losses
 * @param {() => Promise<number>} engine.finalLoss  loss of the first batch with the present weights
 * @returns {(request: Request) => Promise<Measured>}
 */
export const trainInSteps =
  ({ reset, advance, finalLoss }) =>
  async ({ steps, skip }) => {
    await reset()
    let sum = await advance(0, skip)
    const before = performance.now()
    sum += await advance(skip, steps - skip)
    const seconds = (performance.now() - before) / 1000
    return {
      timedSteps: steps - skip,
      seconds,
      figures: { meanLoss: sum / steps, finalLoss: await finalLoss() },
    }
  }

/**
 * Passes over all samples.
 *
 * @param {() => Promise<Float32Array>} encodeAll  the codes of all samples
 * @returns {(request: Request) => Promise<Measured>}
 */
export const encodeInPasses =
  (encodeAll) =>
  async ({ steps, skip }) => {
    /** @type {Float32Array} */
    let codes = new Float32Array()
    for (let i = 0; i < skip; i++) await encodeAll()
    forgetPeak()
    const before = performance.now()
    for (let i = skip; i < steps; i++) codes = await encodeAll()
    const seconds = (performance.now() - before) / 1000
    const mean = (/** @type {(code: number) => number} */ of) =>
      codes.reduce((sum, code) => sum + of(code), 0) / codes.length
    return {
      timedSteps: steps - skip,
      seconds,
      peakBytes: peakBytes(),
      figures: { meanCode: mean((code) => code), meanSquare: mean((code) => code * code) },
    }
  }

/** Linux: the peak of resident memory is counted from here. */
function forgetPeak() {
  if (existsSync('/proc/self/clear_refs')) writeFileSync('/proc/self/clear_refs', '5')
}

/** The peak of this process's resident memory; nothing where the system does not say. */
function peakBytes() {
  if (!existsSync('/proc/self/status')) return undefined
  const [, kilobytes] = readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/) ?? []
  return kilobytes === undefined ? undefined : 1024 * Number(kilobytes)
}

/**
 * Values per code of a workload whose layers end with it.
 *
 * @param {import('../types.js').Workload} workload
 */
export function codeWidth({ layers }) {
  const last = layers.at(-1)
  if (last?.type === 'dense') return last.units
  throw new Error('codes of other than dense layers are not measured')
}

/**
 * So many rows of bytes at a time as the network sees them, for engines that cannot take bytes themselves.
 *
 * @param {Materials} materials
 * @param {number} size  rows
 * @returns {Generator<{ at: number, values: Float32Array<ArrayBuffer> }>} the first row, and rows × width
 */
export function* scaledRuns({ workload: { rows, width, scale }, data }, size) {
  for (let at = 0; at < rows; at += size) {
    const bytes = data.subarray(at * width, (at + size) * width)
    const values = new Float32Array(bytes.length)
    for (let i = 0; i < bytes.length; i++) values[i] = /** @type {number} */ (bytes[i]) * scale
    yield { at, values }
  }
}

/**
 * The batch of a step as the network sees it and as it should give it back, for engines that cannot gather bytes themselves.
 *
 * @param {Materials} materials
 * @param {number} step  from 0
 * @returns {{ noisy: Float32Array<ArrayBuffer>, clean: Float32Array<ArrayBuffer> }} batch × width each
 */
export function batchOf({ workload: { batch, width, scale }, data, noisy: stored, order }, step) {
  const clean = new Float32Array(batch * width)
  const noisy = stored ? new Float32Array(batch * width) : clean
  for (let i = 0; i < batch; i++) {
    const row = /** @type {number} */ (order[(step * batch + i) % order.length])
    for (let j = 0; j < width; j++) clean[i * width + j] = /** @type {number} */ (data[row * width + j]) * scale
    if (stored) noisy.set(stored.subarray(row * width, (row + 1) * width), i * width)
  }
  return { noisy, clean }
}

/**
 * @param {string} folder
 * @returns {Materials}
 */
function readMaterials(folder) {
  const { workload, shapes } = JSON.parse(readFileSync(join(folder, 'workload.json'), 'utf8'))
  /** @param {string} name */
  const bytes = (name) => {
    const file = readFileSync(join(folder, name))
    // a small file may lie anywhere in Node's pool
    return file.byteOffset === 0 ? new Uint8Array(file.buffer, 0, file.byteLength) : Uint8Array.from(file)
  }
  const weights = bytes('parameters.f32').buffer
  const floats = (/** @type {string} */ name) => new Float32Array(bytes(name).buffer)
  let at = 0
  const parameters = shapes.map((/** @type {readonly number[]} */ shape) => {
    const size = shape.reduce((product, dim) => product * dim, 1)
    const values = new Float32Array(weights, at, size)
    at += values.byteLength
    return { shape, values }
  })
  return {
    workload,
    data: bytes('data.u8'),
    noisy: workload.noise && floats('noisy.f32'),
    order: new Int32Array(bytes('order.i32').buffer),
    parameters,
  }
}

/** @param {object} message */
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)

/** @param {unknown} error */
function reasonOf(error) {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n')[0] ?? ''
}
