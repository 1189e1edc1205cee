import { DiaboloError } from '../base/errors.js'
import { spaceLinearly } from './axis-ticks.js'
import { drawChart, plainLine, spaceAcross } from './chart.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import type { LegendEntry } from './legend.js'
import { coordinate } from './markup.js'
import { formatNumber } from './number-format.js'
import { LIGHT, type LineStyle } from './theme.js'

export interface ActivationHistogramOptions extends FigureOptions {
  /** [units]: mean activation of each unit over the data. */
  readonly activations: Float32Array
  /** Target mean activation, marked on the axis. */
  readonly rho?: number
  /** Bars over the axis; 50 unless given. */
  readonly bins?: number
  /** What the horizontal axis measures; `mean activation of a unit` unless given. */
  readonly xLabel?: string
}

/** A unit counts as dead where |mean activation| is below the first, as saturated where it is above the second. */
const DEAD = 0.001
const SATURATED = 0.99
/** The share of units below this is told. */
const LOW = 0.1

const TARGET: LineStyle = { color: LIGHT.vermilion, dash: [7, 3] }

/**
 * How many units have which mean activation. The axis is [0, 1] where all lie in it, as those of sigmoid units do;
 * elsewhere it covers the data.
 *
 * @throws E_SHAPE when there is no unit; E_VALUE when an activation is not finite;
 *         E_OPTION when `rho` is not finite, or `bins` is not a whole number from 1 to 200
 */
export async function drawActivationHistogram(options: ActivationHistogramOptions): Promise<Figure> {
  const {
    activations,
    rho,
    bins = 50,
    xLabel = 'mean activation of a unit',
    id = 'activation-histogram',
    title = 'Mean activations of the units',
  } = options
  requireUnits(activations)
  requireOptions(rho, bins)

  const unitRange = activations.every((mean) => mean >= 0 && mean <= 1) && (rho === undefined || (rho >= 0 && rho <= 1))
  const values = rho === undefined ? activations : [...activations, rho]
  const ticks = unitRange ? spaceAcross(0, 1, 10) : spaceAcross(minOf(values), maxOf(values), 8)
  const width = (ticks.max - ticks.min) / bins
  const counts = countByBin(activations, ticks.min, width, bins)
  const target = rho === undefined ? [] : [{ name: `target ρ = ${formatNumber(rho)}`, ...TARGET }]
  const y = spaceLinearly(0, Math.max(5, ...counts), 5)
  const units = activations.length
  const legend: LegendEntry[] = [
    {
      name: units === 1 ? '1 unit' : `${units.toLocaleString('en-US')} units`,
      color: LIGHT.blue,
      dash: [],
      mark: 'm-6-5h12v10h-12z',
    },
    ...target,
  ]

  const drawing = await drawChart({
    legend,
    x: { label: xLabel, ticks },
    y: { label: 'number of units', ticks: y },
    series: [
      {
        type: 'bar',
        silent: true,
        emphasis: { disabled: true },
        barCategoryGap: '12%',
        itemStyle: { color: LIGHT.blue },
        data: counts.map((count, i) => [ticks.min + (i + 0.5) * width, count]),
      },
      ...(rho === undefined
        ? []
        : [{ ...plainLine(TARGET), showSymbol: false, data: [y.min, y.max].map((count) => [rho, count]) }]),
    ],
    // A pointer above the plot, because bars may leave little of the line to see.
    overlay: ({ x, top }) =>
      rho === undefined ? '' : `<path d="M${coordinate(x(rho))} ${top}l-5-8h10z" fill="${TARGET.color}"/>`,
  })
  const alt = [
    `Histogram of the mean activations of ${units.toLocaleString('en-US')} ${units === 1 ? 'unit' : 'units'}:`,
    `from ${formatNumber(shorten(minOf(activations)))} to ${formatNumber(shorten(maxOf(activations)))},`,
    `median ${formatNumber(shorten(medianOf(activations)))}.`,
    ...(rho === undefined ? [] : [`The target ρ = ${formatNumber(rho)} is marked.`]),
    `${formatNumber(shorten((100 * countWhere(activations, (mean) => mean < LOW)) / units))} % are below ${LOW}.`,
    `Dead (${unitRange ? 'below' : 'closer to 0 than'} ${DEAD}): ${countWhere(activations, (mean) => Math.abs(mean) < DEAD)}.`,
    ...(unitRange ? [`Saturated (above ${SATURATED}): ${countWhere(activations, (mean) => mean > SATURATED)}.`] : []),
  ].join(' ')
  return frameFigure({ ...options, id, title }, { ...drawing, alt })
}

/** Bin i holds [min + i width, min + (i + 1) width); the last one its upper end too. */
function countByBin(activations: Float32Array, min: number, width: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const mean of activations) {
    // A float32 a rounding error below an edge, such as 0.3, belongs to the bin above it.
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((mean - min) / width + 1e-6)))
    counts[bin] = (counts[bin] as number) + 1
  }
  return counts
}

/** Three digits are enough for words. */
const shorten = (value: number): number => Number(value.toPrecision(3))

const minOf = (values: Iterable<number>): number => {
  let min = Number.POSITIVE_INFINITY
  for (const value of values) min = Math.min(min, value)
  return min
}

const maxOf = (values: Iterable<number>): number => {
  let max = Number.NEGATIVE_INFINITY
  for (const value of values) max = Math.max(max, value)
  return max
}

const medianOf = (values: Float32Array): number => values.slice().sort()[Math.floor((values.length - 1) / 2)] as number

const countWhere = (values: Float32Array, holds: (value: number) => boolean): number =>
  values.reduce((count, value) => count + (holds(value) ? 1 : 0), 0)

function requireUnits(activations: Float32Array): void {
  if (activations.length === 0) {
    throw new DiaboloError('E_SHAPE', {
      at: 'activation histogram',
      expected: 'one mean activation per unit',
      found: 'none',
      hint: 'average the code over the samples, unit by unit',
    })
  }
  const bad = activations.findIndex((mean) => !Number.isFinite(mean))
  if (bad < 0) return
  throw new DiaboloError('E_VALUE', {
    at: `activation of unit ${bad} (counted from 0) of the activation histogram`,
    expected: 'a finite number',
    found: `${activations[bad]}`,
    hint: 'codes of a diverged model cannot be drawn',
  })
}

function requireOptions(rho: number | undefined, bins: number): void {
  if (!(Number.isInteger(bins) && bins >= 1 && bins <= 200)) {
    throw new DiaboloError('E_OPTION', {
      at: 'bins of the activation histogram',
      expected: 'a whole number from 1 to 200',
      found: `${bins}`,
      hint: 'leave it out for 50',
    })
  }
  if (rho === undefined || Number.isFinite(rho)) return
  throw new DiaboloError('E_OPTION', {
    at: 'rho of the activation histogram',
    expected: 'a finite number',
    found: `${rho}`,
    hint: 'leave it out where there is no target',
  })
}
