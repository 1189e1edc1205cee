import { DiaboloError } from '../base/errors.js'
import { spaceLinearly, spaceLogarithmically } from './axis-ticks.js'
import type { Axis } from './chart.js'
import { formatNumber } from './number-format.js'
import { LIGHT, type LineStyle } from './theme.js'

export type LossScale = 'linear' | 'log'
export type EpochPoint = readonly [epoch: number, value: number]

/** An axis that covers every value: from 0 where it is linear and no value is negative. */
export function lossAxis(label: string, values: readonly number[], scale: LossScale): Required<Axis> {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)]
  return scale === 'log'
    ? { label: `${label} (log scale)`, ticks: spaceLogarithmically(lowest, highest), transform: Math.log10 }
    : { label, ticks: spaceLinearly(Math.min(0, lowest), highest, 6), transform: (value) => value }
}

export const referenceStyle = (i: number): LineStyle => ({
  color: LIGHT.muted,
  dash: i % 2 === 0 ? [5, 4] : [1.5, 3],
})

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

export const emptyHistory = (at: string) =>
  new DiaboloError('E_SHAPE', {
    at,
    expected: 'at least one epoch',
    found: 'none',
    hint: 'train for at least one epoch before drawing its curve',
  })

/** @throws E_VALUE when a number is not finite, or not above 0 on a logarithmic axis */
export function requirePlottable(at: string, values: readonly number[], scale: LossScale): void {
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
export function describeLine(name: string, points: readonly EpochPoint[]): string {
  const [firstEpoch, first] = points[0] as EpochPoint
  const [lastEpoch, last] = points.at(-1) as EpochPoint
  if (points.length === 1) return `${name}: ${formatNumber(first)} at epoch ${firstEpoch}.`
  const [bestEpoch, best] = points.reduce((least, point) => (point[1] < least[1] ? point : least))
  const lowest = bestEpoch === lastEpoch ? '' : `, lowest ${formatNumber(best)} at epoch ${bestEpoch}`
  return `${name}: from ${formatNumber(first)} at epoch ${firstEpoch} to ${formatNumber(last)} at epoch ${lastEpoch}${lowest}.`
}
