/** @import { Measured } from '../types.js' */
/** @import { Contender } from './contenders.js' */
/** @import { OthersWatch } from './machine.js' */
/** @import { Plan } from './plans.js' */
import { setTimeout as sleep } from 'node:timers/promises'
import { stepMsOf } from './contenders.js'
import { EngineError } from './engine-process.js'

/** Between two engines: time for the first one's threads to fall asleep. */
const PAUSE_MS = 50

/** An engine that needs so many times the fastest one's time sits out most rounds. */
const SLOW = 4

/** The fewest steps that say something about time, and the most that a slow engine needs for it. */
const LEAST_STEPS = 4
const MOST_STEPS = 100

/**
 * What one engine did in its rounds; those in which it rested are missing.
 *
 * @typedef {object} Turns
 * @property {number} steps  of a round, those before the clock started included
 * @property {ReadonlyMap<number, Measured>} rounds
 */

/**
 * Takes turns: A B C, B C A, C A B, … so that whatever else the machine does, it does to all of them.
 *
 * @param {readonly Contender[]} contenders
 * @param {number} epoch  steps of an epoch
 * @param {Plan} plan
 * @param {OthersWatch} watch
 * @param {number} deadline  by `performance.now()`
 * @param {(line: string) => void} log
 * @returns {Promise<{ turns: ReadonlyMap<string, Turns>, lost: Readonly<Record<string, string>> }>} by engine name; those that
 *   failed on the way are lost, with the reason
 */
export async function takeTurns(contenders, epoch, plan, watch, deadline, log) {
  const fastest = Math.min(...contenders.map(({ stepMs }) => stepMs))
  const turns = contenders.map((contender) => ({
    contender,
    ...lengthOf(contender, fastest, epoch, plan),
    /** @type {Map<number, Measured>} */
    rounds: new Map(),
  }))
  /** @type {Record<string, string>} */
  const lost = {}
  let last = 0
  for (let round = 0; round < plan.rounds; round++) {
    const before = performance.now()
    const grace = round < plan.leastRounds ? 1000 * plan.graceSeconds : 0
    if (round > 0 && before + last > deadline + grace) break
    const awake = turns.filter(({ slow }) => !slow || round < plan.slowRounds)
    const first = round % awake.length
    for (const turn of [...awake.slice(first), ...awake.slice(0, first)]) {
      const { contender, steps, skip, rounds } = turn
      const { process, variant } = contender
      await sleep(PAUSE_MS)
      const work = () => process.work({ variant, steps, skip }, plan.callSeconds)
      try {
        rounds.set(round, (await watch.during(process.pid, work)).result)
      } catch (error) {
        if (!(error instanceof EngineError)) throw error
        lost[contender.name] = error.message
        turns.splice(turns.indexOf(turn), 1)
      }
    }
    const shown = awake.map(({ contender, rounds }) => `${contender.name} ${msOf(rounds.get(round))}`)
    log(`  round ${round + 1}, ms/step: ${shown.join('  ')}`)
    last = performance.now() - before
  }
  return { turns: new Map(turns.map(({ contender, steps, rounds }) => [contender.name, { steps, rounds }])), lost }
}

/** @param {Measured | undefined} trained */
const msOf = (trained) => (trained ? stepMsOf(trained).toFixed(2) : '–')

/**
 * As many steps for all engines of one speed class; whoever needs many times longer takes fewer.
 *
 * @param {Contender} contender
 * @param {number} fastest  ms per step
 * @param {number} epoch  steps of an epoch: longer rounds are whole epochs
 * @param {Plan} plan
 */
function lengthOf({ stepMs }, fastest, epoch, { steps, skip, roundSeconds, slowSeconds }) {
  const slow = stepMs > SLOW * fastest
  const fitting = Math.min(steps, Math.floor(1000 * (slow ? slowSeconds / stepMs : roundSeconds / fastest)))
  const few = wholePart(Math.max(LEAST_STEPS, slow ? Math.min(fitting, MOST_STEPS) : fitting), epoch)
  return { slow, steps: few, skip: few === steps ? skip : Math.ceil(few / 10) }
}

/**
 * So many steps, or somewhat fewer: whole epochs or whole tens, where there is at least one.
 *
 * @param {number} steps
 * @param {number} epoch
 */
function wholePart(steps, epoch) {
  const unit = [epoch, 10].find((size) => steps >= size) ?? 1
  return steps - (steps % unit)
}
