/** @import { BenchReport, Engine, Workload } from '../types.js' */
/** @import { Contender } from './contenders.js' */
/** @import { Plan } from './plans.js' */
/** @import { Turns } from './rounds.js' */
import { availableParallelism } from 'node:os'
import { agreementOf } from './agreement.js'
import { chooseContenders } from './contenders.js'
import { describeMachine, OthersWatch } from './machine.js'
import { writeMaterials } from './materials.js'
import { bestMatmul, matmulRates } from './matmul.js'
import { threadCounts } from './plans.js'
import { compared, resultOf } from './results.js'
import { takeTurns } from './rounds.js'

/**
 * What to measure, and how.
 *
 * @typedef {object} Setup
 * @property {Workload} workload
 * @property {Plan} plan
 * @property {Engine} own  Diabolo
 * @property {readonly Engine[]} peers
 * @property {string} build  the entry of the Diabolo build
 * @property {string | undefined} against  the entry of another one
 * @property {(line: string) => void} log
 */

/**
 * Measures Diabolo beside its peers: starts everyone, finds the setting that serves each best, checks that all compute
 * the same, then takes turns.
 *
 * @param {Setup} setup
 * @returns {Promise<BenchReport>}
 */
export async function measure(setup) {
  const { workload, plan, own, peers, log } = setup
  const began = performance.now()
  const machine = describeMachine()
  const watch = new OthersWatch()
  const { folder, dataset } = await writeMaterials(workload, setup.build)
  log(`${workload.name}: ${workload.summary}; data: ${dataset}`)

  const { taking, leaving } = partition(peers, workload, plan)
  const candidates = [own, ...taking].map((engine) => ({ engine, settings: settingsOf(engine, plan, setup.build) }))
  if (setup.against) {
    const other = { ...own, name: `${own.name}, other build` }
    candidates.push({ engine: other, settings: settingsOf(other, plan, setup.against) })
  }
  const { contenders: chosen, absent } = await chooseContenders(
    candidates,
    workload,
    folder,
    plan,
    began + 700 * plan.budgetSeconds,
    watch,
    log,
  )
  const ratesBefore = await matmulRates(chosen, plan.matmulSeconds, watch)
  const deadline = began + 1000 * plan.budgetSeconds
  const { turns, lost } = await takeTurns(chosen, workload.rows / workload.batch, plan, watch, deadline, log)
  const contenders = chosen.filter(({ name }) => turns.has(name))
  const mine = contenders.find(({ name }) => name === own.name)
  if (!mine) throw new Error(`${own.name} could not be measured: ${absent[own.name] ?? lost[own.name]}`)
  const matmul = bestMatmul([ratesBefore, await matmulRates(contenders, plan.matmulSeconds, watch)], workload)
  for (const { process } of contenders) process.stop()

  const turnsOf = (/** @type {Contender} */ { name }) => /** @type {Turns} */ (turns.get(name))
  const resultFor = (/** @type {Contender} */ each) => resultOf(each, turnsOf(each), workload, matmul?.gflops)
  /** @type {BenchReport['peers']} */
  const results = Object.fromEntries(
    contenders
      .filter((contender) => contender !== mine)
      .map((peer) => [peer.name, compared(resultFor(peer), turnsOf(mine), turnsOf(peer))]),
  )
  const [fastest] = Object.entries(results).sort(([, a], [, b]) => a.stepMs - b.stepMs)
  return {
    workload: workload.name,
    summary: workload.summary,
    mode: plan.mode,
    ...resultFor(mine),
    peers: results,
    absent: { ...absent, ...lost, ...leaving },
    fastestPeer: fastest?.[0] ?? null,
    ratioToFastestPeer: fastest?.[1].ratio ?? null,
    matmul,
    agreement: agreementOf(new Map(contenders.map(({ name, check }) => [name, check])), turns, own.name, workload.task),
    machine: { ...machine, ...watch.summary(), dataset },
    seconds: (performance.now() - began) / 1000,
  }
}

/**
 * Who takes part, and why others do not.
 *
 * @param {readonly Engine[]} peers
 * @param {Workload} workload
 * @param {Plan} plan
 */
function partition(peers, { name }, { patient }) {
  /** @type {Engine[]} */
  const taking = []
  /** @type {Record<string, string>} */
  const leaving = {}
  for (const peer of peers) {
    const reason = peer.cannot?.[name] ?? (peer.patient?.includes(name) && !patient && 'left out of quick runs')
    if (reason) leaving[peer.name] = reason
    else taking.push(peer)
  }
  return { taking, leaving }
}

/**
 * The processes in which an engine is tried.
 *
 * @param {Engine} engine
 * @param {Plan} plan
 * @param {string} build
 */
function settingsOf({ backend, threaded }, plan, build) {
  const counts = threaded ? threadCounts(availableParallelism(), plan) : [1]
  return counts.map((threads) => ({ threads, backend, build }))
}
