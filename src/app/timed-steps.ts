import type { LowerOptions } from '../compile/lowering/index.js'
import { initialParameters, networkOf } from '../compile/network.js'
import type { DescendSpec, Spec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import type { Runtime } from '../runtime/types.js'
import { after, type Portion } from '../train/feed.js'
import { openFeed } from '../train/open-feed.js'
import { Stepper } from '../train/stepper.js'

/**
 * Chunks of a turn. The first is not timed: its steps take a quarter longer, since what they work on has left the caches
 * during the other way's turn.
 */
const CHUNKS = 4

/** Steps that were taken of one way to lower them. */
export interface TimedSteps {
  readonly taken: number
  /** Milliseconds per step, by turn; the first turn, which finds out how long a chunk should be, is left out. */
  readonly perStep: readonly number[]
}

/** What it costs to leave lowering passes out: steps with all passes and steps without these, in turn. */
export interface PassWorth {
  /** Milliseconds of a whole step with every pass, without the profiler. */
  readonly stepMs: number
  /** A step's time without these passes ÷ with them: the median over turns, in each of which both took some. */
  readonly ratio: number
  /** Quartiles over the turns. */
  readonly spread: readonly [number, number]
  readonly turns: number
}

export interface StepsRequest {
  readonly spec: Spec
  readonly phase: DescendSpec
  /** What the phase is fed. */
  readonly samples: Dataset
  /** Steps of each way, at least. */
  readonly steps: number
}

/** Trains for a while, as `fit` does, in each of these ways: turn by turn, A B, B A, …, so that all see the same machine. */
export async function takeSteps(
  runtime: Runtime,
  { spec, phase, samples, steps }: StepsRequest,
  ways: readonly LowerOptions[],
): Promise<readonly TimedSteps[]> {
  const network = networkOf(spec, phase)
  const start = initialParameters(network, 0)
  const feed = openFeed(runtime, samples, {})
  const timed: { readonly stepper: Stepper; readonly perStep: number[] }[] = []
  for (const lowering of ways) {
    timed.push({
      stepper: await Stepper.open({ runtime, network, feed, seed: 0, lowering }, phase, start),
      perStep: [],
    })
  }
  const turns = [...timed]
  const isEnough = () => timed.every(({ stepper, perStep }) => stepper.step >= steps && perStep.length > 1)
  const shuffle = { seed: 0, phase: phase.name, epoch: 1 }
  // samples in memory are one portion
  for await (const portion of feed.portions({ batch: phase.batchSize, shuffle })) {
    for (; !isEnough(); turns.reverse()) {
      for (const { stepper, perStep } of turns) perStep.push(await takeTurn(stepper, portion, phase.batchSize))
    }
  }
  for (const { stepper } of timed) await stepper.close()
  await feed.close()
  return timed.map(({ stepper, perStep }) => ({ taken: stepper.step, perStep: perStep.slice(1) }))
}

/** Milliseconds per step. */
async function takeTurn(stepper: Stepper, portion: Portion, batch: number): Promise<number> {
  // whole batches only: the last, smaller one of an epoch has a graph of its own
  const rows = portion.places.length - (portion.places.length % batch)
  let [milliseconds, taken] = [0, 0]
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const [before, first] = [performance.now(), stepper.step]
    await stepper.advance(after(portion, (first * batch) % rows), 1)
    if (chunk === 0) continue
    milliseconds += performance.now() - before
    taken += stepper.step - first
  }
  return milliseconds / taken
}

/** Of the same step, without some passes and with all. */
export function worthOf(without: TimedSteps, whole: TimedSteps): PassWorth {
  const turns = Math.min(without.perStep.length, whole.perStep.length)
  const ratios = Array.from({ length: turns }, (_, i) => (without.perStep[i] as number) / (whole.perStep[i] as number))
  return {
    stepMs: median(whole.perStep),
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    turns,
  }
}

/** The value below which a part of the values lies, 0 … 1; the upper of two in the middle. */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)
