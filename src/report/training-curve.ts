import { DiaboloError } from '../base/errors.js'
import { drawEpochLines, type EpochPoint, emptyHistory, type LossScale, type ReferenceLine } from './epoch-lines.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'

export interface CurveSeries {
  readonly name: string
  /** One finite number an epoch; above 0 on a logarithmic axis. */
  readonly values: ArrayLike<number>
  /** The epoch of each value; 1, 2, 3 … unless given. */
  readonly epochs?: ArrayLike<number>
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
  const { series, references = [], yLabel = 'loss', scale = 'linear' } = options
  const { id = 'training-curve', title = 'Training curve' } = options
  const lines = series.map((each) => ({ name: each.name, points: pointsOf(each) }))
  const drawing = await drawEpochLines('training curve', { lines, references, yLabel, scale, named: true })
  return frameFigure({ ...options, id, title }, drawing)
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
