import { DiaboloError } from '../base/errors.js'
import { spaceIntegers } from './axis-ticks.js'
import { drawChart } from './chart.js'
import {
  describeLine,
  type EpochPoint,
  emptyHistory,
  type LossScale,
  lossAxis,
  plainLine,
  referenceStyle,
  requirePlottable,
} from './epoch-lines.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { formatNumber } from './number-format.js'
import { LINE_STYLES, type LineStyle } from './theme.js'

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
  readonly scale?: LossScale
}

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
  requirePlottable('training curve', values, scale)
  requirePlottable('training curve', epochs, 'linear')
  const x = spaceIntegers(Math.min(0, ...epochs), Math.max(...epochs), 10)
  const y = lossAxis(yLabel, values, scale)

  const styles = series.map((_, i) => LINE_STYLES[i % LINE_STYLES.length] as LineStyle)
  const drawing = await drawChart({
    legend: [
      ...series.map(({ name }, i) => ({ name, ...(styles[i] as LineStyle) })),
      ...references.map(({ name, value }, i) => ({ name: `${name}: ${formatNumber(value)}`, ...referenceStyle(i) })),
    ],
    x: { label: 'epoch', ticks: x },
    y,
    series: [
      ...references.map(({ value }, i) => ({
        ...plainLine(referenceStyle(i)),
        showSymbol: false,
        data: [x.min, x.max].map((epoch) => [epoch, y.transform(value)]),
      })),
      ...lines.map((points, i) => ({
        ...plainLine(styles[i] as LineStyle),
        showSymbol: points.length <= 20,
        data: points.map(([epoch, value]) => [epoch, y.transform(value)]),
      })),
    ],
  })
  const alt = [
    `Line chart of ${yLabel} by epoch${scale === 'log' ? ', on a logarithmic scale' : ''}.`,
    ...series.map(({ name }, i) => describeLine(name, lines[i] as EpochPoint[])),
    ...references.map(({ name, value }) => `Horizontal line, ${name}: ${formatNumber(value)}.`),
  ].join(' ')
  return frameFigure({ ...options, id, title }, { ...drawing, alt })
}

function pointsOf({ name, values, epochs }: CurveSeries): EpochPoint[] {
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
