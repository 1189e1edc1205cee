/** @import { ScalingReport } from '../scaling/types.js' */
/** @import { BenchReport, PartsReport, StartupReport, Workload } from '../types.js' */
/** @import { Plan } from './plans.js' */
import { DIABOLO, DIABOLO_WEB, PEERS, WEB_PEERS } from '../engines/index.js'
import { measureScaling, SCALING_SUMMARY } from '../scaling/measure.js'
import { WORKLOADS } from '../workloads/index.js'
import { measure } from './measure.js'
import { measureStartup, STARTUP_PEERS, STARTUP_SUMMARY } from './startup.js'

/**
 * @typedef {object} RunSetup
 * @property {Plan} plan
 * @property {readonly string[] | undefined} only  names of peers to measure; all when left out
 * @property {string} build  the entry of the Diabolo build
 * @property {string | undefined} against  the entry of another one
 * @property {(line: string) => void} log
 */

/** @typedef {{ summary: string, peers: readonly string[], run: (setup: RunSetup) => Promise<BenchReport | PartsReport | StartupReport | ScalingReport> }} Run */

/** What can be asked for by name. @type {Readonly<Record<string, Run>>} */
export const RUNS = {
  ...Object.fromEntries(Object.values(WORKLOADS).map((workload) => [workload.name, runOf(workload)])),
  wasm: {
    summary: 'dense and convolutional in WebAssembly, one thread each',
    peers: WEB_PEERS.map(({ name }) => name),
    run: measureWasm,
  },
  startup: { summary: STARTUP_SUMMARY, peers: STARTUP_PEERS, run: measureStartup },
  scaling: { summary: SCALING_SUMMARY, peers: [], run: measureScaling },
}

/**
 * @param {Workload} workload
 * @returns {Run}
 */
function runOf(workload) {
  return {
    summary: workload.summary,
    peers: PEERS.map(({ name }) => name),
    run: ({ only, ...setup }) => measure({ ...setup, workload, own: DIABOLO, peers: chosen(PEERS, only) }),
  }
}

/** What of the time each part gets: a convolutional step takes twenty times as long. */
const WASM_PARTS = [
  { workload: WORKLOADS.dense, share: 0.42 },
  { workload: WORKLOADS.convolutional, share: 0.58 },
]

/**
 * @param {RunSetup} setup
 * @returns {Promise<PartsReport>}
 */
async function measureWasm({ only, plan, ...setup }) {
  /** @type {Record<string, BenchReport>} */
  const parts = {}
  for (const { workload, share } of WASM_PARTS) {
    if (!workload) continue
    const shorter = {
      ...plan,
      leastRounds: Math.min(2, plan.leastRounds),
      roundSeconds: plan.roundSeconds / 2,
      budgetSeconds: share * plan.budgetSeconds,
      graceSeconds: share * plan.graceSeconds,
    }
    const peers = chosen(WEB_PEERS, only)
    parts[workload.name] = await measure({ ...setup, plan: shorter, workload, own: DIABOLO_WEB, peers })
  }
  const all = Object.values(parts)
  return {
    workload: 'wasm',
    mode: plan.mode,
    parts,
    ratioToFastestPeer: least(all.map((part) => part.ratioToFastestPeer)),
    fractionOfMatmulRate: least(all.map((part) => part.fractionOfMatmulRate)),
    agreement: { agreed: all.every(({ agreement }) => agreement.agreed) },
  }
}

/** @param {readonly (number | null)[]} values */
const least = (values) => {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? Math.min(...known) : null
}

/**
 * @template {{ readonly name: string }} T
 * @param {readonly T[]} peers
 * @param {readonly string[] | undefined} only
 */
const chosen = (peers, only) => peers.filter(({ name }) => only?.includes(name) ?? true)
