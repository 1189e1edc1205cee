import type { Parameters } from '../compile/network.js'
import type { DescendSpec } from '../compile/spec.js'
import { activityOf } from './activity.js'
import type { EpochRecord, FitEvent, Validated } from './events.js'
import { after } from './feed.js'
import { type State, Stepper, type StepperContext } from './stepper.js'
import { requireRows } from './validate.js'

export interface DescendContext extends StepperContext {
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: FitEvent) => void) | undefined
  /** Measures these parameters on the validation data. */
  readonly validate?: ((parameters: State) => Promise<Validated>) | undefined
}

export interface Descent {
  readonly parameters: Parameters
  readonly history: readonly EpochRecord[]
  readonly steps: number
  /** Seconds spent in steps and in waiting for samples, validation left out. */
  readonly seconds: number
  /** The step whose loss was not finite, if one was not; the parameters are then those of an earlier, finite step. */
  readonly divergedAt?: number
}

/** Runs one phase of gradient descent from these parameters. */
export async function descend(context: DescendContext, phase: DescendSpec, start: Parameters): Promise<Descent> {
  requireRows(context.feed.data, phase)
  const stepper = await Stepper.open(context, phase, start)
  const run = new PhaseRun(context, phase, stepper)
  try {
    await run.toEnd()
    const { history, seconds, divergedAt } = run
    const parameters = await stepper.parameters()
    return { parameters, history, steps: stepper.step, seconds, ...(divergedAt !== undefined && { divergedAt }) }
  } finally {
    await stepper.close()
  }
}

interface EpochMeans {
  readonly loss: number
  /** Each unit's. */
  readonly activation?: Float64Array
}

/** The epochs of one phase, with what they leave behind. */
class PhaseRun {
  readonly history: EpochRecord[] = []
  seconds = 0
  divergedAt: number | undefined
  readonly #context: DescendContext
  readonly #phase: DescendSpec
  readonly #stepper: Stepper
  #rowsSeen = 0

  constructor(context: DescendContext, phase: DescendSpec, stepper: Stepper) {
    this.#context = context
    this.#phase = phase
    this.#stepper = stepper
  }

  /** Runs epochs until all are done, the caller aborts, or the loss is no longer finite. */
  async toEnd(): Promise<void> {
    const { onEvent, validate } = this.#context
    const { name, epochs } = this.#phase
    onEvent?.({ type: 'phase', phase: name, epochs, stepsPerEpoch: this.#stepper.totalSteps / epochs })
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const means = await this.#epoch(epoch)
      if (!means) return
      const record: EpochRecord = {
        phase: name,
        epoch,
        step: this.#stepper.step,
        loss: means.loss,
        ...(means.activation && { activity: activityOf(means.activation) }),
        ...(validate && (await validate(this.#stepper.state))),
        learningRate: this.#stepper.rate(this.#stepper.step - 1),
        seconds: this.seconds,
      }
      this.history.push(record)
      onEvent?.({ type: 'epoch', ...record })
    }
  }

  /** @returns means over the epoch's samples, or nothing when it was not run to its end */
  async #epoch(epoch: number): Promise<EpochMeans | undefined> {
    const { feed, seed, signal } = this.#context
    const { data } = feed
    const { batchSize: batch, name: phase, shuffle } = this.#phase
    let sum = 0
    let activation: Float64Array | undefined
    let seen = 0
    let before = performance.now()
    for await (const portion of feed.portions({ batch, ...(shuffle && { shuffle: { seed, phase, epoch } }) })) {
      for (let done = 0; done < portion.places.length; ) {
        if (signal?.aborted) return undefined
        const { losses, rows, meters } = await this.#stepper.advance(after(portion, done), epoch)
        this.seconds += (performance.now() - before) / 1000
        if (this.#diverged(losses)) return undefined
        const loss = losses.reduce((total, value) => total + value, 0) / losses.length
        sum += loss * rows
        const sums = meters.get('activation')
        activation = sums?.map((value, i) => value / data.rows + (activation?.[i] ?? 0)) ?? activation
        done += rows
        seen += rows
        this.#rowsSeen += rows
        this.#report(epoch, loss)
        before = performance.now()
      }
    }
    // an aborted feed ends early
    if (seen < data.rows) return undefined
    return { loss: sum / data.rows, ...(activation && { activation }) }
  }

  /** Goes back to the newest parameters whose own loss was finite. */
  #diverged(losses: Float32Array): boolean {
    const bad = losses.findIndex((loss) => !Number.isFinite(loss))
    if (bad < 0) return false
    this.divergedAt = this.#stepper.step - losses.length + bad + 1
    this.#stepper.retreat(bad > 0 ? 1 : 2)
    return true
  }

  #report(epoch: number, loss: number): void {
    const { feed, onEvent } = this.#context
    const { name: phase, epochs } = this.#phase
    const { step, totalSteps: steps } = this.#stepper
    const rowsPerSecond = this.#rowsSeen / this.seconds
    const secondsLeft = (feed.data.rows * epochs - this.#rowsSeen) / rowsPerSecond
    onEvent?.({ type: 'progress', phase, epoch, epochs, step, steps, loss, rowsPerSecond, secondsLeft })
  }
}
