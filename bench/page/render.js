/** @import { BenchReport, CommandResult, PartsReport, Result, StartupReport } from '../types.js' */
import { escapeHtml, number } from './markup.js'
import { STYLE } from './style.js'

/** @typedef {BenchReport | PartsReport | StartupReport} Report */

/** Bars longer than so many times Diabolo's are cut off. */
const LONGEST = 4

/** A bar: what took how long. @typedef {{ name: string, time: number, ratio: number, detail: string }} Bar */

/**
 * All results as one HTML document that needs no other file, no network and no script.
 *
 * @param {readonly Report[]} reports
 * @param {readonly string[]} sections  what else was measured, as HTML
 */
export function render(reports, sections) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bench · Diabolo</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Diabolo beside its peers</h1>
<p>Everyone trains the same network from the same weights on the same samples in the same order, and arrives at the same
loss. Times are medians over rounds taken in turns; × is a peer's time divided by Diabolo's, so that above 1 Diabolo is the
faster one. Products are counted as the network is written: a convolution of a resized image can be computed with fewer, so
that a fraction of the best rate may exceed 1.</p>
${[...reports.map(renderReport), ...sections].join('\n')}
</body>
</html>
`
}

/** @param {Report} report */
function renderReport(report) {
  const heading = `<h2>${report.workload} <span class="muted">${report.mode} run</span></h2>`
  if ('parts' in report) {
    const parts = Object.entries(report.parts).map(([name, part]) => `<h3>${name}</h3>${renderSteps(part)}`)
    const lead = '<p class="muted">The same in WebAssembly under Node, one thread for everyone.</p>'
    return `<section>${heading}${lead}${parts.join('')}</section>`
  }
  return `<section>${heading}${'task' in report ? renderCommands(report) : renderSteps(report)}</section>`
}

/** @param {BenchReport} report */
function renderSteps(report) {
  const { peers, matmul, summary } = report
  const detail = (/** @type {Result} */ { variant, threads, spread, memory }) =>
    [
      ...[variant, `threads: ${threads}`, `quartiles ${spread.map((ms) => number(ms)).join('–')}`],
      ...(memory ? [`${memory.aboveDataMb} MB above the data`] : []),
    ].join(', ')
  const bars = [
    { name: 'diabolo', time: report.stepMs, ratio: 1, detail: detail(report) },
    ...Object.entries(peers).map(([name, peer]) => ({
      ...{ name, time: peer.stepMs, ratio: peer.ratio },
      detail: detail(peer),
    })),
  ]
  const ceiling = matmul ? matmul.flopsPerStep / matmul.gflops / 1e6 : undefined
  const caption = report.rowsPerSecond === undefined ? 'milliseconds a step' : 'milliseconds a pass'
  return [
    `<p class="muted">${escapeHtml(summary)}</p>`,
    renderBars(bars, 'ms', ceiling, caption),
    ceiling === undefined
      ? ''
      : `<p class="muted"><span class="key"></span>${number(ceiling)} ms: the matrix products alone at this machine's best
rate, ${number(matmul?.gflops ?? 0)} GFLOP/s. Diabolo's fraction of that rate: ${number(report.fractionOfMatmulRate ?? 0)}.</p>`,
    renderDetails(report),
  ].join('\n')
}

/** @param {StartupReport} report */
function renderCommands(report) {
  const { extrapolated, summary, peers } = report
  const bars = Object.entries({ diabolo: { ...report, ratio: 1 }, ...peers }).map(([name, result]) => ({
    ...{ name, time: result.seconds, ratio: result.ratio },
    detail: measuredRuns(result),
  }))
  const how = extrapolated ? ' Put together from shorter runs, which are listed below.' : ''
  return `<p class="muted">${escapeHtml(summary)}.${how}</p>${renderBars(bars, 's', undefined, 'seconds')}${renderDetails(report)}`
}

/**
 * @param {readonly Bar[]} bars
 * @param {string} unit
 * @param {number | undefined} ceiling  in the same unit
 * @param {string} caption  what is measured
 */
function renderBars(bars, unit, ceiling, caption) {
  const own = bars.find(({ name }) => name === 'diabolo')?.time ?? 1
  const longest = Math.max(...bars.map(({ time }) => Math.min(time, LONGEST * own)))
  const percent = (/** @type {number} */ time) => (100 * Math.min(1, time / longest)).toFixed(2)
  const line = ceiling === undefined ? '' : `<span class="ceiling" style="left:${percent(ceiling)}%"></span>`
  const rows = bars
    .toSorted((a, b) => a.time - b.time)
    .map(({ name, time, ratio, detail }) => {
      const classes = ['row', ...(name === 'diabolo' ? ['own'] : []), ...(time > longest ? ['over'] : [])].join(' ')
      return `<div class="${classes}" title="${escapeHtml(detail)}"><span class="name">${escapeHtml(name)}</span><span class="track"><span class="bar" style="width:${percent(time)}%"></span>${line}</span><span class="value">${number(time)} ${unit} <small>× ${number(ratio)}</small></span></div>`
    })
  const cut = bars.some(({ time }) => time > longest) ? `; notched bars are cut off at ${LONGEST} times Diabolo's` : ''
  return `<figure><figcaption>${caption}${cut}</figcaption>${rows.join('\n')}</figure>`
}

/** @param {BenchReport | StartupReport} report */
function renderDetails({ machine, absent, agreement, ...report }) {
  const { date, cpu, cores, memoryGb, system, node, othersMedian, busy } = machine
  const facts = {
    Date: date,
    Machine: `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}`,
    ...(othersMedian !== undefined && {
      'Other work': `${othersMedian} processors, median${busy ? '; the machine was busy' : ''}`,
    }),
    Agreement: agreement.agreed ? 'everyone arrives at the same figures' : 'THE FIGURES DIFFER',
    diabolo: describe(report),
    ...Object.fromEntries(Object.entries(report.peers).map(([name, peer]) => [name, describe(peer)])),
    ...Object.fromEntries(Object.entries(absent).map(([name, reason]) => [name, `absent: ${reason}`])),
  }
  const items = Object.entries(facts).map(
    ([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(`${text}`)}</dd>`,
  )
  return `<details><summary>Versions, settings, who is absent</summary><dl>${items.join('')}</dl></details>`
}

/** @param {CommandResult} result */
const measuredRuns = ({ measured }) =>
  measured.map(({ epochs, seconds }) => `epochs: ${epochs}, ${number(seconds)} s`).join('; ')

/** @param {Result | CommandResult} result */
function describe(result) {
  if (!('version' in result)) return `${measuredRuns(result)}; test MSE ${number(result.testMse)}`
  const { version, variant, threads, spread, rounds, memory } = result
  const above = memory ? `, peak memory ${memory.aboveDataMb} MB above the data` : ''
  return `${version}; ${variant}, threads: ${threads}; quartiles ${spread.map(number).join('–')} ms over rounds: ${rounds}${above}`
}
