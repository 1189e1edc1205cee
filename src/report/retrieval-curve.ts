import { DiaboloError } from '../base/errors.js'
import { spaceLinearly } from './axis-ticks.js'
import { drawChart, plainLine, spaceLogarithmicallyAcross } from './chart.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { formatNumber } from './number-format.js'
import { LINE_STYLES, type LineStyle } from './theme.js'

export interface RetrievalLine {
  readonly name: string
  /** After so many hits each: the part of what is relevant that was found, above 0, and the part of the hits that is relevant. */
  readonly points: readonly (readonly [recall: number, precision: number])[]
}

/**
 * How well several ways to search find what is relevant: precision by recall, the latter on a logarithmic axis, because
 * people look at the first few hits.
 *
 * @throws E_SHAPE when there is no line, or one without points; E_VALUE when recall is 0 or a number is not a part
 * @see Hinton & Salakhutdinov (2006), figure 4
 */
export async function drawRetrievalCurve({
  lines,
  id = 'retrieval',
  title = 'Precision by recall',
  ...words
}: FigureOptions & { readonly lines: readonly RetrievalLine[] }): Promise<Figure> {
  requireParts(lines, id)
  const recalls = lines.flatMap(({ points }) => points.map(([recall]) => 100 * recall))
  const style = (i: number) => LINE_STYLES[i % LINE_STYLES.length] as LineStyle
  const drawing = await drawChart({
    legend: lines.map(({ name }, i) => ({ name, ...style(i) })),
    x: {
      label: 'found of what is relevant, % (recall, log scale)',
      ticks: spaceLogarithmicallyAcross(Math.min(...recalls), 100),
      transform: Math.log10,
    },
    y: { label: 'relevant hits, % (precision)', ticks: spaceLinearly(0, 100, 5) },
    plotHeight: 260,
    series: lines.map(({ points }, i) => ({
      ...plainLine(style(i)),
      showSymbol: true,
      data: points.map(([recall, precision]) => [Math.log10(100 * recall), 100 * precision]),
    })),
  })
  const alt = [
    'Line chart of precision by recall, the latter on a logarithmic scale.',
    ...lines.map(({ name, points }) => `${name}: ${told(points)}.`),
  ].join(' ')
  return frameFigure({ id, title, ...words }, { ...drawing, alt })
}

/** The first, the middle and the last point in words. */
function told(points: RetrievalLine['points']): string {
  const chosen = new Set([0, Math.floor(points.length / 2), points.length - 1])
  return points
    .filter((_, i) => chosen.has(i))
    .map((point) => point.map((part) => `${formatNumber(Number((100 * part).toPrecision(3)))}%`))
    .map(([recall, precision]) => `precision ${precision} at recall ${recall}`)
    .join(', ')
}

function requireParts(lines: readonly RetrievalLine[], id: string): void {
  const empty = lines.length === 0 || lines.some(({ points }) => points.length === 0)
  const wrong = lines
    .flatMap(({ points }) => points)
    .find(([recall, precision]) => !(recall > 0 && recall <= 1 && precision >= 0 && precision <= 1))
  if (!empty && !wrong) return
  throw new DiaboloError(empty ? 'E_SHAPE' : 'E_VALUE', {
    at: `figure "${id}"`,
    expected: empty ? 'a line or more, of a point or more each' : 'parts from 0 to 1, recall above 0',
    found: empty ? 'none' : `${wrong}`,
    hint: 'measure with queries that have something to find',
  })
}
