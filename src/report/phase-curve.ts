import { spaceIntegers } from './axis-ticks.js'
import { drawChart, MIN_PLOT_WIDTH, type Place } from './chart.js'
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
import { coordinate, escapeText, estimateWidth } from './markup.js'
import { formatNumber } from './number-format.js'
import { LIGHT, LINE_STYLES, type LineStyle, TEXT_SIZE } from './theme.js'
import type { ReferenceLine } from './training-curve.js'

export interface PhaseLosses {
  /** `pretraining, layer 1`, `fine-tuning`. */
  readonly name: string
  /** One finite loss an epoch; above 0 on a logarithmic axis. */
  readonly values: ArrayLike<number>
}

export interface PhaseCurveOptions extends FigureOptions {
  /** In the order in which they were trained. */
  readonly phases: readonly PhaseLosses[]
  readonly references?: readonly ReferenceLine[]
  /** What the vertical axis measures, with its unit. `loss` unless given. */
  readonly yLabel?: string
  /** `log` unless given. */
  readonly scale?: LossScale
}

interface PhaseLine {
  readonly name: string
  readonly style: LineStyle
  /** Epochs are counted through all phases. */
  readonly points: readonly EpochPoint[]
}

/**
 * Loss by epoch of phases trained one after the other, such as pretraining and fine-tuning, on one axis: the epochs run
 * on, and a vertical line half an epoch after a phase's last separates it from the next.
 *
 * @throws E_SHAPE when there is no phase or a phase has no epoch;
 *         E_VALUE when a number is not finite, or not above 0 on a logarithmic axis
 */
export async function drawPhaseCurve(options: PhaseCurveOptions): Promise<Figure> {
  const {
    phases,
    references = [],
    yLabel = 'loss',
    scale = 'log',
    id = 'phase-curve',
    title = 'Training, phase by phase',
  } = options
  const lines = joinPhases(phases)
  const values = [...phases.flatMap((phase) => Array.from(phase.values)), ...references.map(({ value }) => value)]
  requirePlottable('phase curve', values, scale)
  const last = phases.reduce((epochs, phase) => epochs + phase.values.length, 0)
  const x = { label: 'epoch', ticks: spaceIntegers(0, last, 10) }
  const y = lossAxis(yLabel, values, scale)
  const borders = [0, ...lines.slice(1).map(({ points }) => (points[0] as EpochPoint)[0] - 0.5), x.ticks.max]
  const named = lines.every(({ name }, i) => {
    const share = ((borders[i + 1] as number) - (borders[i] as number)) / x.ticks.max
    return estimateWidth(name, TEXT_SIZE) + 6 <= share * MIN_PLOT_WIDTH
  })

  const drawing = await drawChart({
    legend: [
      ...(named ? [] : lines.map(({ name, style }) => ({ name, ...style }))),
      ...references.map(({ name, value }, i) => ({ name: `${name}: ${formatNumber(value)}`, ...referenceStyle(i) })),
    ],
    x,
    y,
    series: [
      ...references.map(({ value }, i) => ({
        ...plainLine(referenceStyle(i)),
        showSymbol: false,
        data: [0, x.ticks.max].map((epoch) => [epoch, y.transform(value)]),
      })),
      ...lines.map(({ style, points }) => ({
        ...plainLine(style),
        showSymbol: last <= 20 || points.length === 1,
        data: points.map(([epoch, value]) => [epoch, y.transform(value)]),
      })),
    ],
    headroom: named ? NAMES_HEIGHT : 0,
    overlay: (place) => [separate(borders, place, named), named ? writeNames(lines, borders, place) : ''].join('\n'),
  })
  const alt = [
    `Line chart of ${yLabel} by epoch${scale === 'log' ? ', on a logarithmic scale' : ''};`,
    `${lines.length === 1 ? '1 phase' : `${lines.length} phases, one after the other`}.`,
    ...lines.map(({ name, points }) => describeLine(name, points)),
    ...references.map(({ name, value }) => `Horizontal line, ${name}: ${formatNumber(value)}.`),
  ].join(' ')
  return frameFigure({ ...options, id, title }, { ...drawing, alt })
}

/** The room for phase names between the label of the vertical axis and the plot. */
const NAMES_HEIGHT = 18

function joinPhases(phases: readonly PhaseLosses[]): PhaseLine[] {
  if (phases.length === 0) throw emptyHistory('phase curve')
  let before = 0
  return phases.map(({ name, values }, i) => {
    if (values.length === 0) throw emptyHistory(`phase "${name}"`)
    const points = Array.from(values, (value, j) => [before + j + 1, value] as const)
    before += values.length
    return { name, style: LINE_STYLES[i % LINE_STYLES.length] as LineStyle, points }
  })
}

function separate(borders: readonly number[], { x, top, bottom }: Place, named: boolean): string {
  const start = named ? top - NAMES_HEIGHT : top
  const lines = borders.slice(1, -1).map((epoch) => `M${coordinate(x(epoch))} ${start}V${bottom}`)
  return lines.length === 0 ? '' : `<path d="${lines.join('')}" fill="none" stroke="${LIGHT.axis}" stroke-width="1"/>`
}

/** Above the plot, each in the middle of its phase and in the colour of its line. */
function writeNames(lines: readonly PhaseLine[], borders: readonly number[], { x, top }: Place): string {
  const texts = lines.map(({ name, style }, i) => {
    const middle = coordinate((x(borders[i] as number) + x(borders[i + 1] as number)) / 2)
    return `<text x="${middle}" y="${top - 7}" text-anchor="middle" font-size="${TEXT_SIZE}" fill="${style.color}">${escapeText(name)}</text>`
  })
  return texts.join('\n')
}
