/** @import { Measured, ScalingReport } from '../scaling/types.js' */
import { drawChart } from './chart.js'
import { machineLine, number, percent } from './markup.js'

const MIB = 2 ** 20

/** @typedef {'units' | 'depth' | 'batch' | 'rows'} Dimension */

/** What is varied. @type {readonly { by: Dimension, label: string, logX: boolean, logY: boolean }[]} */
const DIMENSIONS = [
  { by: 'units', label: 'units of the code', logX: true, logY: true },
  { by: 'depth', label: 'layers of the encoder, the decoder has as many', logX: false, logY: false },
  { by: 'batch', label: 'samples of a batch', logX: true, logY: true },
  { by: 'rows', label: 'samples of the stream', logX: true, logY: false },
]

/** @param {ScalingReport} report */
export function renderScaling(report) {
  const { rows, units, batch, line, memory, machine } = report
  const [one] = batch
  const { flat, linear } = report.checks
  const charts = DIMENSIONS.map((dimension) => renderPair(report, dimension))
  return `<section><h2>Scaling <span class="muted">${report.mode} run</span></h2>
<p class="muted">Training 784 → units → 784 on drawn digits; unless it is what varies: ${units[0]?.depth} layer, 256 units, batches
of 100, ${number(one?.rows ?? 0)} samples in memory. Each point is a process of its own; memory is the peak of what it holds, Node and
the runtime included.</p>
<p>Up to ${millions(rows.at(-1)?.rows ?? 0)} streamed samples the time is ${linear ? '' : '<strong>not</strong> '}a line: ${number(line.start)} s + ${number(1e6 * line.perRow)} µs × samples explains
${rSquared(line.r2)} of its variance (R²), ${number(1e-3 / line.perRow)} thousand samples a second. From ${millions(memory.from)} to ${millions(memory.to)} samples
peak memory is ${flat ? 'flat' : '<strong>not flat</strong>'}: its largest is ${percent(memory.ratio - 1)} above its least.</p>
<div class="charts">${charts.join('\n')}</div>
<p class="muted"><span class="key dashed"></span>the fitted line, per sample. ${machineLine(machine)}</p></section>`
}

/**
 * Time and memory against one thing.
 *
 * @param {ScalingReport} report
 * @param {(typeof DIMENSIONS)[number]} dimension
 */
function renderPair(report, { by, label, logX, logY }) {
  const measured = report[by]
  const values = measured.map((point) => point[by])
  const x = {
    label,
    log: logX,
    ticks: by === 'rows' ? values.filter((rows) => Number.isInteger(Math.log10(rows))) : values,
  }
  const against = (/** @type {(point: Measured) => number} */ of) =>
    measured.map((point) => ({ x: point[by], y: of(point) }))
  const { start, perRow } = report.line
  const time = drawChart({
    ...{ title: `microseconds a sample against ${label}`, x, y: { label: 'µs a sample', log: logY } },
    points: against((point) => point.microsecondsPerSample),
    fit: by === 'rows' ? (rows) => 1e6 * (perRow + start / rows) : undefined,
  })
  const memory = drawChart({
    ...{ title: `peak memory in MiB against ${label}`, x, y: { label: 'peak MiB', log: false } },
    points: against((point) => point.peakBytes / MIB),
  })
  return `<figure>${time}</figure><figure>${memory}</figure>`
}

/** @param {number} rows */
const millions = (rows) => (rows >= 1e6 ? `${number(rows / 1e6)} million` : `${number(rows / 1e3)} thousand`)

/** All the nines, and the two digits after them. @param {number} r2 */
const rSquared = (r2) => r2.toFixed(Math.min(8, 1 + Math.ceil(-Math.log10(Math.max(1e-9, 1 - r2)))))
