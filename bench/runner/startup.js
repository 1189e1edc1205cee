/** @import { CommandResult, StartupReport } from '../types.js' */
/** @import { Plan } from './plans.js' */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { python } from '../engines/index.js'
import { describeMachine } from './machine.js'
import { median, quartiles } from './statistics.js'

/** How far a final loss may be from Diabolo's, relatively: same recipe, other random numbers. */
const TOLERANCE = 0.1

/** The epochs of the whole command, and those of a quick run's two. */
const EPOCHS = 10
const QUICK_EPOCHS = [1, 5]

/** @typedef {{ name: string, program: string, arguments: (epochs: number, out: string) => string[] }} Command */
/** @typedef {{ seconds: number, loss: number, mse: number }} Outcome */
/** By epochs. @typedef {Map<number, readonly Outcome[]>} Runs */

export const STARTUP_SUMMARY = `the whole command, cold: train the vanilla recipe on MNIST for ${EPOCHS} epochs, interpreter start included`

const IDIOMATIC = 'torch-idiomatic'

export const STARTUP_PEERS = ['torch-best', IDIOMATIC]

/**
 * Runs whole commands in turn. A full run takes all ten epochs in each of several rounds. A quick one takes one epoch, then
 * five, adds what the others would take, seconds(10) = seconds(1) + 9 (seconds(5) − seconds(1)) / 4, and leaves out the
 * idiomatic script, which is not the fastest.
 *
 * @param {{ plan: Plan, build: string, only?: readonly string[] | undefined, log: (line: string) => void }} setup
 * @returns {Promise<StartupReport>}
 */
export async function measureStartup({ plan, build, only = STARTUP_PEERS, log }) {
  const began = performance.now()
  const { mnist } = await import(pathToFileURL(build).href)
  const { folder } = await mnist({ download: false })
  const quick = plan.mode === 'quick'
  const taking = only.filter((name) => !quick || name !== IDIOMATIC)
  const commands = commandsFor(build, folder, plan, taking)
  // the first start of a program reads it from disk: nobody is measured by that
  await finished(process.execPath, [join(dirname(build), 'cli.js'), 'train', '--help'])
  await finished(python(), ['-c', 'import numpy, torch'])
  /** @type {Map<string, Runs>} */
  const outcomes = new Map(commands.map(({ name }) => [name, new Map()]))
  /** @type {Record<string, string>} */
  const absent = taking.length < only.length ? { [IDIOMATIC]: 'left out of quick runs' } : {}
  for (let round = 0; round < (quick ? QUICK_EPOCHS.length : 3); round++) {
    for (const command of commands) {
      const { name } = command
      if (absent[name]) continue
      const epochs = (quick && QUICK_EPOCHS[round]) || EPOCHS
      const outcome = await runOnce(command, epochs)
      if (typeof outcome === 'string') {
        absent[name] = outcome
        continue
      }
      const runs = outcomes.get(name)
      runs?.set(epochs, [...(runs.get(epochs) ?? []), outcome])
      log(`  ${name}, epochs: ${epochs}: ${outcome.seconds.toFixed(2)} s, test MSE ${outcome.mse.toFixed(6)}`)
    }
  }
  const results = new Map(
    [...outcomes].flatMap(([name, runs]) => (absent[name] ? [] : [/** @type {const} */ ([name, resultOf(runs)])])),
  )
  return reportOf(results, absent, plan.mode, (performance.now() - began) / 1000)
}

/**
 * @param {string} build
 * @param {string} folder  where MNIST is
 * @param {Plan} plan
 * @param {readonly string[]} only
 * @returns {Command[]}
 */
function commandsFor(build, folder, plan, only) {
  const cli = join(dirname(build), 'cli.js')
  const script = (/** @type {string} */ name) => fileURLToPath(new URL(`../startup/${name}.py`, import.meta.url))
  const cores = availableParallelism()
  const threads = plan.patient ? [...new Set([cores, 1])] : [cores]
  /** @param {string} name @returns {Command[]} */
  const torch = (name) =>
    threads.map((count) => ({
      name: count === cores ? name : `${name}, threads: ${count}`,
      program: python(),
      arguments: (epochs, out) => [
        ...[script(name.replace('-', '_')), folder, `${epochs}`, `${count}`],
        join(out, 'model.pt'),
      ],
    }))
  return [
    {
      name: 'diabolo',
      program: process.execPath,
      arguments: (epochs, out) => [
        ...[cli, 'train', 'vanilla', '--data', 'mnist', '--epochs', `${epochs}`, '--seed', '1', '--json'],
        ...['--out', join(out, 'run')],
      ],
    },
    ...only.flatMap(torch),
  ]
}

/**
 * One run of a command, from nothing to its end, or why it failed.
 *
 * @param {Command} command
 * @param {number} epochs
 * @returns {Promise<Outcome | string>}
 */
async function runOnce({ program, arguments: given }, epochs) {
  const out = await mkdtemp(join(tmpdir(), 'diabolo-startup-'))
  const began = performance.now()
  try {
    const { code, stdout, stderr } = await finished(program, given(epochs, out))
    const seconds = (performance.now() - began) / 1000
    if (code !== 0) return stderr.trim().split('\n').at(-1) || `exit code ${code}`
    const { loss, test } = JSON.parse(stdout)
    return { seconds, loss, mse: test.mse }
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

/**
 * @param {string} program
 * @param {readonly string[]} given
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
function finished(program, given) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, given)
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text) => {
      stdout += text
    })
    child.stderr.on('data', (text) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/**
 * @param {Runs} runs
 * @returns {CommandResult}
 */
function resultOf(runs) {
  const typical = [...runs].map(([epochs, outcomes]) => {
    const times = outcomes.map(({ seconds }) => seconds)
    return { epochs, seconds: median(times), spread: quartiles(times) }
  })
  const [first, last] = [typical.at(0), typical.at(-1)]
  const longest = last && runs.get(last.epochs)?.at(-1)
  if (!first || !last || !longest) throw new Error('nothing was run')
  const perEpoch = last === first ? null : (last.seconds - first.seconds) / (last.epochs - first.epochs)
  const { loss, mse } = longest
  return {
    seconds: perEpoch === null ? last.seconds : first.seconds + (EPOCHS - first.epochs) * perEpoch,
    extrapolated: perEpoch !== null,
    secondsPerEpoch: perEpoch,
    secondsBeforeEpochs: perEpoch === null ? null : first.seconds - first.epochs * perEpoch,
    measured: typical,
    loss,
    testMse: mse,
  }
}

/**
 * @param {ReadonlyMap<string, CommandResult>} results
 * @param {Readonly<Record<string, string>>} absent
 * @param {'quick' | 'full'} mode
 * @param {number} seconds  that the bench took
 * @returns {StartupReport}
 */
function reportOf(results, absent, mode, seconds) {
  const own = results.get('diabolo')
  if (!own) throw new Error(`diabolo could not be measured: ${absent.diabolo}`)
  const peers = Object.fromEntries(
    [...results]
      .filter(([name]) => name !== 'diabolo')
      .map(([name, result]) => [name, { ...result, ratio: result.seconds / own.seconds }]),
  )
  const [fastest] = Object.entries(peers).sort(([, a], [, b]) => a.seconds - b.seconds)
  const near = (/** @type {number} */ value, /** @type {number} */ wanted) =>
    Math.abs(value - wanted) <= TOLERANCE * wanted
  return {
    workload: 'startup',
    mode,
    summary: STARTUP_SUMMARY,
    task: 'command',
    ...own,
    peers,
    absent,
    fastestPeer: fastest?.[0] ?? null,
    ratioToFastestPeer: fastest?.[1].ratio ?? null,
    fractionOfMatmulRate: null,
    fractionOfMatmulRateReason: 'most of a cold command is not matrix products',
    agreement: {
      agreed: Object.values(peers).every(({ testMse }) => near(testMse, own.testMse)),
      tolerance: TOLERANCE,
      testMse: Object.fromEntries([...results].map(([name, { testMse }]) => [name, testMse])),
    },
    machine: describeMachine(),
    benchSeconds: seconds,
  }
}
