import { DiaboloError } from '../base/errors.js'
import { spaceIntegers, spaceLinearly, spaceLogarithmically } from './axis-ticks.js'
import { type Axis, type ChartOptions, drawChart, plainLine } from './chart.js'
import type { Drawing } from './figure.js'
import { formatNumber } from './number-format.js'
import { LIGHT, LINE_STYLES, type LineStyle } from './theme.js'

export type LossScale = 'linear' | 'log'
export type EpochPoint = readonly [epoch: number, value: number]

export interface EpochLine {
  readonly name: string
  /** One or more, in the order of their epochs. */
  readonly points: readonly EpochPoint[]
}

/** A horizontal line to compare with: the error of a baseline. */
export interface ReferenceLine {
  readonly name: string
  readonly value: number
}

export interface EpochLinesOptions extends Pick<ChartOptions, 'overlay' | 'headroom'> {
  readonly lines: readonly EpochLine[]
  readonly references: readonly ReferenceLine[]
  readonly yLabel: string
  readonly scale: LossScale
  /** Whether the legend names the lines; references it always names. */
  readonly named: boolean
  /** What the description says of the lines together. */
  readonly note?: string
}

/**
 * Values by epoch, one line each, with horizontal lines to compare them with.
 *
 * @param at  the kind of figure, for errors
 * @throws E_SHAPE when there is no line; E_VALUE when a number is not finite, or not above 0 on a logarithmic axis
 */
export async function drawEpochLines(at: string, options: EpochLinesOptions): Promise<Drawing> {
  const { lines, references, yLabel, scale, named, note = '', ...room } = options
  if (lines.length === 0) throw emptyHistory(at)
  const points = lines.flatMap((line) => line.points)
  const epochs = points.map(([epoch]) => epoch)
  const values = [...points.map(([, value]) => value), ...references.map(({ value }) => value)]
  requirePlottable(at, values, scale)
  requirePlottable(at, epochs, 'linear')
  const x = spaceIntegers(Math.min(0, ...epochs), Math.max(...epochs), 10)
  const y = lossAxis(yLabel, values, scale)
  const place = ([epoch, value]: EpochPoint) => [epoch, y.transform(value)]

  const drawing = await drawChart({
    ...room,
    legend: [
      ...(named ? lines.map(({ name }, i) => ({ name, ...lineStyle(i) })) : []),
      ...references.map(({ name, value }, i) => ({ name: `${name}: ${formatNumber(value)}`, ...referenceStyle(i) })),
    ],
    x: { label: 'epoch', ticks: x },
    y,
    series: [
      ...references.map(({ value }, i) => ({
        ...plainLine(referenceStyle(i)),
        showSymbol: false,
        data: [x.min, x.max].map((epoch) => place([epoch, value])),
      })),
      ...lines.map(({ points }, i) => ({
        ...plainLine(lineStyle(i)),
        showSymbol: x.max - x.min <= 20 || points.length === 1,
        data: points.map(place),
      })),
    ],
  })
  const alt = [
    `Line chart of ${yLabel} by epoch${scale === 'log' ? ', on a logarithmic scale' : ''}${note}.`,
    ...lines.map(describeLine),
    ...references.map(({ name, value }) => `Horizontal line, ${name}: ${formatNumber(value)}.`),
  ].join(' ')
  return { ...drawing, alt }
}

/** Of the line with this number. */
export const lineStyle = (i: number): LineStyle => LINE_STYLES[i % LINE_STYLES.length] as LineStyle

const referenceStyle = (i: number): LineStyle => ({ color: LIGHT.muted, dash: i % 2 === 0 ? [5, 4] : [1.5, 3] })

/** An axis that covers every value: from 0 where it is linear and no value is negative. */
function lossAxis(label: string, values: readonly number[], scale: LossScale): Required<Axis> {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)]
  return scale === 'log'
    ? { label: `${label} (log scale)`, ticks: spaceLogarithmically(lowest, highest), transform: Math.log10 }
    : { label, ticks: spaceLinearly(Math.min(0, lowest), highest, 6), transform: (value) => value }
}

/** A logarithmic axis, where there is a logarithm of every loss: one may come to 0. */
export const scaleFor = (losses: readonly number[]): LossScale => (losses.every((loss) => loss > 0) ? 'log' : 'linear')

export const emptyHistory = (at: string) =>
  new DiaboloError('E_SHAPE', {
    at,
    expected: 'at least one epoch',
    found: 'none',
    hint: 'train for at least one epoch before drawing its curve',
  })

function requirePlottable(at: string, values: readonly number[], scale: LossScale): void {
  const bad = values.find((value) => !Number.isFinite(value) || (scale === 'log' && value <= 0))
  if (bad === undefined) return
  throw new DiaboloError('E_VALUE', {
    at,
    expected: scale === 'log' ? 'finite numbers above 0 for a logarithmic axis' : 'finite numbers',
    found: `${bad}`,
    hint: Number.isFinite(bad) ? 'use scale: "linear"' : 'leave out the epochs after training diverged',
  })
}

/** A line in words. */
function describeLine({ name, points }: EpochLine): string {
  const [firstEpoch, first] = points[0] as EpochPoint
  const [lastEpoch, last] = points.at(-1) as EpochPoint
  if (points.length === 1) return `${name}: ${formatNumber(first)} at epoch ${firstEpoch}.`
  const [bestEpoch, best] = points.reduce((least, point) => (point[1] < least[1] ? point : least))
  const lowest = bestEpoch === lastEpoch ? '' : `, lowest ${formatNumber(best)} at epoch ${bestEpoch}`
  return `${name}: from ${formatNumber(first)} at epoch ${firstEpoch} to ${formatNumber(last)} at epoch ${lastEpoch}${lowest}.`
}
