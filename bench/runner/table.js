/** @import { BenchReport } from '../types.js' */

/**
 * The report for people.
 *
 * @param {BenchReport} report
 */
export function table(report) {
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
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const { busy, othersMedian } = machine
  return [
    ...lines.map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
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
