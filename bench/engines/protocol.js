/** @import { EngineHandlers, Materials, Measured, Request, Setting } from '../types.js' */
import { readFileSync } from 'node:fs'
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
  const bytes = (name) => Uint8Array.from(readFileSync(join(folder, name)))
  const weights = bytes('parameters.f32').buffer
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
    noisy: workload.noise && new Float32Array(bytes('noisy.f32').buffer),
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
