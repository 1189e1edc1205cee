/** @import { ScalingReport } from '../scaling/types.js' */
/** @import { BenchReport, PartsReport, StartupReport } from '../types.js' */

/**
 * The report for people.
 *
 * @param {BenchReport | PartsReport | StartupReport | ScalingReport} report
 */
export function tables(report) {
  if ('parts' in report) {
    const parts = Object.entries(report.parts).map(([name, part]) => `${name}\n${table(part)}`)
    return parts.join('\n\n')
  }
  if ('checks' in report) return scalingTable(report)
  return 'task' in report ? commandTable(report) : table(report)
}

/** @param {ScalingReport} report */
function scalingTable({ units, depth, batch, rows, line, memory, machine }) {
  const points = [units, depth, batch, rows]
    .flat()
    .map((point) => [
      ...[point.units, point.depth, point.batch, point.rows].map(String),
      ...[point.microsecondsPerSample.toFixed(1), (point.peakBytes / 2 ** 20).toFixed(0)],
    ])
  return [
    ...aligned([['units', 'depth', 'batch', 'rows', 'µs a sample', 'peak MiB'], ...points]),
    `${(1 / line.perRow).toFixed(0)} rows a second, R² ${line.r2.toFixed(5)}`,
    `peak memory from ${memory.from} to ${memory.to} rows: within ${((memory.ratio - 1) * 100).toFixed(1)} %`,
    ...(machine.busy ? ['THE MACHINE IS BUSY with other work: measure again'] : []),
  ].join('\n')
}

/** @param {StartupReport} report */
function commandTable({ peers, absent, agreement, ...own }) {
  const rows = Object.entries({ diabolo: { ...own, ratio: 1 }, ...peers }).sort(([, a], [, b]) => a.seconds - b.seconds)
  const text = (/** @type {number | null} */ seconds) => seconds?.toFixed(2) ?? ''
  return [
    ...aligned([
      ['command', 's for 10 epochs', 'it ÷ diabolo', 's an epoch', 's besides', 'test MSE'],
      ...rows.map(([name, { seconds, ratio, secondsPerEpoch, secondsBeforeEpochs, testMse }]) => [
        ...[
          name,
          text(seconds),
          ratio.toFixed(3),
          text(secondsPerEpoch),
          text(secondsBeforeEpochs),
          testMse.toFixed(6),
        ],
      ]),
    ]),
    ...(own.extrapolated
      ? [`put together from runs of ${own.measured.map(({ epochs }) => epochs).join(' and ')} epochs`]
      : []),
    ...Object.entries(absent).map(([name, reason]) => `absent: ${name}: ${reason}`),
    agreement.agreed
      ? `test MSE: the same for all (within ${100 * agreement.tolerance} %)`
      : `THE TEST ERRORS DIFFER: ${JSON.stringify(agreement.testMse)}`,
  ].join('\n')
}

/** @param {readonly (readonly string[])[]} lines  the first one names the columns */
function aligned(lines) {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const pad = (/** @type {string} */ cell, /** @type {number} */ i) => cell.padEnd(widths[i] ?? 0)
  return lines.map((line) => line.map(pad).join('  ').trimEnd())
}

/** @param {BenchReport} report */
function table(report) {
  const { peers, absent, matmul, agreement, machine } = report
  const rows = [
    { name: 'diabolo', ...report, ratio: 1 },
    ...Object.entries(peers).map(([name, peer]) => ({ name, ...peer })),
  ]
  const lines = [
    ['engine', 'ms/step', 'quartiles', 'rounds', 'it ÷ diabolo', '% of matmul', 'threads', 'version'],
    ...rows
      .sort((a, b) => a.stepMs - b.stepMs)
      .map(({ name, stepMs, spread, rounds, ratio, fractionOfMatmulRate, threads, version, variant }) => [
        name,
        stepMs.toFixed(3),
        spread.map((ms) => ms.toFixed(3)).join('–'),
        `${rounds}`,
        ratio.toFixed(3),
        fractionOfMatmulRate === null ? '' : (100 * fractionOfMatmulRate).toFixed(1),
        `${threads}`,
        `${version}, ${variant}`,
      ]),
  ]
  const { busy, othersMedian } = machine
  return [
    ...aligned(lines),
    ...Object.entries(absent).map(([name, reason]) => `absent: ${name}: ${reason}`),
    ...(matmul ? [`best matrix product: ${matmul.gflops.toFixed(0)} GFLOP/s, ${matmul.engine}, ${matmul.shape}`] : []),
    ...agreement.checks.map(({ agreed, steps, tolerance, figures }) =>
      agreed
        ? `after ${steps} steps: the same for ${Object.keys(figures).join(', ')} (within ${100 * tolerance} %)`
        : `THE FIGURES DIFFER after ${steps} steps: ${JSON.stringify(figures)}`,
    ),
    ...(busy
      ? [`THE MACHINE IS BUSY with other work (${othersMedian} processors): trust ratios only, or measure again`]
      : []),
  ].join('\n')
}
