/** @import { Materials, MatmulRate, Measured, Request } from '../types.js' */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { productsModel } from './onnx-products.js'
import { encodeInPasses, serve } from './protocol.js'
import { WebWorker } from './web-worker.js'

/** @typedef {typeof import('../../src/node.js')} Diabolo */
/** @typedef {import('../../src/node.js').Runtime} Runtime */

/** Squares, [side, how many a run multiplies], and how many steps' worth of a step's products: a run takes a moment. */
const LARGE_PRODUCTS = {
  squares: [
    [1024, 8],
    [2048, 2],
  ],
  steps: 20,
}
const SMALL_PRODUCTS = {
  squares: [
    [512, 4],
    [1024, 1],
  ],
  steps: 2,
}

/**
 * Diabolo as its users have it: a recipe's `fit`, with its chunks and its events under the clock. Natively, or, as backend
 * `web`, the browser's build with ONNX Runtime in WebAssembly.
 */
await serve(async (materials, { threads, backend, build }) => {
  const web = backend === 'web'
  if (web) Object.assign(globalThis, { Worker: WebWorker })
  const entry = pathToFileURL(build)
  /** @type {Diabolo} */
  const diabolo = await import(web ? new URL('./index.js', entry).href : entry.href)
  const runtime = await diabolo.openRuntime({ threads })
  return {
    version: `${versionOf(build)} on ${runtime.info.engine} ${runtime.info.version}`,
    ...(materials.workload.task === 'train'
      ? { train: (/** @type {Request} */ request) => train(diabolo, runtime, materials, request) }
      : { encode: await encoder(diabolo, runtime, materials) }),
    matmul: ({ seconds }) => matmul(runtime, seconds, web ? SMALL_PRODUCTS : LARGE_PRODUCTS),
  }
})

/** @param {string} build */
function versionOf(build) {
  return JSON.parse(readFileSync(createRequire(build).resolve('#package.json'), 'utf8')).version
}

/**
 * @param {Diabolo} diabolo
 * @param {Runtime} runtime
 * @param {Materials} materials
 * @param {Request} request
 * @returns {Promise<Measured>}
 */
async function train(diabolo, runtime, { workload, data, noisy }, { steps, skip }) {
  const { batch, rows, width, recipe, loss } = workload
  const stepsPerEpoch = Math.min(steps, rows / batch)
  if (steps % stepsPerEpoch !== 0) throw new Error(`${steps} steps are not whole epochs of ${stepsPerEpoch}`)
  const samples = diabolo.dataset(data.subarray(0, stepsPerEpoch * batch * width), { shape: [28, 28, 1] })
  /** @type {{ step: number, at: number }[]} */
  const marks = []
  const model = await diabolo[recipe.name](recipe.options).fit(samples, {
    seed: recipe.seed,
    epochs: steps / stepsPerEpoch,
    runtime,
    onEvent: (event) => {
      if (event.type === 'progress') marks.push({ step: event.step, at: performance.now() })
    },
  })
  const [first, given] = [data, noisy ?? data].map((values) => values.subarray(0, batch * width))
  const { [loss]: finalLoss = Number.NaN } = await model.evaluate(given ?? data, first)
  await model.close()
  const losses = model.history.map(({ loss }) => loss)
  const meanLoss = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
  return { ...steady(marks, skip), figures: { meanLoss, finalLoss } }
}

/**
 * @param {Diabolo} diabolo
 * @param {Runtime} runtime
 * @param {Materials} materials
 */
async function encoder(diabolo, runtime, { workload, data }) {
  const { recipe } = workload
  const samples = diabolo.dataset(data, { shape: [28, 28, 1] })
  const untrained = { seed: recipe.seed, runtime, signal: AbortSignal.abort() }
  const model = await diabolo[recipe.name](recipe.options).fit(samples, untrained)
  return encodeInPasses(async () => (await model.encode(samples)).data)
}

/**
 * The time between the first progress event after `skip` steps and the last one.
 *
 * @param {readonly { readonly step: number, readonly at: number }[]} marks
 * @param {number} skip
 */
function steady(marks, skip) {
  const begun = marks.slice(0, -1).find(({ step }) => step >= skip) ?? marks.at(-2)
  const ended = marks.at(-1)
  if (!begun || !ended) throw new Error('a fit of at least two chunks is needed to time it')
  return { timedSteps: ended.step - begun.step, seconds: (ended.at - begun.at) / 1000 }
}

/**
 * Large squares, and the five products of a 784–256–784 step at batch 100 over and over, each feeding the next.
 *
 * @param {Runtime} runtime
 * @param {number} seconds
 * @param {{ squares: number[][], steps: number }} products
 * @returns {Promise<MatmulRate[]>}
 */
async function matmul(runtime, seconds, { squares, steps }) {
  const models = [...squares.map(([n = 1, times = 1]) => square(n, times)), fiveProducts(steps)]
  const rates = []
  for (const { shape, model, inputs, outputs, flops } of models) {
    const session = await runtime.open(model)
    const feeds = Object.fromEntries(
      await Promise.all(Object.entries(inputs).map(async ([name, shape]) => [name, await runtime.put(noise(shape))])),
    )
    const run = async () => runtime.release(Object.values((await session.run(feeds, Object.keys(outputs))).kept))
    rates.push({ shape, gflops: await bestRate(run, flops, seconds / models.length) })
    runtime.release(Object.values(feeds))
    await session.close()
  }
  return rates
}

/**
 * @param {number} n
 * @param {number} times
 */
function square(n, times) {
  const products = Array.from({ length: times }, (_, i) => ({
    a: i === 0 ? 'a' : `y${i}`,
    b: 'b',
    out: `y${i + 1}`,
    alpha: 1 / Math.sqrt(n),
  }))
  const inputs = { a: [n, n], b: [n, n] }
  const outputs = { [`y${times}`]: [n, n] }
  return {
    shape: `${n}×${n}×${n}`,
    model: productsModel(inputs, products, outputs),
    inputs,
    outputs,
    flops: times * 2 * n ** 3,
  }
}

/** @param {number} times */
function fiveProducts(times) {
  const [b, d, h] = [100, 784, 256]
  const products = Array.from({ length: times }, (_, i) => [
    { a: 'x', b: `w${i}`, out: `h${i}`, alpha: 1 / Math.sqrt(d) },
    { a: `h${i}`, b: `v${i}`, out: `o${i}`, alpha: 1 / Math.sqrt(h) },
    { a: `h${i}`, b: `o${i}`, out: `v${i + 1}`, transA: true, alpha: 1 / Math.sqrt(b) },
    { a: `o${i}`, b: `v${i}`, out: `d${i}`, transB: true, alpha: 1 / Math.sqrt(d) },
    { a: 'x', b: `d${i}`, out: `w${i + 1}`, transA: true, alpha: 1 / Math.sqrt(b) },
  ]).flat()
  const inputs = { x: [b, d], w0: [d, h], v0: [h, d] }
  const outputs = { [`w${times}`]: [d, h], [`v${times}`]: [h, d] }
  return {
    shape: 'the five of a 784–256–784 step',
    model: productsModel(inputs, products, outputs),
    inputs,
    outputs,
    flops: times * 5 * 2 * b * d * h,
  }
}

/**
 * The best of many timings, as 10⁹ operations a second.
 *
 * @param {() => Promise<void>} run
 * @param {number} flops
 * @param {number} seconds
 */
async function bestRate(run, flops, seconds) {
  await run()
  let best = Number.POSITIVE_INFINITY
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; ) {
    const before = performance.now()
    await run()
    best = Math.min(best, performance.now() - before)
  }
  return flops / best / 1e6
}

/**
 * @param {readonly number[]} shape
 * @returns {{ dtype: 'float32', shape: readonly number[], data: Float32Array }}
 */
function noise(shape) {
  const length = shape.reduce((size, dim) => size * dim, 1)
  return { dtype: 'float32', shape, data: Float32Array.from({ length }, () => 2 * Math.random() - 1) }
}
