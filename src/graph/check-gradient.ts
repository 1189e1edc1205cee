import { DiaboloError } from '../base/errors.js'
import { rng } from '../base/random.js'
import { interpret } from './interpret.js'
import type { Array64, Value } from './types.js'

/** A claim to check: that `gradient` is ∂loss/∂x. All three live in one graph, and x is an input of it. */
export interface GradientClaim {
  /** float32 [] */
  readonly loss: Value
  readonly x: Value
  /** Of x's shape. */
  readonly gradient: Value
}

export interface DirectionalOptions {
  /** Decides the direction: normal numbers of x's shape. */
  readonly seed?: number
  /** How far to go along it to each side. */
  readonly step?: number
}

/**
 * The derivative of a loss along a random direction d of one input, in float64, in two ways:
 *
 *   analytic = Σ ∂loss/∂x ⊙ d        numeric = (loss(x + h d) − loss(x − h d)) / 2h
 *
 * A right gradient gives two numbers that differ by O(h²) and by rounding, which is O(10⁻¹⁶ |loss| / h).
 *
 * @param feeds  one array per graph input, in their order; no kink within h d of x
 * @throws E_GRAPH when x is not an input
 */
export function directional(
  { loss, x, gradient }: GradientClaim,
  feeds: readonly Array64[],
  { seed = 7, step = 1e-5 }: DirectionalOptions = {},
): { readonly analytic: number; readonly numeric: number } {
  const graph = loss.builder.build({ loss, gradient })
  const at = graph.inputs.indexOf(x)
  if (at < 0) {
    throw new DiaboloError('E_GRAPH', {
      at: 'gradient check',
      expected: 'an input of the graph to differentiate by',
      found: `a ${x.source.kind}`,
      hint: 'make x an input, and feed what it should be',
    })
  }
  const evaluate = (arrays: readonly Array64[]) => interpret(graph, arrays).map(({ data }) => data) as [Data, Data]
  const { normal } = rng(seed, 'direction')
  const [, slope] = evaluate(feeds)
  const direction = slope.map(() => normal())
  const lossAt = (h: number): number => {
    const moved = feeds.map((feed, i) => (i === at ? { ...feed, data: along(feed.data, h, direction) } : feed))
    return evaluate(moved)[0][0] as number
  }
  return {
    analytic: slope.reduce((sum, dx, i) => sum + dx * (direction[i] as number), 0),
    numeric: (lossAt(step) - lossAt(-step)) / (2 * step),
  }
}

type Data = Float64Array

const along = (x: Data, h: number, d: Data): Data => x.map((value, i) => value + h * (d[i] as number))
