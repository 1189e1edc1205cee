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
export function resultOf({ process, variant, tried }, { steps, rounds }, { flops }, gflops) {
  const times = [...rounds.values()].map(stepMsOf)
  const typical = median(times)
  return {
    version: process.version,
    variant,
    threads: process.threads,
    stepMs: typical,
    spread: quartiles(times),
    rounds: times.length,
    stepsPerRound: steps,
    fractionOfMatmulRate: gflops === undefined ? null : flops.perStep / (typical * 1e6) / gflops,
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
