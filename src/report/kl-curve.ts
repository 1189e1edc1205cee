import { DiaboloError } from '../base/errors.js'
import { spaceLinearly } from './axis-ticks.js'
import { drawChart, type Place, plainLine, spaceAcross } from './chart.js'
import { type Figure, type FigureOptions, frameFigure } from './figure.js'
import type { LegendEntry } from './legend.js'
import { coordinate } from './markup.js'
import { formatNumber } from './number-format.js'
import { type PointLabel, placeLabels } from './point-labels.js'
import { LIGHT, type LineStyle } from './theme.js'

/** A mean activation worth pointing at: that of an epoch, of a model, of a unit. */
export interface ActivationPoint {
  readonly label: string
  /** Mean activation, in [0, 1]. */
  readonly rhoHat: number
}

export interface KlCurveOptions extends FigureOptions {
  /** Target mean activation, strictly between 0 and 1. */
  readonly rho: number
  /** What the divergence is multiplied by in the loss; 1 unless given. */
  readonly weight?: number
  /** Marked on the curve, with their labels; at its edge where they lie beyond the picture. */
  readonly points?: readonly ActivationPoint[]
  /** [units]: the model's own mean activations in [0, 1], drawn as ticks along the axis. */
  readonly activations?: Float32Array
  /** Where the axis of ρ̂ ends; 1 unless given. Sparse codes are told apart near 0. */
  readonly upTo?: number
}

const CURVE: LineStyle = { color: LIGHT.blue, dash: [] }
const TARGET: LineStyle = { color: LIGHT.vermilion, dash: [7, 3] }
const RUG = LIGHT.green
const RUG_HEIGHT = 7
const STEPS = 400

/**
 * The sparsity penalty of one unit, w KL(ρ ‖ ρ̂), over its mean activation ρ̂: 0 at the target ρ, above it elsewhere.
 *
 * @throws E_OPTION when ρ is not strictly between 0 and 1, or `weight` or `upTo` out of range;
 *         E_SHAPE when `activations` is empty; E_VALUE when a mean activation is not in [0, 1]
 * @see Ng, CS294A lecture notes (2011), pp. 14–15
 */
export async function drawKlCurve(options: KlCurveOptions): Promise<Figure> {
  const { rho, weight = 1, points = [], activations, upTo = 1, id = 'kl-curve', title = 'Sparsity penalty' } = options
  requireBetween('rho', rho, 0, 1)
  requireBetween('upTo', upTo, rho, 1 + Number.EPSILON)
  requireBetween('weight', weight, 0, Number.POSITIVE_INFINITY)
  for (const { label, rhoHat } of points) requireActivation(`point "${label}"`, rhoHat)
  requireActivations(activations)

  const penalty = (rhoHat: number) => weight * divergence(rho, rhoHat)
  // The curve is infinite at 0 and 1: it leaves the picture at the top.
  const highest = Math.max(penalty(0.01 * upTo), penalty(0.99 * upTo))
  const x = { label: 'mean activation ρ̂ of a unit', ticks: spaceAcross(0, upTo, 10) }
  const name = weight === 1 ? 'KL(ρ‖ρ̂)' : `${formatNumber(weight)} · KL(ρ‖ρ̂)`
  const y = { label: `${name}, nats`, ticks: spaceLinearly(0, highest, 6) }
  const shown = points.filter(({ rhoHat }) => rhoHat <= x.ticks.max)
  const inRange = activations?.filter((rhoHat) => rhoHat <= x.ticks.max)

  const curve = sampleCurve(penalty, rho, x.ticks.max, y.ticks.max)
  const legend: LegendEntry[] = [
    { name, ...CURVE },
    { name: `target ρ = ${formatNumber(rho)}`, ...TARGET },
  ]
  if (activations) legend.push({ name: 'a unit of the model', color: RUG, dash: [], mark: 'm-.75-5h1.5v10h-1.5z' })
  const drawing = await drawChart({
    legend,
    x,
    y,
    series: [
      {
        ...plainLine(TARGET),
        showSymbol: false,
        data: [y.ticks.min, y.ticks.max].map((value) => [rho, value]),
      },
      {
        ...plainLine(CURVE),
        showSymbol: false,
        data: curve,
      },
    ],
    overlay: (place) =>
      [
        inRange ? drawRug(inRange, place) : '',
        drawMinimum(rho, place),
        drawPoints(
          shown.map(({ label, rhoHat }) => ({
            text: label,
            x: place.x(rhoHat),
            y: place.y(Math.min(y.ticks.max, penalty(rhoHat))),
          })),
          place,
          [
            ...curve.map(([rhoHat, value]) => [place.x(rhoHat as number), place.y(value as number)] as const),
            ...Array.from({ length: 60 }, (_, i) => [place.x(rho), place.y((i / 60) * y.ticks.max)] as const),
          ],
        ),
      ].join('\n'),
  })
  const alt = [
    `Curve of the sparsity penalty ${name}, in nats, over the mean activation ρ̂ of a unit:`,
    `0 at the target ρ = ${formatNumber(rho)}, ${formatNumber(shorten(penalty(highestTick(x.ticks.max))))} at ρ̂ = ${formatNumber(highestTick(x.ticks.max))}.`,
    ...points.map(
      ({ label, rhoHat }) =>
        `${label}: ρ̂ = ${formatNumber(shorten(rhoHat))}, penalty ${formatNumber(shorten(penalty(rhoHat)))}.`,
    ),
    ...(activations ? [describeUnits(activations, penalty)] : []),
  ].join(' ')
  return frameFigure({ ...options, id, title }, { ...drawing, alt })
}

/** KL(ρ ‖ ρ̂) = ρ ln(ρ / ρ̂) + (1 − ρ) ln((1 − ρ) / (1 − ρ̂)): Bernoulli variables with these means, in nats. */
export const divergence = (rho: number, rhoHat: number): number =>
  rho * Math.log(rho / rhoHat) + (1 - rho) * Math.log((1 - rho) / (1 - rhoHat))

/** Three digits are enough for words. */
const shorten = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(3)) : value)

/** Where the words quote the curve: its end, or just before 1, where it is infinite. */
const highestTick = (end: number): number => (end < 1 ? end : 0.9)

/** The part of the curve below the top of the picture; ρ itself is a sample, so that the minimum is met. */
function sampleCurve(penalty: (rhoHat: number) => number, rho: number, end: number, top: number): number[][] {
  const even = Array.from({ length: STEPS - 1 }, (_, i) => ((i + 1) / STEPS) * end)
  // Near 0 the curve is steep: as many steps again, each a factor.
  const close = Array.from({ length: 60 }, (_, i) => (end / STEPS) * 0.85 ** (i + 1))
  return [...even, ...close, rho]
    .sort((a, b) => a - b)
    .map((rhoHat) => [rhoHat, penalty(rhoHat)])
    .filter(([, value]) => (value as number) <= top)
}

function drawRug(activations: Float32Array, { x, bottom }: Place): string {
  const at = new Set(Array.from(activations, (rhoHat) => Math.round(x(rhoHat) * 2) / 2))
  const ticks = [...at].sort((a, b) => a - b).map((left) => `M${left} ${bottom}v${-RUG_HEIGHT}`)
  return `<path d="${ticks.join('')}" fill="none" stroke="${RUG}" stroke-width="1" stroke-opacity="0.75"/>`
}

const drawMinimum = (rho: number, { x, bottom }: Place): string =>
  `<circle cx="${coordinate(x(rho))}" cy="${coordinate(bottom)}" r="4.5" fill="${TARGET.color}" stroke="${LIGHT.surface}" stroke-width="1.5"/>`

function drawPoints(
  points: readonly PointLabel[],
  place: Place,
  lines: readonly (readonly [x: number, y: number])[],
): string {
  const marks = points.map(
    (point) =>
      `<circle cx="${coordinate(point.x)}" cy="${coordinate(point.y)}" r="4" fill="${LIGHT.blue}" stroke="${LIGHT.surface}" stroke-width="1.5"/>`,
  )
  return [...marks, placeLabels(points, place, lines)].join('\n')
}

function describeUnits(activations: Float32Array, penalty: (rhoHat: number) => number): string {
  const sorted = activations.slice().sort()
  const [least, middle, most] = [0, 0.5, 1].map((q) => sorted[Math.round(q * (sorted.length - 1))] as number)
  const penalties = Array.from(activations, penalty)
  const infinite = penalties.filter((value) => !Number.isFinite(value)).length
  const sum = penalties.reduce((total, value) => total + value, 0)
  const end =
    infinite === 0
      ? `their penalties sum to ${formatNumber(shorten(sum))}`
      : `${infinite} ${infinite === 1 ? 'is' : 'are'} exactly 0 or 1, where the penalty is infinite`
  const words = [least, middle, most].map((value) => formatNumber(shorten(value as number)))
  return `Mean activations of ${activations.length} ${activations.length === 1 ? 'unit' : 'units'}, as ticks along the axis: from ${words[0]} to ${words[2]}, median ${words[1]}; ${end}.`
}

function requireBetween(option: 'rho' | 'upTo' | 'weight', value: number, low: number, high: number): void {
  if (value > low && value < high) return
  const expected = { rho: 'strictly between 0 and 1', upTo: 'above rho, at most 1', weight: 'finite and above 0' }
  const hint = { rho: '0.05 is usual', upTo: 'leave it out for the whole curve', weight: 'leave it out for 1' }
  throw new DiaboloError('E_OPTION', {
    at: `${option} of the KL curve`,
    expected: `a number ${expected[option]}`,
    found: `${value}`,
    hint: hint[option],
  })
}

function requireActivations(activations: Float32Array | undefined): void {
  if (activations?.length === 0) {
    throw new DiaboloError('E_SHAPE', {
      at: 'activations of the KL curve',
      expected: 'one mean activation per unit',
      found: 'none',
      hint: 'leave them out to draw the curve alone',
    })
  }
  activations?.forEach((rhoHat, unit) => {
    requireActivation(`activation of unit ${unit} (counted from 0)`, rhoHat)
  })
}

function requireActivation(at: string, rhoHat: number): void {
  if (rhoHat >= 0 && rhoHat <= 1) return
  throw new DiaboloError('E_VALUE', {
    at: `${at} of the KL curve`,
    expected: 'a mean activation from 0 to 1',
    found: `${rhoHat}`,
    hint: 'this penalty is for units with values from 0 to 1, such as sigmoid units',
  })
}
