import type { Parameters } from '../compile/network.js'
import type { SteppedSpec } from '../compile/spec.js'
import { activityOf } from './activity.js'
import { type Best, bestName, type Position, type Standing } from './checkpoint.js'
import { isBetter, isOver, type Patience } from './early-stopping.js'
import { EpochSums } from './epoch-sums.js'
import type { EpochRecord, FitEvent, Validated } from './events.js'
import { after } from './feed.js'
import type { Keeper } from './keeper.js'
import { type State, Stepper, type StepperContext } from './stepper.js'
import { untilStopped } from './stopping.js'
import { requireRows } from './validate.js'

export interface DescendContext extends StepperContext {
  readonly signal: AbortSignal
  readonly keeper: Keeper
  readonly patience: Patience
  readonly onEvent?: ((event: FitEvent) => void) | undefined
  /** Measures these parameters on the validation data. */
  readonly validate?: ((parameters: State) => Promise<Validated>) | undefined
}

export interface Descent {
  readonly standing: Standing
  readonly end: 'finished' | 'patience' | 'stopped' | 'diverged'
  /** The step whose loss was not finite, if one was not; the parameters are then those of an earlier, finite step. */
  readonly divergedAt?: number
}

/** Runs one phase of gradient descent from where it stands, to its end or until it is stopped. */
export async function descend(context: DescendContext, phase: SteppedSpec, start: Standing): Promise<Descent> {
  requireRows(context.feed.data, phase)
  const stepper = await Stepper.open(context, phase, start.tensors, start.position.step)
  try {
    const run = new PhaseRun(context, phase, stepper, start)
    const end = await run.toEnd()
    const { divergedAt } = run
    return { standing: await run.standing(), end, ...(divergedAt !== undefined && { divergedAt }) }
  } finally {
    await stepper.close()
  }
}

/** The epochs of one phase, with what they leave behind. */
class PhaseRun {
  divergedAt: number | undefined
  readonly #context: DescendContext
  readonly #phase: SteppedSpec
  readonly #stepper: Stepper
  readonly #start: Standing
  readonly #history: EpochRecord[]
  #epoch: number
  #seen: number
  #sums: EpochSums
  #seconds: number
  #best: (Best & { readonly parameters: Parameters }) | undefined
  /** Rows and seconds since this run began. */
  #pace = { rows: 0, seconds: 0 }

  constructor(context: DescendContext, phase: SteppedSpec, stepper: Stepper, start: Standing) {
    const { epoch, seen, sums, seconds, best } = start.position
    this.#context = context
    this.#phase = phase
    this.#stepper = stepper
    this.#start = start
    this.#history = [...start.history]
    this.#epoch = epoch
    this.#seen = seen
    this.#sums = new EpochSums(sums)
    this.#seconds = seconds
    this.#best = best && { ...best, parameters: this.#bestOf(start.tensors) }
  }

  /** Where the training stands now; steps may be taken while tensors are on their way here. */
  async standing(): Promise<Standing> {
    const { epoch, error, parameters = {} } = this.#best ?? {}
    const position: Position = {
      ...this.#start.position,
      epoch: this.#epoch,
      step: this.#stepper.step,
      seen: this.#seen,
      sums: this.#sums.sums(),
      seconds: this.#seconds,
      ...(epoch !== undefined && error !== undefined && { best: { epoch, error } }),
    }
    const history = [...this.#history]
    const best = Object.entries(parameters).map(([name, tensor]) => [bestName(name), tensor] as const)
    const now = await this.#stepper.tensors()
    return {
      ...this.#start,
      position,
      history,
      tensors: { ...this.#start.tensors, ...now, ...Object.fromEntries(best) },
    }
  }

  /** Runs epochs until all are done, patience is at its end, the caller stops it, or the loss is no longer finite. */
  async toEnd(): Promise<Descent['end']> {
    const { onEvent, keeper, patience } = this.#context
    const { name, epochs } = this.#phase
    onEvent?.({ type: 'phase', phase: name, epochs, stepsPerEpoch: this.#stepper.totalSteps / epochs })
    while (this.#epoch <= epochs) {
      if (isOver(this.#epoch - 1, this.#best, patience)) return 'patience'
      if (!(await this.#samples())) return this.divergedAt === undefined ? 'stopped' : 'diverged'
      const record = await this.#record()
      if (!record) return 'stopped'
      this.#history.push(record)
      this.#epoch++
      this.#seen = 0
      this.#sums = new EpochSums()
      onEvent?.({ type: 'epoch', ...record })
      keeper.offer('epoch', () => this.standing())
    }
    return 'finished'
  }

  /** @returns whether all samples of the epoch were seen */
  async #samples(): Promise<boolean> {
    const { feed, seed, signal, keeper } = this.#context
    const { batchSize: batch, name: phase, shuffle } = this.#phase
    const epoch = this.#epoch
    const visit = { batch, epoch, seen: this.#seen, ...(shuffle && { shuffle: { seed, phase, epoch } }) }
    let before = performance.now()
    for await (const portion of feed.portions(visit)) {
      for (let done = 0; done < portion.places.length; ) {
        if (signal.aborted) return false
        const advance = await this.#stepper.advance(after(portion, done), epoch)
        this.#took((performance.now() - before) / 1000, advance.rows)
        if (this.#diverged(advance.losses)) return false
        this.#sums.add(advance)
        this.#seen += advance.rows
        done += advance.rows
        this.#report(advance.losses)
        keeper.offer('step', () => this.standing())
        before = performance.now()
      }
    }
    // a feed that was stopped ends early
    return this.#seen === feed.data.rows
  }

  /** What the epoch came to; nothing when it was stopped while that was measured. */
  async #record(): Promise<EpochRecord | undefined> {
    const { feed, validate, signal, patience } = this.#context
    const { loss, activation } = this.#sums.means(feed.data.rows)
    const validated = validate && (await untilStopped(validate(this.#stepper.state), signal))
    if (validate && validated === undefined) return undefined
    const error = validated && (validated.validationError ?? validated.validationMse)
    if (error !== undefined && patience.patience !== undefined && isBetter(error, this.#best, patience)) {
      this.#best = { epoch: this.#epoch, error, parameters: await this.#stepper.parameters() }
    }
    return {
      phase: this.#phase.name,
      epoch: this.#epoch,
      step: this.#stepper.step,
      loss,
      ...(activation && { activity: activityOf(activation) }),
      ...validated,
      learningRate: this.#stepper.rate(this.#stepper.step - 1),
      seconds: this.#seconds,
    }
  }

  /** Goes back to the newest parameters whose own loss was finite. */
  #diverged(losses: Float32Array): boolean {
    const bad = losses.findIndex((loss) => !Number.isFinite(loss))
    if (bad < 0) return false
    this.divergedAt = this.#stepper.step - losses.length + bad + 1
    this.#stepper.retreat(bad > 0 ? 1 : 2)
    return true
  }

  #took(seconds: number, rows: number): void {
    this.#seconds += seconds
    this.#pace = { rows: this.#pace.rows + rows, seconds: this.#pace.seconds + seconds }
  }

  #report(losses: Float32Array): void {
    const { feed, onEvent } = this.#context
    const { name: phase, epochs } = this.#phase
    const { step, totalSteps: steps } = this.#stepper
    const epoch = this.#epoch
    const loss = losses.reduce((total, value) => total + value, 0) / losses.length
    const rowsPerSecond = this.#pace.rows / this.#pace.seconds
    const secondsLeft = (feed.data.rows * (epochs - epoch + 1) - this.#seen) / rowsPerSecond
    onEvent?.({ type: 'progress', phase, epoch, epochs, step, steps, loss, rowsPerSecond, secondsLeft })
  }

  #bestOf(tensors: Parameters): Parameters {
    const found = this.#context.network.parameters.map(({ name }) => [name, tensors[bestName(name)]])
    return Object.fromEntries(found)
  }
}
