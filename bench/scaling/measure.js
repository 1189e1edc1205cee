/** @import { Plan } from '../runner/plans.js' */
/** @import { Measured, Point, ScalingReport } from './types.js' */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { machineSeconds } from '../runner/cpu-time.js'
import { BUSY, describeMachine } from '../runner/machine.js'
import { median } from '../runner/statistics.js'
import { lineThrough } from './line.js'

export const SCALING_SUMMARY = 'time per sample and peak memory against units, depth, batch and rows of a stream'

const POINTS = {
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

const BASE = { units: 256, depth: 1, batch: 100 }

/**
 * Trains networks of many sizes, each in a process of its own, and a stream of up to ten million rows.
 *
 * @param {{ plan: Plan, build: string, log: (line: string) => void }} setup
 * @returns {Promise<ScalingReport>}
 */
export async function measureScaling({ plan: { mode }, build, log }) {
  const began = performance.now()
  const machine = describeMachine()
  const points = POINTS[mode]
  const inMemory = { ...BASE, rows: points.inMemory, streamed: false }
  const all = async (/** @type {readonly Point[]} */ row) => {
    const measured = []
    for (const point of row) measured.push(await measurePoint(point, build, log))
    return measured
  }
  const units = await all(points.units.map((each) => ({ ...inMemory, units: each })))
  const depth = await all(points.depth.map((each) => ({ ...inMemory, depth: each })))
  const batch = await all(points.batch.map((each) => ({ ...inMemory, batch: each })))
  const rows = await all(points.rows.map((each) => ({ ...BASE, rows: each, streamed: true })))
  const line = lineThrough(rows.map((point) => ({ x: point.rows, y: point.seconds })))
  const full = rows.filter((point) => point.rows >= points.flatFrom)
  const peaks = full.map(({ peakBytes }) => peakBytes)
  const ratio = Math.max(...peaks) / Math.min(...peaks)
  const others = [units, depth, batch, rows].flat().flatMap((point) => point.others ?? [])
  return {
    workload: 'scaling',
    mode,
    units,
    depth,
    batch,
    rows,
    line,
    memory: { from: points.flatFrom, to: /** @type {Measured} */ (full.at(-1)).rows, ratio },
    checks: { linear: line.r2 >= 0.99, flat: ratio <= 1.1 },
    machine: { ...machine, busy: others.length > 0 && median(others) > BUSY },
    seconds: (performance.now() - began) / 1000,
  }
}

/**
 * @param {Point} point
 * @param {string} build
 * @param {(line: string) => void} log
 * @returns {Promise<Measured>}
 */
async function measurePoint(point, build, log) {
  const script = fileURLToPath(new URL('point.js', import.meta.url))
  const [began, usedBefore] = [performance.now(), machineSeconds()]
  const { stdout } = await promisify(execFile)(process.execPath, [script, build, JSON.stringify(point)])
  const [wallSeconds, usedAfter] = [(performance.now() - began) / 1000, machineSeconds()]
  /** @type {Measured} */
  const own = JSON.parse(stdout)
  const used = usedBefore !== undefined && usedAfter !== undefined ? usedAfter - usedBefore : undefined
  const others = used === undefined ? undefined : Math.max(0, (used - own.processorSeconds) / wallSeconds)
  const { units, depth, batch, rows, seconds, microsecondsPerSample, peakBytes } = own
  const disturbed =
    others !== undefined && others > BUSY ? ` (${others.toFixed(1)} processors busy with other work)` : ''
  log(
    `${`${units}×${depth} units, batch ${batch}, ${rows} rows`.padEnd(44)} ${microsecondsPerSample.toFixed(1).padStart(7)} µs a sample, ${seconds.toFixed(1).padStart(6)} s, ${(peakBytes / 2 ** 20).toFixed(0).padStart(5)} MiB${disturbed}`,
  )
  return { ...own, ...(others !== undefined && { others }) }
}
