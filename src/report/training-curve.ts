import { DiaboloError } from '../base/errors.js'
import { spaceIntegers, spaceLinearly, spaceLogarithmically } from './axis-ticks.js'
import { drawChart } from './chart.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { formatNumber } from './number-format.js'
import { LIGHT, LINE_STYLES, type LineStyle } from './theme.js'

export interface CurveSeries {
  readonly name: string
  /** One finite number an epoch; above 0 on a logarithmic axis. */
  readonly values: ArrayLike<number>
  /** The epoch of each value; 1, 2, 3 … unless given. */
  readonly epochs?: ArrayLike<number>
}

/** A horizontal line to compare with: the error of a baseline. */
export interface ReferenceLine {
  readonly name: string
  readonly value: number
}

export interface TrainingCurveOptions extends FigureOptions {
  readonly series: readonly CurveSeries[]
  readonly references?: readonly ReferenceLine[]
  /** What the vertical axis measures, with its unit: `MSE per pixel`. `loss` unless given. */
  readonly yLabel?: string
  /** `linear` (from 0 where no value is negative) unless given. */
  readonly scale?: 'linear' | 'log'
}

type Point = readonly [epoch: number, value: number]

/**
 * Loss by epoch, one line per series.
 *
 * @throws E_SHAPE when there is no series, a series has no value, or `epochs` and `values` differ in length;
 *         E_VALUE when a number is not finite, or not above 0 on a logarithmic axis
 */
export async function drawTrainingCurve(options: TrainingCurveOptions): Promise<Figure> {
  const {
    series,
    references = [],
    yLabel = 'loss',
    scale = 'linear',
    id = 'training-curve',
    title = 'Training curve',
  } = options
  const lines = series.map(pointsOf)
  if (lines.length === 0) throw emptyHistory('training curve')
  const values = [
    ...lines.flatMap((points) => points.map(([, value]) => value)),
    ...references.map(({ value }) => value),
  ]
  const epochs = lines.flatMap((points) => points.map(([epoch]) => epoch))
  requirePlottable(values, scale)
  requirePlottable(epochs, 'linear')
  const x = spaceIntegers(Math.min(0, ...epochs), Math.max(...epochs), 10)
  const log = scale === 'log'
  const lowest = Math.min(...values)
  const y = log
    ? spaceLogarithmically(lowest, Math.max(...values))
    : spaceLinearly(Math.min(0, lowest), Math.max(...values), 6)
  const transform = log ? Math.log10 : (value: number) => value

  const styles = series.map((_, i) => LINE_STYLES[i % LINE_STYLES.length] as LineStyle)
  const drawing = await drawChart({
    legend: [
      ...series.map(({ name }, i) => ({ name, ...(styles[i] as LineStyle) })),
      ...references.map(({ name, value }, i) => ({ name: `${name}: ${formatNumber(value)}`, ...referenceStyle(i) })),
    ],
    x: { label: 'epoch', ticks: x },
    y: { label: log ? `${yLabel} (log scale)` : yLabel, ticks: y, transform },
    series: [
      ...references.map(({ value }, i) => ({
        ...plainLine(referenceStyle(i)),
        showSymbol: false,
        data: [x.min, x.max].map((epoch) => [epoch, transform(value)]),
      })),
      ...lines.map((points, i) => ({
        ...plainLine(styles[i] as LineStyle),
        showSymbol: points.length <= 20,
        data: points.map(([epoch, value]) => [epoch, transform(value)]),
      })),
    ],
  })
  const alt = [
    `Line chart of ${yLabel} by epoch${log ? ', on a logarithmic scale' : ''}.`,
    ...series.map(({ name }, i) => describeLine(name, lines[i] as Point[])),
    ...references.map(({ name, value }) => `Horizontal line, ${name}: ${formatNumber(value)}.`),
  ].join(' ')
  return frameFigure({ ...options, id, title }, { ...drawing, alt })
}

const referenceStyle = (i: number): LineStyle => ({ color: LIGHT.muted, dash: i % 2 === 0 ? [5, 4] : [1.5, 3] })

const plainLine = ({ color, dash }: LineStyle) => ({
  type: 'line',
  silent: true,
  emphasis: { disabled: true },
  symbol: 'circle',
  symbolSize: 5,
  itemStyle: { color },
  lineStyle: { color, width: 2, type: dash.length > 0 ? [...dash] : 'solid', cap: 'butt' },
})

function pointsOf({ name, values, epochs }: CurveSeries): Point[] {
  if (values.length === 0) throw emptyHistory(`series "${name}"`)
  if (epochs && epochs.length !== values.length) {
    throw new DiaboloError('E_SHAPE', {
      at: `epochs of series "${name}"`,
      expected: `${values.length}, one per value`,
      found: `${epochs.length}`,
      hint: 'give one epoch per value, or none at all',
    })
  }
  return Array.from(values, (value, i) => [epochs?.[i] ?? i + 1, value])
}

const emptyHistory = (at: string) =>
  new DiaboloError('E_SHAPE', {
    at,
    expected: 'at least one epoch',
    found: 'none',
    hint: 'train for at least one epoch before drawing its curve',
  })

function requirePlottable(values: readonly number[], scale: 'linear' | 'log'): void {
  const bad = values.find((value) => !Number.isFinite(value) || (scale === 'log' && value <= 0))
  if (bad === undefined) return
  throw new DiaboloError('E_VALUE', {
    at: 'training curve',
    expected: scale === 'log' ? 'finite numbers above 0 for a logarithmic axis' : 'finite numbers',
    found: `${bad}`,
    hint: Number.isFinite(bad) ? 'use scale: "linear"' : 'leave out the epochs after training diverged',
  })
}

function describeLine(name: string, points: readonly Point[]): string {
  const [firstEpoch, first] = points[0] as Point
  const [lastEpoch, last] = points.at(-1) as Point
  if (points.length === 1) return `${name}: ${formatNumber(first)} at epoch ${firstEpoch}.`
  const [bestEpoch, best] = points.reduce((least, point) => (point[1] < least[1] ? point : least))
  const lowest = bestEpoch === lastEpoch ? '' : `, lowest ${formatNumber(best)} at epoch ${bestEpoch}`
  return `${name}: from ${formatNumber(first)} at epoch ${firstEpoch} to ${formatNumber(last)} at epoch ${lastEpoch}${lowest}.`
}
