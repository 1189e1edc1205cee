import { LineChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { escapeHtml } from './markup.js'

echarts.use([LineChart, GridComponent, SVGRenderer])

const [WIDTH, HEIGHT] = [340, 215]
const FONT = { color: 'var(--muted)', fontSize: 11, fontFamily: 'system-ui, sans-serif' }

/**
 * An axis: logarithmic ones show the values of `ticks`, or 1, 2 and 5 × 10ⁿ; linear ones begin at 0.
 *
 * @typedef {object} Axis
 * @property {string} label
 * @property {boolean} log
 * @property {readonly number[]} [ticks]
 */

/** @typedef {{ x: number, y: number }} Place */

/**
 * A line through points as one `<svg>` in the page's colours.
 *
 * @param {{ title: string, x: Axis, y: Axis, points: readonly Place[], fit?: ((x: number) => number) | undefined }} chart
 *   `fit`: drawn as a dashed curve
 */
export function drawChart({ title, x, y, points, fit }) {
  const [across, up] = [
    axisOption(
      x,
      points.map((point) => point.x),
    ),
    axisOption(
      y,
      points.map((point) => point.y),
    ),
  ]
  const at = (/** @type {Place} */ point) => [position(x, point.x), position(y, point.y)]
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  chart.setOption({
    animation: false,
    grid: { left: 46, right: 18, top: 28, bottom: 40 },
    xAxis: { ...across, name: x.label, nameLocation: 'middle', nameGap: 25, nameTextStyle: FONT },
    yAxis: {
      ...up,
      ...{
        name: y.label,
        nameLocation: 'end',
        nameGap: 12,
        nameTextStyle: { ...FONT, align: 'left', padding: [0, 0, 0, -40] },
      },
    },
    series: [
      ...(fit ? [lineOf(curve(x, points, fit).map(at), 'var(--ceiling)', { type: [5, 4], width: 1.5 }, 0)] : []),
      lineOf(points.map(at), 'var(--own)', { width: fit ? 0 : 2 }, 6),
    ],
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg.replace('<svg ', `<svg role="img" aria-label="${escapeHtml(title)}" `)
}

/**
 * @param {Axis} axis
 * @param {readonly number[]} values
 */
function axisOption(axis, values) {
  const look = {
    type: 'value',
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: 'var(--grid)' } },
  }
  if (!axis.log) {
    const label = { ...FONT, formatter: short }
    return { ...look, min: 0, splitNumber: 4, axisLabel: label }
  }
  const ticks = axis.ticks ?? coverDecades(Math.min(...values), Math.max(...values))
  const places = ticks.map((tick) => position(axis, tick))
  const shown = new Map(ticks.map((tick) => [position(axis, tick), short(tick)]))
  return {
    ...look,
    min: Math.min(...places, ...values.map((value) => position(axis, value))),
    max: Math.max(...places, ...values.map((value) => position(axis, value))),
    axisLabel: { ...FONT, customValues: places, formatter: (/** @type {number} */ place) => shown.get(place) ?? '' },
    axisTick: { show: false, customValues: places },
    splitLine: { ...look.splitLine, customValues: places },
  }
}

/** @param {Axis} axis @param {number} value */
const position = ({ log }, value) => (log ? Math.log10(value) : value)

/** The values 1, 2 and 5 × 10ⁿ from the last at or below `min` to the first at or above `max`. @param {number} min @param {number} max */
function coverDecades(min, max) {
  const all = []
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    for (const factor of [1, 2, 5]) all.push(Number(`${factor}e${power}`))
  }
  return all.slice(
    all.findLastIndex((value) => value <= min),
    all.findIndex((value) => value >= max) + 1,
  )
}

/** @param {Axis} axis @param {readonly Place[]} points @param {(x: number) => number} fit */
function curve(axis, points, fit) {
  const [first, last] = [points.at(0)?.x ?? 0, points.at(-1)?.x ?? 0].map((x) => position(axis, x))
  return Array.from({ length: 41 }, (_, i) => {
    const place = (first ?? 0) + (((last ?? 0) - (first ?? 0)) * i) / 40
    const x = axis.log ? 10 ** place : place
    return { x, y: fit(x) }
  })
}

/** @param {readonly number[][]} data @param {string} color @param {object} lineStyle @param {number} symbolSize */
const lineOf = (data, color, lineStyle, symbolSize) => ({
  ...{ type: 'line', silent: true, data, symbol: 'circle', symbolSize, showSymbol: symbolSize > 0 },
  ...{ lineStyle: { color, ...lineStyle }, itemStyle: { color }, emphasis: { disabled: true } },
})

/** 20 k, 10 M. @param {number} value */
const short = (value) => {
  if (value >= 1e6) return `${value / 1e6} M`
  return value >= 10_000 ? `${value / 1000} k` : `${value}`
}
