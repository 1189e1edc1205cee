/** @import { Measured, Point, ScalingReport } from './scaling/types.js' */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machineSeconds } from './runner/cpu-time.js'
import { describeMachine } from './runner/machine.js'
import { median } from './runner/statistics.js'
import { lineThrough } from './scaling/line.js'

const USAGE = `Usage: node bench/scaling.js [options]

Time per sample and peak memory against units, depth, batch and rows of a stream.

Options:
  --quick        fewer rows; ends in less than 50 seconds
  --json         print the report as one JSON document on standard output
  --out FILE     where the report is written (bench/results/scaling.json; quick runs: nowhere)
  --threads N    threads for one operator
  --build FILE   the Diabolo build to measure (dist/node.js)
  --help         print this
`

const PLANS = {
  quick: {
    units: [64, 256, 1024],
    depth: [1, 2, 4],
    batch: [10, 100, 1000],
    rows: [10_000, 50_000, 100_000, 200_000],
    inMemory: 4000,
    /** Memory is compared from here on: below, the buffer is not full. */
    flatFrom: 100_000,
  },
  full: {
    units: [32, 64, 128, 256, 512, 1024, 2048],
    depth: [1, 2, 3, 4, 6, 8],
    batch: [10, 20, 50, 100, 200, 500, 1000, 2000],
    rows: [10_000, 100_000, 300_000, 1_000_000, 2_000_000, 10_000_000],
    inMemory: 10_000,
    flatFrom: 1_000_000,
  },
}

/** Processors' worth of work by others above which timings are not to be trusted. */
const BUSY = 0.1

const BASE = { units: 256, depth: 1, batch: 100 }

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    out: { type: 'string' },
    threads: { type: 'string' },
    build: { type: 'string', default: fileURLToPath(new URL('../dist/node.js', import.meta.url)) },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}

const mode = values.quick ? 'quick' : 'full'
const plan = PLANS[mode]
const began = performance.now()
const common = { ...BASE, ...(values.threads !== undefined && { threads: Number(values.threads) }) }
const inMemory = { ...common, rows: plan.inMemory, streamed: false }

const machine = describeMachine()
const units = await measureAll(plan.units.map((each) => ({ ...inMemory, units: each })))
const depth = await measureAll(plan.depth.map((each) => ({ ...inMemory, depth: each })))
const batch = await measureAll(plan.batch.map((each) => ({ ...inMemory, batch: each })))
const rows = await measureAll(plan.rows.map((each) => ({ ...common, rows: each, streamed: true })))

const line = lineThrough(rows.map((point) => ({ x: point.rows, y: point.seconds })))
const peaks = rows.filter((point) => point.rows >= plan.flatFrom)
const [from, to] = [/** @type {Measured} */ (peaks[0]), /** @type {Measured} */ (peaks.at(-1))]
const ratio =
  Math.max(...peaks.map(({ peakBytes }) => peakBytes)) / Math.min(...peaks.map(({ peakBytes }) => peakBytes))
const others = [units, depth, batch, rows].flat().flatMap((point) => point.others ?? [])
/** @type {ScalingReport} */
const report = {
  workload: 'scaling',
  mode,
  units,
  depth,
  batch,
  rows,
  line,
  memory: { from: from.rows, to: to.rows, ratio },
  checks: { linear: line.r2 >= 0.99, flat: ratio <= 1.1 },
  machine: { ...machine, busy: others.length > 0 && median(others) > BUSY },
  seconds: (performance.now() - began) / 1000,
}
const file = values.out ?? (values.quick ? undefined : fileURLToPath(new URL('results/scaling.json', import.meta.url)))
if (file !== undefined) {
  mkdirSync(dirname(resolve(file)), { recursive: true })
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
}
process.stderr.write(
  `\n${(1 / line.perRow).toFixed(0)} rows a second, R² ${line.r2.toFixed(5)}; peak memory from ${from.rows} to ${to.rows} rows: within ${((ratio - 1) * 100).toFixed(1)}%\n`,
)
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
process.exitCode = report.checks.linear && report.checks.flat ? 0 : 1

/**
 * @param {readonly Point[]} points
 * @returns {Promise<Measured[]>}
 */
async function measureAll(points) {
  const measured = []
  for (const point of points) measured.push(await measure(point))
  return measured
}

/**
 * @param {Point} point
 * @returns {Promise<Measured>}
 */
async function measure(point) {
  const script = fileURLToPath(new URL('scaling/point.js', import.meta.url))
  const child = spawn(process.execPath, [script, resolve(values.build), JSON.stringify(point)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (part) => {
    text += part
  })
  const ended = new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => (code === 0 ? done(code) : fail(new Error(`the measurement ended with code ${code}`))))
  })
  const [began, usedBefore] = [performance.now(), machineSeconds()]
  await ended
  const [wallSeconds, usedAfter] = [(performance.now() - began) / 1000, machineSeconds()]
  /** @type {Measured} */
  const own = JSON.parse(text)
  const used = usedBefore !== undefined && usedAfter !== undefined ? usedAfter - usedBefore : undefined
  const others = used === undefined ? undefined : Math.max(0, (used - own.processorSeconds) / wallSeconds)
  const measured = { ...own, ...(others !== undefined && { others }) }
  const { units, depth, batch, rows, seconds, microsecondsPerSample, peakBytes } = measured
  process.stderr.write(
    `${`${units}×${depth} units, batch ${batch}, ${rows} rows`.padEnd(44)} ${microsecondsPerSample.toFixed(1).padStart(7)} µs a sample, ${seconds.toFixed(1).padStart(6)} s, ${(peakBytes / 2 ** 20).toFixed(0).padStart(5)} MiB${others !== undefined && others > BUSY ? ` (${others.toFixed(1)} processors busy with other work)` : ''}\n`,
  )
  return measured
}
