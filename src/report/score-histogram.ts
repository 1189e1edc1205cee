import { DiaboloError } from '../base/errors.js'
import { spaceLinearly } from './axis-ticks.js'
import { drawChart, plainLine, spaceLogarithmicallyAcross } from './chart.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { coordinate } from './markup.js'
import { formatNumber } from './number-format.js'
import { LIGHT, type LineStyle } from './theme.js'

export interface ScoreHistogramOptions extends FigureOptions {
  /** One per sample, none negative. */
  readonly scores: Float32Array
  /** Whether each sample is an anomaly, where it is known. */
  readonly anomaly?: readonly boolean[] | undefined
  /** Marked on the axis. */
  readonly threshold?: number | undefined
}

const BINS = 40
const THRESHOLD: LineStyle = { color: LIGHT.ink, dash: [7, 3] }
const SQUARE = 'm-6-5h12v10h-12z'

/**
 * How many samples have which score, on a logarithmic axis; anomalies, where they are known, beside the others, each kind by its
 * share.
 *
 * @throws E_SHAPE when there is no sample; E_VALUE when a score is not a finite number of at least 0
 */
export async function drawScoreHistogram(options: ScoreHistogramOptions): Promise<Figure> {
  const { scores, anomaly, threshold, id = 'scores', title = 'Scores' } = options
  requireScores(scores)
  // a score of 0 has no logarithm: it is shown where the least other one is
  const positive = [...scores, ...(threshold === undefined ? [] : [threshold])].filter((score) => score > 0)
  const [least, most] = positive.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [1, 1])
  const ticks = spaceLogarithmicallyAcross(least, most)
  const [from, to] = [Math.log10(ticks.min), Math.log10(ticks.max)]
  const width = (to - from) / BINS
  const kinds = anomaly
    ? [
        { name: 'ordinary', color: LIGHT.blue, of: (row: number) => !anomaly[row] },
        { name: 'anomalies', color: LIGHT.vermilion, of: (row: number) => anomaly[row] === true },
      ]
    : [{ name: 'samples', color: LIGHT.blue, of: () => true }]
  const counted = kinds.map((kind) => ({ ...kind, ...shares(scores, kind.of, { from, width, floor: ticks.min }) }))
  const y = spaceLinearly(0, Math.max(1, ...counted.flatMap(({ percent }) => percent)), 5)
  const drawing = await drawChart({
    legend: [
      ...counted.map(({ name, color, count }) => ({
        name: `${count.toLocaleString('en-US')} ${name}`,
        color,
        dash: [],
        mark: SQUARE,
      })),
      ...(threshold === undefined
        ? []
        : [{ name: `threshold: ${formatNumber(Number(threshold.toPrecision(4)))}`, ...THRESHOLD }]),
    ],
    x: { label: 'score (log scale)', ticks, transform: Math.log10 },
    y: { label: anomaly ? '% of each kind' : '% of the samples', ticks: y },
    series: [
      ...counted.map(({ color, percent }, i) => ({
        type: 'bar',
        silent: true,
        emphasis: { disabled: true },
        barGap: '0%',
        barCategoryGap: '10%',
        z: i,
        itemStyle: { color },
        data: percent.map((value, bin) => [from + (bin + 0.5) * width, value]),
      })),
      ...(threshold === undefined || threshold <= 0
        ? []
        : [
            {
              ...plainLine(THRESHOLD),
              showSymbol: false,
              data: [y.min, y.max].map((value) => [Math.log10(threshold), value]),
            },
          ]),
    ],
    overlay: ({ x, top }) =>
      threshold === undefined || threshold <= 0
        ? ''
        : `<path d="M${coordinate(x(threshold))} ${top}l-5-8h10z" fill="${THRESHOLD.color}"/>`,
  })
  const alt = [
    'Histogram of scores on a logarithmic axis.',
    ...counted.map(({ name, count, median }) =>
      count === 0
        ? `No ${name}.`
        : `${count.toLocaleString('en-US')} ${name}, median ${formatNumber(Number(median.toPrecision(3)))}.`,
    ),
    ...(threshold === undefined ? [] : [`The threshold ${formatNumber(Number(threshold.toPrecision(4)))} is marked.`]),
  ].join(' ')
  return frameFigure({ ...options, id, title }, { ...drawing, alt })
}

/** Per cent of the samples of a kind in each bin, how many there are, and their median score. */
function shares(
  scores: Float32Array,
  isOfKind: (row: number) => boolean,
  { from, width, floor }: { readonly from: number; readonly width: number; readonly floor: number },
) {
  const own = scores.filter((_, row) => isOfKind(row))
  const percent = new Array<number>(BINS).fill(0)
  for (const score of own) {
    const bin = Math.floor((Math.log10(Math.max(score, floor)) - from) / width + 1e-9)
    const at = Math.min(BINS - 1, Math.max(0, bin))
    percent[at] = (percent[at] as number) + 100 / own.length
  }
  return { percent, count: own.length, median: own.sort()[Math.floor((own.length - 1) / 2)] ?? Number.NaN }
}

function requireScores(scores: Float32Array): void {
  const bad = scores.findIndex((score) => !(Number.isFinite(score) && score >= 0))
  if (scores.length > 0 && bad < 0) return
  throw new DiaboloError(scores.length === 0 ? 'E_SHAPE' : 'E_VALUE', {
    at: scores.length === 0 ? 'score histogram' : `score of sample ${bad} (counted from 0)`,
    expected: scores.length === 0 ? 'one score or more' : 'a finite number of at least 0',
    found: scores.length === 0 ? 'none' : `${scores[bad]}`,
    hint: 'score samples with a model whose training did not diverge',
  })
}
