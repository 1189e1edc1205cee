import { DiaboloError } from '../base/errors.js'
import { spaceLinearly } from './axis-ticks.js'
import { drawChart, plainLine } from './chart.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { formatNumber } from './number-format.js'
import { LIGHT, LINE_STYLES, type LineStyle } from './theme.js'

export interface RankingLine {
  readonly name: string
  /** The area under it: AUROC, or average precision. */
  readonly area: number
  /** From (0, …) to the right, each from 0 to 1. */
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface RankingCurveOptions extends FigureOptions {
  /** `roc`: recall by false alarms; `precisionRecall`: precision by recall. */
  readonly kind: 'roc' | 'precisionRecall'
  readonly lines: readonly RankingLine[]
  /** The part of the samples that are anomalies: what precision is by chance. */
  readonly anomalies: number
}

const AXES = {
  roc: { x: 'false alarms, part of the ordinary samples', y: 'anomalies found, part of all', area: 'area' },
  precisionRecall: {
    x: 'anomalies found, part of all (recall)',
    y: 'anomalies among what is called one (precision)',
    area: 'average precision',
  },
} as const

const CHANCE: LineStyle = { color: LIGHT.muted, dash: [5, 4] }

/** Points nearer to the one before than this, of an axis, are left out: less than a line is wide. */
const NEAR = 1 / 400

/**
 * How well each of several detectors tells anomalies, at every threshold.
 *
 * @throws E_SHAPE when there is no line, or one without points
 */
export async function drawRankingCurve(options: RankingCurveOptions): Promise<Figure> {
  const { kind, lines, anomalies, id = kind === 'roc' ? 'roc' : 'precision-recall' } = options
  const { title = kind === 'roc' ? 'Anomalies found by false alarms' : 'Precision by recall' } = options
  if (lines.length === 0 || lines.some(({ points }) => points.length === 0)) {
    throw new DiaboloError('E_SHAPE', {
      at: `figure "${id}"`,
      expected: 'a line or more, of a point or more each',
      found: lines.length === 0 ? 'no line' : 'a line without points',
      hint: 'rank scores of samples whose labels are known',
    })
  }
  const axis = AXES[kind]
  const unit = spaceLinearly(0, 1, 5)
  const style = (i: number) => LINE_STYLES[i % LINE_STYLES.length] as LineStyle
  const chance = [0, 1].map((x) => [x, kind === 'roc' ? x : anomalies])
  const drawing = await drawChart({
    legend: [
      ...lines.map(({ name, area }, i) => ({ name: `${name}: ${area.toFixed(3)}`, ...style(i) })),
      { name: `chance: ${kind === 'roc' ? '0.5' : formatNumber(Number(anomalies.toPrecision(3)))}`, ...CHANCE },
    ],
    x: { label: axis.x, ticks: unit },
    y: { label: axis.y, ticks: unit },
    plotHeight: 260,
    series: [
      { ...plainLine(CHANCE), showSymbol: false, data: chance },
      ...lines.map(({ points }, i) => ({ ...plainLine(style(i)), showSymbol: false, data: thinned(points) })),
    ],
  })
  const alt = [
    `Line chart of ${axis.y}, by ${axis.x}.`,
    ...lines.map(({ name, area }) => `${name}: ${axis.area} ${area.toFixed(3)}.`),
  ].join(' ')
  return frameFigure({ ...options, id, title }, { ...drawing, alt })
}

function thinned(points: RankingLine['points']): RankingLine['points'] {
  let [lastX, lastY] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return points.filter(([x, y], i) => {
    if (i < points.length - 1 && Math.abs(x - lastX) < NEAR && Math.abs(y - lastY) < NEAR) return false
    lastX = x
    lastY = y
    return true
  })
}
