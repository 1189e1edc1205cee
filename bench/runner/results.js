/** @import { PeerResult, Result, Workload } from '../types.js' */
/** @import { Contender } from './contenders.js' */
/** @import { Turns } from './rounds.js' */
import { stepMsOf } from './contenders.js'
import { median, quartiles } from './statistics.js'

/**
 * @param {Contender} contender
 * @param {Turns} turns
 * @param {Workload} workload
 * @param {number | undefined} gflops  the machine's rate of matrix products
 * @returns {Result}
 */
export function resultOf({ process, variant, tried }, { steps, rounds }, { task, flops, rows, width }, gflops) {
  const times = [...rounds.values()].map(stepMsOf)
  const typical = median(times)
  const peaks = [...rounds.values()].flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes]))
  return {
    version: process.version,
    variant,
    threads: process.threads,
    stepMs: typical,
    spread: quartiles(times),
    rounds: times.length,
    stepsPerRound: steps,
    fractionOfMatmulRate: gflops === undefined ? null : flops.perStep / (typical * 1e6) / gflops,
    ...(task === 'encode' && { rowsPerSecond: Math.round((1000 * rows) / typical) }),
    ...(peaks.length > 0 && { memory: memoryOf(median(peaks), rows * width) }),
    tried,
  }
}

/**
 * A peer's result beside Diabolo's: its time divided by Diabolo's, taken within each round, then its median over the rounds.
 *
 * @param {Result} result  the peer's
 * @param {Turns} mine
 * @param {Turns} theirs
 * @returns {PeerResult}
 */
export function compared(result, mine, theirs) {
  const ratios = [...theirs.rounds].flatMap(([round, peer]) => {
    const own = mine.rounds.get(round)
    return own ? [stepMsOf(peer) / stepMsOf(own)] : []
  })
  return { ...result, ratio: median(ratios), ratioSpread: quartiles(ratios) }
}

/**
 * @param {number} peak  bytes
 * @param {number} data  bytes
 */
const memoryOf = (peak, data) => ({
  peakMb: Math.round(peak / 2 ** 20),
  aboveDataMb: Math.round((peak - data) / 2 ** 20),
})
