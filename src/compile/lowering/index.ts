import { type Rule, rewrite } from '../../graph/rewrite.js'
import { simplify } from '../../graph/simplify.js'
import type { Graph } from '../../graph/types.js'
import { verify } from '../../graph/verify.js'
import { convolveInnermost } from './convolve-innermost.js'
import { dropExpands } from './drop-expands.js'
import { expandConvWeightGrad } from './expand-conv-weight-grad.js'
import { expandMaxPoolGrad } from './expand-max-pool-grad.js'
import { expandMaxPoolPick } from './expand-max-pool-pick.js'
import { flipConvTranspose } from './flip-conv-transpose.js'
import { phaseConvolutions } from './phase-convolutions.js'
import { sinkScales } from './sink-scales.js'
import { sinkTransposes } from './sink-transposes.js'
import { splitMaxPool } from './split-max-pool.js'
import { splitResize } from './split-resize.js'
import { splitSoftplus } from './split-softplus.js'

/** Every lowering pass, in the order in which they run. Each keeps the function and makes it faster to run. */
export const LOWERING_PASSES = {
  dropExpands,
  phaseConvolutions,
  flipConvTranspose,
  convolveInnermost,
  expandConvWeightGrad,
  splitMaxPool,
  expandMaxPoolGrad,
  expandMaxPoolPick,
  sinkTransposes,
  splitResize,
  sinkScales,
  splitSoftplus,
} as const satisfies Record<string, Rule>

export type LoweringPass = keyof typeof LOWERING_PASSES

/** Without these a graph cannot be encoded (operators of our own are left in it), or some rows of a resize are wrong. */
const NEEDED = [
  'expandConvWeightGrad',
  'expandMaxPoolGrad',
  'expandMaxPoolPick',
  'splitResize',
] as const satisfies readonly LoweringPass[]

/** Passes that only make a graph faster to run. */
export const OPTIONAL_PASSES = (Object.keys(LOWERING_PASSES) as LoweringPass[]).filter(
  (pass) => !(NEEDED as readonly LoweringPass[]).includes(pass),
)

export interface LowerOptions {
  /** Passes to leave out. */
  readonly without?: readonly LoweringPass[]
}

/** The graph as it is run: simplified, lowered pass by pass, verified. */
export function lower(graph: Graph, { without = [] }: LowerOptions = {}): Graph {
  let lowered = simplify(graph)
  for (const [name, rule] of Object.entries(LOWERING_PASSES)) {
    if (!without.includes(name as LoweringPass)) lowered = simplify(rewrite(lowered, rule))
  }
  return verify(lowered)
}
