import { DiaboloError } from '../base/errors.js'
import { permutation, rng } from '../base/random.js'
import { spaceLinearly } from './axis-ticks.js'
import { drawChart, type Place, spaceAcross } from './chart.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { formatNumber } from './number-format.js'
import { POINT_MARKS, type PointMark } from './point-marks.js'

export interface CodeScatterOptions extends FigureOptions {
  /** float32 [samples, 2]. */
  readonly codes: Float32Array
  /** One class per sample, counted from 0: at most ten classes. */
  readonly labels: ArrayLike<number>
  /** Names of the classes in order; their numbers unless given. */
  readonly classNames?: readonly string[]
  /** What the axes measure: `first principal direction of the code`. */
  readonly xLabel?: string
  readonly yLabel?: string
  /** Most points drawn; 2,000 unless given. More samples are thinned out, the same way every time. */
  readonly maxPoints?: number
}

interface ClassPoints {
  readonly name: string
  readonly mark: PointMark
  /** All its samples. */
  readonly count: number
  readonly center: readonly [number, number]
  /** Its samples that are drawn. */
  readonly drawn: readonly number[]
}

const PLOT_HEIGHT = 330
const TURNS = 8

/**
 * Two-dimensional codes as points, one colour and shape per class.
 *
 * @throws E_SHAPE when there is no sample, or codes and labels differ in number; E_VALUE when a code is not finite;
 *         E_OPTION when a label is not the number of a class, there are more than ten, or `maxPoints` is not above 0
 */
export async function drawCodeScatter(options: CodeScatterOptions): Promise<Figure> {
  const {
    codes,
    labels,
    xLabel = 'first value of the code',
    yLabel = 'second value of the code',
    maxPoints = 2000,
    id = 'code-scatter',
    title = 'Codes in two dimensions',
  } = options
  const samples = countSamples(codes, labels)
  const names = options.classNames ?? numberClasses(labels)
  requireClasses(labels, names)
  if (!(Number.isInteger(maxPoints) && maxPoints > 0)) {
    throw optionError('maxPoints', 'a whole number above 0', `${maxPoints}`, 'leave it out for 2,000')
  }
  const shown =
    samples > maxPoints ? permutation(samples, rng(0, 'code-scatter')).subarray(0, maxPoints).sort() : undefined
  const classes = gatherClasses(codes, labels, names, shown)

  const drawing = await drawChart({
    legend: classes.map(({ name, mark: { color, path } }) => ({ name, color, dash: [], mark: path })),
    x: { label: xLabel, ticks: spaceAcross(...extentOf(codes, 0), 8) },
    y: { label: yLabel, ticks: spaceLinearly(...extentOf(codes, 1), 8) },
    series: [],
    overlay: (place) => drawPoints(codes, classes, place),
    plotHeight: PLOT_HEIGHT,
  })
  const many = (count: number) => count.toLocaleString('en-US')
  const alt = [
    `Scatter plot of ${shown ? `${many(maxPoints)} of ${many(samples)} codes, chosen at random,` : `${many(samples)} codes`}`,
    `in ${classes.length} ${classes.length === 1 ? 'class' : 'classes'}, each with a colour and a shape.`,
    `Across: ${xLabel}. Upwards: ${yLabel}.`,
    ...classes.map(({ name, count, center: [x, y] }) =>
      count === 0
        ? `${name}: no samples.`
        : `${name}: ${many(count)} ${count === 1 ? 'sample' : 'samples'} around (${formatNumber(round(x))}, ${formatNumber(round(y))}).`,
    ),
  ].join(' ')
  return frameFigure({ ...options, id, title }, { ...drawing, alt })
}

/** Centres are told to three digits: more would not be seen. */
const round = (value: number): number => Number(value.toPrecision(3))

/**
 * A path for a part of each class in turn, so that no class covers the others. ECharts would write an element per point,
 * five times as long.
 */
function drawPoints(codes: Float32Array, classes: readonly ClassPoints[], place: Place): string {
  const at = (value: number) => String(Math.round(value * 10) / 10)
  const paths = Array.from({ length: TURNS }, (_, turn) =>
    classes.map(({ drawn, mark }) => {
      const d = drawn
        .filter((_, i) => i % TURNS === turn)
        .map((i) => `M${at(place.x(codes[2 * i] as number))} ${at(place.y(codes[2 * i + 1] as number))}${mark.path}`)
      return d.length === 0 ? '' : `<path d="${d.join('')}" fill="${mark.color}" fill-opacity="0.85"/>`
    }),
  )
  return paths.flat().filter(Boolean).join('\n')
}

function gatherClasses(
  codes: Float32Array,
  labels: ArrayLike<number>,
  names: readonly string[],
  shown: Int32Array | undefined,
): ClassPoints[] {
  const sums = names.map(() => ({ count: 0, x: 0, y: 0, drawn: [] as number[] }))
  for (let i = 0; i < labels.length; i++) {
    const sum = sums[labels[i] as number] as (typeof sums)[number]
    sum.count++
    sum.x += codes[2 * i] as number
    sum.y += codes[2 * i + 1] as number
    if (!shown) sum.drawn.push(i)
  }
  for (const i of shown ?? []) sums[labels[i] as number]?.drawn.push(i)
  return sums.map(({ count, x, y, drawn }, k) => ({
    name: names[k] as string,
    mark: POINT_MARKS[k] as PointMark,
    count,
    center: [x / count, y / count] as const,
    drawn,
  }))
}

function extentOf(codes: Float32Array, column: 0 | 1): [number, number] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = column; i < codes.length; i += 2) {
    min = Math.min(min, codes[i] as number)
    max = Math.max(max, codes[i] as number)
  }
  return [min, max]
}

function numberClasses(labels: ArrayLike<number>): string[] {
  let last = 0
  for (let i = 0; i < labels.length; i++) last = Math.max(last, labels[i] as number)
  return Array.from({ length: Math.min(last + 1, POINT_MARKS.length + 1) }, (_, k) => `${k}`)
}

function countSamples(codes: Float32Array, labels: ArrayLike<number>): number {
  const bad = codes.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    throw new DiaboloError('E_VALUE', {
      at: `code of sample ${Math.floor(bad / 2)} (counted from 0) of the code scatter`,
      expected: 'finite numbers',
      found: `${codes[bad]}`,
      hint: 'codes of a diverged model cannot be drawn',
    })
  }
  if (labels.length > 0 && codes.length === 2 * labels.length) return labels.length
  throw new DiaboloError('E_SHAPE', {
    at: 'code scatter',
    expected: 'two values per code, one label per code, at least one code',
    found: `${codes.length} values and ${labels.length} labels`,
    hint: 'project wider codes onto two directions first',
  })
}

function requireClasses(labels: ArrayLike<number>, names: readonly string[]): void {
  if (names.length > POINT_MARKS.length) {
    const expected = `at most ${POINT_MARKS.length}, as many as can be told apart`
    throw optionError('classes', expected, `${names.length} or more`, 'draw some classes at a time, or merge classes')
  }
  for (let i = 0; i < labels.length; i++) {
    if ((labels[i] as number) in names) continue
    throw optionError(
      `label ${i} (counted from 0)`,
      `a whole number from 0 to ${names.length - 1}, one per class`,
      `${labels[i]}`,
      'number the classes from 0',
    )
  }
}

const optionError = (what: string, expected: string, found: string, hint: string) =>
  new DiaboloError('E_OPTION', { at: `${what} of the code scatter`, expected, found, hint })
