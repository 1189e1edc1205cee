import { MIN_PLOT_WIDTH, type Place } from './chart.js'
import {
  drawEpochLines,
  type EpochLine,
  type EpochPoint,
  emptyHistory,
  type LossScale,
  lineStyle,
  type ReferenceLine,
} from './epoch-lines.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import { coordinate, escapeText, estimateWidth } from './markup.js'
import { LIGHT, TEXT_SIZE } from './theme.js'

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

/** The room for phase names between the label of the vertical axis and the plot. */
const NAMES_HEIGHT = 18

/**
 * Loss by epoch of phases trained one after the other, such as pretraining and fine-tuning, on one axis: the epochs run
 * on, and a vertical line half an epoch after a phase's last separates it from the next. Names stand over their phases
 * where each has the room, else in the legend.
 *
 * @throws E_SHAPE when there is no phase or a phase has no epoch;
 *         E_VALUE when a number is not finite, or not above 0 on a logarithmic axis
 */
export async function drawPhaseCurve(options: PhaseCurveOptions): Promise<Figure> {
  const { phases, references = [], yLabel = 'loss', scale = 'log' } = options
  const { id = 'phase-curve', title = 'Training, phase by phase' } = options
  const lines = joinPhases(phases)
  const last = phases.reduce((epochs, { values }) => epochs + values.length, 0)
  const borders = [0, ...lines.slice(1).map(({ points }) => (points[0] as EpochPoint)[0] - 0.5), last]
  const above = lines.every(({ name }, i) => {
    const share = ((borders[i + 1] as number) - (borders[i] as number)) / last
    return estimateWidth(name, TEXT_SIZE) + 6 <= share * MIN_PLOT_WIDTH
  })
  const drawing = await drawEpochLines('phase curve', {
    lines,
    references,
    yLabel,
    scale,
    named: !above,
    note: lines.length === 1 ? '; 1 phase' : `; ${lines.length} phases, one after the other`,
    headroom: above ? NAMES_HEIGHT : 0,
    overlay: (place) => [separate(borders, place, above), above ? writeNames(lines, borders, place) : ''].join('\n'),
  })
  return frameFigure({ ...options, id, title }, drawing)
}

/** Epochs are counted through all phases. */
function joinPhases(phases: readonly PhaseLosses[]): EpochLine[] {
  let before = 0
  return phases.map(({ name, values }) => {
    if (values.length === 0) throw emptyHistory(`phase "${name}"`)
    const points = Array.from(values, (value, i) => [before + i + 1, value] as const)
    before += values.length
    return { name, points }
  })
}

function separate(borders: readonly number[], { x, top, bottom }: Place, named: boolean): string {
  const start = named ? top - NAMES_HEIGHT : top
  const lines = borders.slice(1, -1).map((epoch) => `M${coordinate(x(epoch))} ${start}V${bottom}`)
  return lines.length === 0 ? '' : `<path d="${lines.join('')}" fill="none" stroke="${LIGHT.axis}" stroke-width="1"/>`
}

/** Above the plot, each in the middle of its phase and in the colour of its line. */
function writeNames(lines: readonly EpochLine[], borders: readonly number[], { x, top }: Place): string {
  const texts = lines.map(({ name }, i) => {
    const middle = coordinate((x(borders[i] as number) + x(borders[i + 1] as number)) / 2)
    return `<text x="${middle}" y="${top - 7}" text-anchor="middle" font-size="${TEXT_SIZE}" fill="${lineStyle(i).color}">${escapeText(name)}</text>`
  })
  return texts.join('\n')
}
