import type { Tensor } from '../base/tensor.js'
import {
  CLASS_MAPS,
  compileEpoch,
  compileStep,
  LABELS,
  LOSSES,
  meterName,
  nextName,
  ORIGINALS,
} from '../compile/epoch.js'
import type { LowerOptions } from '../compile/lowering/index.js'
import type { Network, Parameters } from '../compile/network.js'
import { type SteppedSpec, takesClassMaps, takesLabels, takesOriginals } from '../compile/spec.js'
import { stateOf } from '../compile/step.js'
import { meterNames } from '../compile/update.js'
import { floats } from '../runtime/floats.js'
import type { Resident, Runtime, Session } from '../runtime/types.js'
import type { Feed, Portion } from './feed.js'
import { bankTensor, noiseLists } from './noise.js'
import { rateAt, scalarLists } from './step-lists.js'
import { runLoop, runStepwise } from './stepwise.js'

/** How long one run of the runtime should take: short enough for lively progress and quick cancellation. */
const CHUNK_SECONDS = 0.1

/** Each run takes the state across and back, so slow steps go a few at a time, as long as that stays quick enough. */
const FEWEST_STEPS = 8
const LONGEST_SECONDS = 0.5

/** States kept: the newest, and the two before it, so that a step which went wrong can be taken back. */
const KEPT_STATES = 3

/** Parameters and what the optimizer remembers, on the runtime's side, by name. */
export type State = Readonly<Record<string, Resident>>

export interface StepperContext {
  readonly runtime: Runtime
  readonly network: Network
  readonly feed: Feed
  readonly seed: number
  /** Lowering passes to leave out, to see what they are worth. */
  readonly lowering?: LowerOptions
}

export interface Advance {
  /** One per step. */
  readonly losses: Float32Array
  /** Samples seen, as many in every step. */
  readonly rows: number
  /** Batch means by meter, float32 [steps, units]. */
  readonly meters: ReadonlyMap<string, Float32Array>
}

/** How many steps, so long each, make a chunk. */
export function stepsFor(seconds: number): number {
  const few = Math.min(FEWEST_STEPS, Math.round(LONGEST_SECONDS / seconds))
  return Math.max(1, few, Math.round(CHUNK_SECONDS / seconds))
}

/** Takes steps in chunks of about a tenth of a second, or of a few slow ones; between them the state stays on the runtime's side. */
export class Stepper {
  readonly #context: StepperContext
  readonly #phase: SteppedSpec
  readonly #totalSteps: number
  /** The noise bank on the runtime's side. */
  readonly #bank: Resident | undefined
  readonly #sessions = new Map<number, Promise<Session>>()
  /** Newest first. */
  #states: readonly State[]
  #step: number
  // until the first is timed, one goes at a time
  #secondsPerStep = LONGEST_SECONDS

  private constructor(
    context: StepperContext,
    phase: SteppedSpec,
    state: State,
    bank: Resident | undefined,
    step: number,
  ) {
    this.#context = context
    this.#phase = phase
    this.#step = step
    this.#totalSteps = Math.ceil(context.feed.data.rows / phase.batchSize) * phase.epochs
    this.#states = [state]
    this.#bank = bank
  }

  /**
   * @param start  parameters to begin from, and what the optimizer remembers: nothing, where it is left out
   * @param step   steps of this phase that were taken before
   */
  static async open(context: StepperContext, phase: SteppedSpec, start: Parameters, step = 0): Promise<Stepper> {
    const entries = stateOf(context.network, phase).map(async ({ name, shape }) => {
      const size = shape.reduce((product, dim) => product * dim, 1)
      const initial: Tensor = start[name] ?? { dtype: 'float32', shape, data: new Float32Array(size) }
      return [name, await context.runtime.put(initial)] as const
    })
    const state = Object.fromEntries(await Promise.all(entries))
    return new Stepper(context, phase, state, await putBank(context, phase), step)
  }

  /** Steps taken. */
  get step(): number {
    return this.#step
  }

  /** Steps of the whole phase. */
  get totalSteps(): number {
    return this.#totalSteps
  }

  get state(): State {
    return this.#states[0] as State
  }

  /** The learning rate of step `step`, counted from 0. */
  rate(step: number): number {
    return rateAt(this.#phase, step, this.#totalSteps)
  }

  /**
   * Takes as many steps as fit a chunk.
   *
   * @param portion  the samples still to see; what is left at the end makes one smaller batch
   * @param epoch    from 1; decides the noise that is fresh every epoch
   */
  async advance(
    { resident, originals = resident, labels, classMaps, places, samples }: Portion,
    epoch: number,
  ): Promise<Advance> {
    const batch = Math.min(this.#phase.batchSize, places.length)
    const trips = Math.min(Math.floor(places.length / batch), stepsFor(this.#secondsPerStep))
    const rows = trips * batch
    const session = await this.#session(batch)
    const names = Object.keys(this.state)
    const before = performance.now()
    const steps = {
      trips,
      shared: {
        data: resident,
        ...(takesOriginals(this.#phase) && { [ORIGINALS]: originals }),
        ...(labels && takesLabels(this.#phase) && { [LABELS]: labels }),
        ...(classMaps && takesClassMaps(this.#phase) && { [CLASS_MAPS]: classMaps }),
        ...(this.#bank && { bank: this.#bank }),
      },
      own: {
        order: { dtype: 'int32', shape: [trips, batch], data: places.slice(0, rows) } as const,
        ...this.#noise(samples.subarray(0, rows), epoch, batch),
        ...scalarLists(
          this.#phase,
          Array.from({ length: trips }, (_, i) => this.#step + i),
          this.#totalSteps,
        ),
      },
      state: this.state,
      nextName,
      lists: [LOSSES, ...meterNames(this.#phase).map(meterName)],
    }
    const { runtime } = this.#context
    const result = runtime.info.loops ? await runLoop(session, steps) : await runStepwise(session, steps, runtime)
    this.#secondsPerStep = (performance.now() - before) / 1000 / trips
    this.#keep(Object.fromEntries(names.map((name) => [name, result.kept[nextName(name)] as Resident])))
    this.#step += trips
    const meters = meterNames(this.#phase).map((name) => [name, floats(result, meterName(name))] as const)
    return { losses: floats(result, LOSSES), rows, meters: new Map(meters) }
  }

  /** Goes back by so many chunks, as far as states were kept. */
  retreat(chunks: number): void {
    const from = Math.min(chunks, this.#states.length - 1)
    for (const dropped of this.#states.slice(0, from)) this.#release(dropped)
    this.#states = this.#states.slice(from)
  }

  /** Brings the parameters here. */
  parameters(): Promise<Parameters> {
    return this.#bring(this.#context.network.parameters.map(({ name }) => name))
  }

  /** Brings the parameters and what the optimizer remembers here, as they are now: steps may be taken meanwhile. */
  tensors(): Promise<Parameters> {
    return this.#bring(Object.keys(this.state))
  }

  async close(): Promise<void> {
    if (this.#bank) this.#context.runtime.release([this.#bank])
    for (const state of this.#states) this.#release(state)
    for (const session of this.#sessions.values()) await (await session).close()
  }

  async #bring(names: readonly string[]): Promise<Parameters> {
    const { runtime } = this.#context
    const entries = names.map(async (name) => [name, await runtime.get(this.state[name] as Resident)] as const)
    return Object.fromEntries(await Promise.all(entries)) as Parameters
  }

  /** Where these samples, so many in a step, find their noise. */
  #noise(samples: Int32Array, epoch: number, batch: number): Readonly<Record<string, Tensor>> {
    const { network, seed } = this.#context
    return noiseLists(network, this.#phase, { seed, epoch, step: this.#step, samples, batch })
  }

  #keep(state: State): void {
    const states = [state, ...this.#states]
    for (const old of states.slice(KEPT_STATES)) this.#release(old)
    this.#states = states.slice(0, KEPT_STATES)
  }

  #release(state: State): void {
    this.#context.runtime.release(Object.values(state))
  }

  /** One session per batch size: the phase's own, and the tail's. */
  #session(batch: number): Promise<Session> {
    const { network, runtime, feed, lowering } = this.#context
    const known = this.#sessions.get(batch)
    if (known) return known
    const compile = runtime.info.loops ? compileEpoch : compileStep
    const opened = runtime.open(compile(network, this.#phase, batch, feed.data, lowering))
    this.#sessions.set(batch, opened)
    return opened
  }
}

async function putBank({ runtime, network, seed }: StepperContext, phase: SteppedSpec) {
  const bank = bankTensor(network, phase, seed)
  return bank && runtime.put(bank)
}
