import { DiaboloError } from '../base/errors.js'
import { spaceLogarithmically } from './axis-ticks.js'
import { drawChart, plainLine } from './chart.js'
import { lineStyle } from './epoch-lines.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { formatNumber } from './number-format.js'

export interface LabelLine {
  readonly name: string
  /** Per cent of the test samples that are taken for another class, above 0, by the number of labels. */
  readonly points: readonly (readonly [labels: number, error: number])[]
}

/**
 * How few labels can do: errors by the number of labels, both on logarithmic axes, a line for each way to learn.
 *
 * @throws E_SHAPE when there is no point; E_VALUE when a number is not finite and above 0
 */
export async function drawLabelCurve({
  lines,
  id = 'label-curve',
  title = 'How few labels can do',
  ...words
}: FigureOptions & { readonly lines: readonly LabelLine[] }): Promise<Figure> {
  const points = lines.flatMap((line) => line.points)
  requirePoints(points)
  const [xs, ys] = [points.map(([labels]) => labels), points.map(([, error]) => error)]
  const drawing = await drawChart({
    legend: lines.map(({ name }, i) => ({ name, ...lineStyle(i) })),
    x: {
      label: 'labels (log scale)',
      ticks: spaceLogarithmically(Math.min(...xs), Math.max(...xs)),
      transform: Math.log10,
    },
    y: {
      label: 'test error, % (log scale)',
      ticks: spaceLogarithmically(Math.min(...ys), Math.max(...ys)),
      transform: Math.log10,
    },
    series: lines.map(({ points }, i) => ({
      ...plainLine(lineStyle(i)),
      showSymbol: true,
      data: points.map(([labels, error]) => [Math.log10(labels), Math.log10(error)]),
    })),
  })
  const alt = [
    'Line chart of the test error by the number of labels, on logarithmic scales.',
    ...lines.map(
      ({ name, points }) =>
        `${name}: ${points.map(([labels, error]) => `${formatNumber(error)}% with ${formatNumber(labels)} labels`).join(', ')}.`,
    ),
  ].join(' ')
  return frameFigure({ id, title, ...words }, { ...drawing, alt })
}

function requirePoints(points: readonly (readonly [number, number])[]): void {
  const bad = points.flat().find((value) => !(Number.isFinite(value) && value > 0))
  if (points.length > 0 && bad === undefined) return
  throw new DiaboloError(points.length === 0 ? 'E_SHAPE' : 'E_VALUE', {
    at: 'label curve',
    expected: points.length === 0 ? 'at least one point' : 'finite numbers above 0, for logarithmic axes',
    found: points.length === 0 ? 'none' : `${bad}`,
    hint: 'leave out lines without points, and errors of 0',
  })
}
