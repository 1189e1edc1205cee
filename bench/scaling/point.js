/** @import { Point, Measured } from './types.js' */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Epochs of which the first is not timed: it includes compiling. */
const EPOCHS = 3

/** One measurement in a process of its own, so that its peak of memory is its own: `node point.js FILE POINT`. */
const [build = '', text = ''] = process.argv.slice(2)
/** @type {typeof import('../../src/node.js')} */
const diabolo = await import(pathToFileURL(build).href)
/** @type {Point} */
const point = JSON.parse(text)

const runtime = await diabolo.openRuntime()
const idleBytes = peakBytes()
const { rows, streamed } = point
const data = streamed ? diabolo.digitsStream({ rows }) : diabolo.digits({ rows })
const before = performance.now()
const model = await diabolo.fitSpec(specOf(point), data, { seed: 1, runtime })
const wholeSeconds = (performance.now() - before) / 1000
const { history, parameterCount } = model
const [first, last] = [history[0], history.at(-1)]
if (!first || !last) throw new Error('expected a record for each epoch, found none')
// a stream is timed as a whole, from the call to the model
const seconds = streamed ? wholeSeconds : last.seconds - first.seconds
const samples = streamed ? rows : rows * (EPOCHS - 1)
const { user, system } = process.cpuUsage()
/** @type {Omit<Measured, 'others'>} */
const measured = {
  ...point,
  parameters: parameterCount,
  seconds,
  microsecondsPerSample: (seconds / samples) * 1e6,
  idleBytes,
  peakBytes: peakBytes(),
  processorSeconds: (user + system) / 1e6,
  loss: last.loss,
}
process.stdout.write(`${JSON.stringify(measured)}\n`)

/**
 * A plain autoencoder with so many layers on each side.
 *
 * @param {Point} point
 */
function specOf({ units, depth, batch, streamed }) {
  const spec = diabolo.vanilla({ hidden: units, batchSize: batch, epochs: streamed ? 1 : EPOCHS }).spec([28, 28, 1])
  const inner = Array.from({ length: depth - 1 }, () => ({ type: 'dense', units, activation: 'sigmoid' }))
  return { ...spec, encoder: [...spec.encoder, ...inner], decoder: [...inner, ...spec.decoder] }
}

/** The most memory that this process has held at once, runtime and all its threads included. */
function peakBytes() {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {
    // not Linux: what the system says of all processes this one has been
  }
  return process.resourceUsage().maxRSS * 1024
}
