/** @import { Engine, Measured, Setting, Workload } from '../types.js' */
/** @import { OthersWatch } from './machine.js' */
/** @import { Plan } from './plans.js' */
import { FIRST_CHECK } from './agreement.js'
import { EngineError, EngineProcess } from './engine-process.js'

/** What a process does once before anything is timed, so that it has compiled what it compiles. */
const WARM_UP = { steps: 2, skip: 1 }

/** A first look at a setting, then one that takes about so many seconds. */
const GLANCE = { steps: 5, skip: 1 }
const PROBE_SECONDS = 0.6
const PROBE_STEPS = 150

/** How often a choice is made again when something else was running. */
const PROBES = 3

/**
 * An engine in the setting that served it best.
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {EngineProcess} process
 * @property {string} variant
 * @property {number} stepMs  the estimate that its setting was chosen by
 * @property {Measured} check  the outcome of the first agreement check
 * @property {readonly Trial[]} tried
 */

/** @typedef {{ variant: string, threads: number, stepMs: number }} Trial */

/** A process that was started, or why it failed. */
/** @typedef {{ process: EngineProcess, failure?: string }} Started */

/** The best of an engine's settings, before it is checked. */
/** @typedef {Omit<Contender, 'check'>} Candidate */

/**
 * Starts engines in every setting and keeps, for each, the process with the fastest.
 *
 * @param {readonly { engine: Engine, settings: readonly Setting[] }[]} candidates
 * @param {Workload} workload
 * @param {string} folder  its materials
 * @param {Plan} plan
 * @param {number} deadline  by `performance.now()`; whoever has not had its turn by then is left out
 * @param {OthersWatch} watch
 * @param {(line: string) => void} log
 * @returns {Promise<{ contenders: Contender[], absent: Record<string, string> }>}
 */
export async function chooseContenders(candidates, workload, folder, plan, deadline, watch, log) {
  // all at once: nothing is timed yet
  const groups = await Promise.all(
    candidates.map(async ({ engine, settings }) => {
      const variants = variantsOf(engine, workload, plan)
      const process = (/** @type {Setting} */ setting) => new EngineProcess(engine, setting, workload.task, folder)
      const started = await Promise.all(settings.map((setting) => start(process(setting), variants, plan)))
      return { engine, variants, started }
    }),
  )
  /** @type {Contender[]} */
  const contenders = []
  /** @type {Record<string, string>} */
  const absent = {}
  for (const { engine, variants, started } of groups) {
    const late = contenders.length > 0 && performance.now() > deadline
    const { best, failure } = late
      ? { failure: 'no time was left for it' }
      : await choose(engine, variants, started, workload, plan, watch)
    if (best) contenders.push(best)
    else absent[engine.name] = failure ?? 'it cannot be used in any way'
    for (const { process } of started) if (process !== best?.process) process.stop()
    for (const { variant, threads, stepMs } of best?.tried ?? [])
      log(`  ${engine.name}, ${variant}, threads: ${threads}: ${stepMs.toFixed(2)} ms/step`)
  }
  return { contenders, absent }
}

/**
 * The ways to use an engine that make sense for a workload.
 *
 * @param {Engine} engine
 * @param {Workload} workload
 * @param {Plan} plan
 */
const variantsOf = ({ variants }, { name }, plan) =>
  variants
    .filter(({ workloads, patient }) => (workloads?.includes(name) ?? true) && (plan.patient || !patient))
    .map((variant) => variant.name)

/**
 * @param {EngineProcess} process
 * @param {readonly string[]} variants
 * @param {Plan} plan
 * @returns {Promise<Started>}
 */
async function start(process, [variant = ''], plan) {
  return caught({ process }, async () => {
    await process.ready(plan.startSeconds)
    await process.work({ variant, ...WARM_UP }, plan.startSeconds)
    return { process }
  })
}

/**
 * @param {Engine} engine
 * @param {readonly string[]} variants
 * @param {readonly Started[]} started
 * @param {Workload} workload
 * @param {Plan} plan
 * @param {OthersWatch} watch
 * @returns {Promise<{ best?: Contender, failure?: string | undefined }>}
 */
async function choose(engine, variants, started, { task }, plan, watch) {
  /** @type {Trial[]} */
  const tried = []
  /** @type {Candidate | undefined} */
  let best
  let failure = started.find((each) => each.failure)?.failure
  for (const { process, failure: unusable } of started) {
    if (unusable) continue
    for (const variant of variants) {
      const probed = await caught({}, async () => ({ stepMs: await probe(process, variant, plan, watch) }))
      failure ??= probed.failure
      if (probed.stepMs === undefined) continue
      tried.push({ variant, threads: process.threads, stepMs: probed.stepMs })
      if (best && best.stepMs <= probed.stepMs) continue
      best = { name: engine.name, process, variant, stepMs: probed.stepMs, tried }
    }
  }
  if (!best) return { failure }
  const { process, variant } = best
  const request = { variant, steps: FIRST_CHECK[task].steps, skip: 1 }
  const checked = await caught({}, async () => ({
    best: { ...best, check: await process.work(request, plan.callSeconds) },
  }))
  return checked
}

/**
 * ms per step, the least of a few tries where others were at work.
 *
 * @param {EngineProcess} process
 * @param {string} variant
 * @param {Plan} plan
 * @param {OthersWatch} watch
 */
async function probe(process, variant, plan, watch) {
  const glance = stepMsOf(await process.work({ variant, ...GLANCE }, plan.callSeconds))
  const steps = Math.min(PROBE_STEPS, Math.floor((1000 * PROBE_SECONDS) / glance))
  if (steps < 2 * GLANCE.steps) return glance
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < PROBES; i++) {
    const work = () => process.work({ variant, steps, skip: Math.ceil(steps / 3) }, plan.callSeconds)
    const { result, disturbed } = await watch.during(process.pid, work)
    least = Math.min(least, stepMsOf(result))
    if (!disturbed) break
  }
  return least
}

/** @param {Measured} trained */
export const stepMsOf = ({ seconds, timedSteps }) => (1000 * seconds) / timedSteps

/**
 * The outcome of work on an engine, or `otherwise` with the reason why it failed.
 *
 * @template T, O
 * @param {O} otherwise
 * @param {() => Promise<T>} work
 * @returns {Promise<Partial<T> & O & { failure?: string }>}
 */
async function caught(otherwise, work) {
  try {
    return /** @type {any} */ (await work())
  } catch (error) {
    if (error instanceof EngineError) return /** @type {any} */ ({ ...otherwise, failure: error.message })
    throw error
  }
}
