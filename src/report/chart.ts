import { spaceLinearly, spaceLogarithmically, type Ticks } from './axis-ticks.js'
import type { Drawing } from './figure.js'
import { type LegendEntry, layOutLegend } from './legend.js'
import { coordinate, escapeText, estimateWidth, fitText } from './markup.js'
import { formatNumber } from './number-format.js'
import { renderPlot } from './plot.js'
import { FONT, LIGHT, type LineStyle, TEXT_SIZE } from './theme.js'

export interface Axis {
  /** What it measures, with its unit. */
  readonly label: string
  readonly ticks: Ticks
  /** From the values of the ticks to positions on the axis: the logarithm, where it is the axis of one. */
  readonly transform?: (value: number) => number
}

export interface ChartOptions {
  /** The names of what is drawn, in a row above the plot. */
  readonly legend: readonly LegendEntry[]
  readonly x: Axis
  readonly y: Axis
  /** Series as ECharts takes them, in positions on the axes, in the colours of the light theme. */
  readonly series: readonly object[]
  /** SVG elements on top of the series. */
  readonly overlay?: (place: Place) => string
  /** Room for the overlay between the label of the vertical axis and the plot; 0 unless given. */
  readonly headroom?: number
  /** Of the plot within its axes. */
  readonly plotHeight?: number
}

/** Ticks of a horizontal axis, about `count` steps of them, or fewer where their numbers would not fit beside each other. */
export function spaceAcross(min: number, max: number, count: number): Ticks {
  const ticks = spaceLinearly(min, max, count)
  return fits(ticks.values) || count <= 2 ? ticks : spaceAcross(min, max, count - 1)
}

/** The same for a logarithmic axis: every second, third, … of its ticks, where not all have room. */
export function spaceLogarithmicallyAcross(min: number, max: number): Ticks {
  const ticks = spaceLogarithmically(min, max)
  let values = ticks.values
  for (let step = 2; !fits(values) && values.length > 2; step++) values = ticks.values.filter((_, i) => i % step === 0)
  return { ...ticks, values }
}

/** Whether the numbers at the ticks of a horizontal axis have room beside each other. */
function fits(values: readonly number[]): boolean {
  const widest = Math.max(...values.map((value) => estimateWidth(formatNumber(value), TEXT_SIZE)))
  return (widest + 3) * (values.length - 1) <= MIN_PLOT_WIDTH
}

/** The plot in the figure's coordinates. */
export interface Place {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** From values of the ticks to coordinates. */
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

const WIDTH = 440
/** Of the plot of every chart whose vertical axis has numbers of up to nine characters. */
export const MIN_PLOT_WIDTH = 340
const MAX_WIDTH = 620
const PLOT_HEIGHT = 190
const RIGHT = 14

/** A plot with two labelled axes and a legend: everything of a chart's picture but its words. */
export async function drawChart(options: ChartOptions): Promise<Omit<Drawing, 'alt'>> {
  const { legend, x, y, series, overlay, headroom = 0, plotHeight = PLOT_HEIGHT } = options
  const names = layOutLegend(legend, WIDTH)
  const top = (legend.length > 0 ? names.height : -10) + 34 + headroom
  const height = top + plotHeight + 42
  const left = 12 + Math.max(...y.ticks.values.map((value) => estimateWidth(formatNumber(value), TEXT_SIZE)))
  const plot = await renderPlot(
    {
      grid: { left, right: RIGHT, top, height: plotHeight, containLabel: false },
      xAxis: valueAxis(x, false),
      yAxis: valueAxis(y, true),
      series,
    },
    WIDTH,
    height,
  )
  const [right, bottom] = [WIDTH - RIGHT, top + plotHeight]
  const place: Place = { left, right, top, bottom, x: scaleTo(x, left, right), y: scaleTo(y, bottom, top) }
  const middle = coordinate((left + right) / 2)
  const label = (at: string, text: string) =>
    `<text ${at} font-size="${TEXT_SIZE}" fill="${LIGHT.muted}">${escapeText(fitText(text, WIDTH, TEXT_SIZE))}</text>`
  const body = [
    names.svg,
    label(`x="0" y="${top - 14 - headroom}"`, y.label),
    plot,
    overlay?.(place) ?? '',
    label(`x="${middle}" y="${height - 4}" text-anchor="middle"`, x.label),
  ]
  return { width: WIDTH, height, maxWidth: MAX_WIDTH, body: body.join('\n') }
}

/** The parts of an ECharts line series that say how it looks. */
export const plainLine = ({ color, dash }: LineStyle) => ({
  type: 'line',
  silent: true,
  emphasis: { disabled: true },
  symbol: 'circle',
  symbolSize: 5,
  itemStyle: { color },
  lineStyle: { color, width: 2, type: dash.length > 0 ? [...dash] : 'solid', cap: 'butt' },
})

function scaleTo({ ticks, transform = (value) => value }: Axis, from: number, to: number) {
  const [min, max] = [transform(ticks.min), transform(ticks.max)]
  return (value: number) => from + ((transform(value) - min) / (max - min)) * (to - from)
}

/** A value axis that shows exactly its ticks: as grid lines, or as an axis line with marks. */
function valueAxis({ ticks, transform = (value) => value }: Axis, gridLines: boolean) {
  const labels = new Map(ticks.values.map((value) => [transform(value), formatNumber(value)]))
  const customValues = [...labels.keys()]
  return {
    type: 'value',
    min: transform(ticks.min),
    max: transform(ticks.max),
    // Bars at the ends would else push the ends outwards.
    containShape: false,
    axisLine: { show: !gridLines, onZero: false, lineStyle: { color: LIGHT.axis } },
    axisTick: { show: !gridLines, length: 4, lineStyle: { color: LIGHT.axis }, customValues },
    axisLabel: {
      color: LIGHT.muted,
      fontFamily: FONT,
      fontSize: TEXT_SIZE,
      customValues,
      formatter: (position: number) => labels.get(position) ?? '',
    },
    splitLine: { show: gridLines, lineStyle: { color: LIGHT.grid } },
  }
}
