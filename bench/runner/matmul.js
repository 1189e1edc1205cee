/** @import { BenchReport, MatmulRate, Workload } from '../types.js' */
/** @import { Contender } from './contenders.js' */
/** @import { OthersWatch } from './machine.js' */

/** @typedef {Readonly<Record<string, readonly MatmulRate[]>>} Rates */

/**
 * How fast each engine that can say so multiplies matrices, in the setting that serves it best.
 *
 * @param {readonly Contender[]} contenders
 * @param {number} seconds  for each engine
 * @param {OthersWatch} watch
 * @returns {Promise<Rates>}
 */
export async function matmulRates(contenders, seconds, watch) {
  /** @type {Record<string, readonly MatmulRate[]>} */
  const rates = {}
  for (const { name, process } of contenders) {
    if (!process.calls.includes('matmul')) continue
    rates[name] = (await watch.during(process.pid, () => process.matmul(seconds))).result
  }
  return rates
}

/**
 * The machine's own rate: the best that any engine reached with any shape, at any time.
 *
 * @param {readonly Rates[]} measured  the same engines and shapes, at different times
 * @param {Workload} workload
 * @returns {BenchReport['matmul']}
 */
export function bestMatmul(measured, { flops }) {
  /** @type {Record<string, readonly MatmulRate[]>} */
  const rates = {}
  for (const [engine, now] of measured.flatMap((rates) => Object.entries(rates))) {
    rates[engine] = now.map(({ shape, gflops }, i) => ({
      shape,
      gflops: Math.max(gflops, rates[engine]?.[i]?.gflops ?? 0),
    }))
  }
  const all = Object.entries(rates).flatMap(([engine, list]) => list.map((rate) => ({ engine, ...rate })))
  const [best] = all.sort((a, b) => b.gflops - a.gflops)
  return best ? { ...best, flopsPerStep: flops.perStep, formula: flops.formula, rates } : null
}
