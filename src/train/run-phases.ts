import { buildMachine, mirrored } from '../compile/contrast.js'
import { initialParameters, type Network, networkOf, type Parameters } from '../compile/network.js'
import { type SteppedSpec, takesClassMaps, takesLabels, takesOriginals, takesProbabilities } from '../compile/spec.js'
import { stateOf } from '../compile/step.js'
import { type Dataset, slice } from '../data/dataset.js'
import { fingerprintOf } from '../data/fingerprint.js'
import type { RowStream } from '../data/row-stream.js'
import type { Resident, Runtime } from '../runtime/types.js'
import { augmenter } from './augment.js'
import { beginning, type Checkpoint, parametersOf, type Standing, totalsOf } from './checkpoint.js'
import { encodeDataset } from './codes.js'
import { type Descent, descend } from './descend.js'
import type { Patience } from './early-stopping.js'
import type { EpochRecord, FitEvent } from './events.js'
import type { Feed } from './feed.js'
import { identify, requireResumable } from './identity.js'
import { Keeper, type KeeperOptions } from './keeper.js'
import { bufferOf, openCodes, openFeed } from './open-feed.js'
import { type Explained, type Solution, solve } from './solve/index.js'
import { stopAfter, untilStopped } from './stopping.js'
import { openSubsample, subsampleSize } from './subsample.js'
import {
  requireClassMaps,
  requireFitOptions,
  requireLabels,
  requireProbabilities,
  requireTensors,
  requireWidth,
} from './validate.js'
import { openValidation } from './validation.js'

export interface FitOptions extends Patience, KeeperOptions {
  /** Decides every random draw: starting weights, orders, noise. 0 when left out, or the one of `resume`. */
  readonly seed?: number
  /** Data to measure after every epoch; never trained on. */
  readonly validation?: Dataset
  /**
   * How many rows are shuffled with one another: all of them for data in memory, what fits 32 MiB for a stream. With the
   * same number, the order, and so what is learned, is the same for both (phases that are fed codes: but for last bits).
   */
  readonly buffer?: number
  /**
   * Goes on from a checkpoint of the same training, to the same bytes as if it had never been left. The last phase may be
   * given more epochs, where its learning rate does not depend on how many there are.
   */
  readonly resume?: Checkpoint
  /** Ends training early; the model keeps what it learned so far. */
  readonly signal?: AbortSignal
  /** Ends training early after so many seconds. */
  readonly maxSeconds?: number
  readonly onEvent?: (event: FitEvent) => void
}

/** What came of a fit. */
export interface FitResult {
  /** With `patience`, those of the epoch that validated best. */
  readonly parameters: Parameters
  readonly history: readonly EpochRecord[]
  readonly steps: number
  /** Seconds spent in training steps and in waiting for samples. */
  readonly seconds: number
  readonly stopped: 'finished' | 'patience' | 'time' | 'aborted' | 'diverged'
  /** The step whose loss was not finite. */
  readonly divergedAt?: number
  /** What principal components account for; of other models nothing. */
  readonly explained?: Explained
  /** Of the data, as `fingerprintOf` gives it; missing where it was not known yet when training was stopped. */
  readonly fingerprint?: string
}

/** Where a training begins: at its first phase, with weights drawn from the seed, or later, with those of a model. */
export interface Beginning {
  readonly phase: number
  /** Those that are missing are drawn. */
  readonly parameters: Parameters
}

/** Runs the phases of a network's spec one after another, each from where the one before it ended. */
export async function runPhases(
  runtime: Runtime,
  network: Network,
  data: Dataset | RowStream,
  options: FitOptions = {},
  from: Beginning = { phase: 0, parameters: {} },
): Promise<FitResult> {
  const { resume, seed = resume?.identity.seed ?? 0, validation, onEvent, maxSeconds } = options
  requireWidth(data, network.width, 'training data')
  if (validation) requireWidth(validation, network.width, 'validation data')
  requireFitOptions(options)
  const { spec } = network
  const bounded = spec.phases.find((phase) => takesProbabilities(spec, phase))
  if (bounded) requireProbabilities(data, bounded)
  const stopping = stopAfter(options.signal, maxSeconds)
  const { signal } = stopping
  const fingerprint = fingerprintOf(data)
  // it is waited for at the end, and where a stream cannot be read, training says so first
  fingerprint.catch(() => {})
  const buffer = bufferOf(data, options)
  const known =
    resume || options.onCheckpoint
      ? identify({ spec, seed, data, fingerprint, validation, buffer, info: runtime.info })
      : undefined
  known?.catch(() => {})
  const feed = openFeed(runtime, data, { ...options, signal })
  let at: Standing = resume ?? {
    position: beginning(from.phase),
    history: [],
    tensors: { ...initialParameters(network, seed), ...from.parameters },
  }
  let descent: Descent = { standing: at, end: 'finished' }
  try {
    const now = resume && known && (await untilStopped(known, signal))
    const warnings = resume && now ? requireResumable(resume, now) : []
    if (resume && now) requireTensors(resume, network.parameters)
    for (const message of warnings) onEvent?.({ type: 'warning', message })
    // a checkpoint that there was no time to look at is not written over
    const keeper = new Keeper(resume && !now ? {} : options, known)
    const training = { runtime, network, data, feed, keeper, seed, signal, options }
    while (at.position.phase < spec.phases.length && !signal.aborted) {
      descent = await runPhase(training, at)
      at = descent.standing
      const { phase } = at.position
      // the last descent is left where it stands, so that epochs can be added to it
      const isLast = phase === spec.phases.length - 1 && spec.phases[phase]?.kind !== 'solve'
      if (isLast || descent.end === 'stopped' || descent.end === 'diverged') break
      const position = beginning(phase + 1, totalsOf(at.position))
      at = { ...at, position, tensors: settled(network, at) }
    }
    if (descent.end !== 'diverged') await keeper.end(at)
  } finally {
    stopping.close()
    await feed.close()
  }
  const { end, divergedAt } = descent
  const print = await untilStopped(fingerprint, signal)
  return {
    parameters: settled(network, at),
    history: at.history,
    ...totalsOf(at.position),
    stopped: end === 'diverged' ? end : (stopping.reason() ?? (end === 'stopped' ? 'aborted' : end)),
    ...(divergedAt !== undefined && { divergedAt }),
    ...(print !== undefined && { fingerprint: print }),
    ...(at.explained && { explained: at.explained }),
  }
}

interface Training {
  readonly runtime: Runtime
  readonly network: Network
  readonly data: Dataset | RowStream
  /** The same data, on its way to the runtime's side. */
  readonly feed: Feed
  readonly keeper: Keeper
  readonly seed: number
  readonly signal: AbortSignal
  readonly options: FitOptions
}

/** The phase that the training stands in, to its end or until it is stopped. */
async function runPhase(training: Training, at: Standing): Promise<Descent> {
  const { network, signal } = training
  const phase = network.spec.phases[at.position.phase] as Network['spec']['phases'][number]
  if (phase.kind !== 'solve') return runDescent(training, phase, at)
  const solved = await untilStopped(solve({ ...training, parameters: parametersOf(network, at) }, phase), signal)
  return solved ? { standing: standingAfter(solved, at), end: 'finished' } : { standing: at, end: 'stopped' }
}

const standingAfter = ({ parameters, ...found }: Solution, at: Standing): Standing => ({
  ...at,
  ...found,
  tensors: { ...at.tensors, ...parameters },
})

/** What a phase trains. */
const trainedBy = ({ spec }: Network, phase: SteppedSpec): Network =>
  phase.kind === 'contrast' ? buildMachine(spec, phase.layers) : networkOf(spec, phase)

/** The parameters where training stands; a decoder that is not tied gets what its mirror learned as a Boltzmann machine. */
function settled(network: Network, at: Standing): Parameters {
  const { spec } = network
  const parameters = parametersOf(network, at)
  const phase = spec.phases[at.position.phase]
  return phase?.kind === 'contrast' ? { ...parameters, ...mirrored(spec, parameters, phase.layers) } : parameters
}

/** On the whole network or on some of its layers, fed with what the layers before them make of the samples. */
async function runDescent(training: Training, given: SteppedSpec, at: Standing): Promise<Descent> {
  const { runtime, network: whole, data, feed, keeper, seed, signal, options } = training
  const { onEvent, buffer } = options
  const subsample = given.kind === 'descend' ? given.subsample : undefined
  const { from } = given.layers ?? { from: 0 }
  const phase = subsample === undefined ? given : within(given, subsampleSize(subsample, data.rows))
  // a row of it is a row for every member
  const validation =
    options.validation && (subsample ? slice(options.validation, 0, MOST_VALIDATED) : options.validation)
  const network = trainedBy(whole, phase)
  if (at.position.step > 0) requireTensors(at, stateOf(network, phase))
  if (takesLabels(phase)) requireLabels(data, whole.spec.head?.classes ?? 0)
  if (takesClassMaps(phase)) requireClassMaps(data, whole.pixels?.classes ?? 0)
  const parameters = parametersOf(whole, at)
  const encoding = { runtime, whole, parameters, data, layers: from }
  const openOwn = async () => {
    if (subsample !== undefined)
      return openFeed(runtime, await openSubsample(encoding, subsample, seed, signal), { signal })
    const how = { signal, ...(buffer !== undefined && { buffer }) }
    const augmentation = phase.kind === 'descend' ? phase.augmentation : undefined
    if (augmentation) {
      return openFeed(runtime, data, {
        ...how,
        alter: augmenter({ augmentation, seed, phase: phase.name }, data.shape),
        keepsOriginals: takesOriginals(phase),
      })
    }
    return from > 0 ? openCodes(encoding, how) : feed
  }
  const open = async () => {
    const own = await openOwn()
    const target =
      validation && from > 0 ? await encodeDataset(runtime, whole, parameters, validation, from, signal) : validation
    const gauge = target && (await openValidation(runtime, network, phase, { data: target, seed }))
    return { own, gauge }
  }
  const close = async ({ own, gauge }: Awaited<ReturnType<typeof open>>) => {
    if (own !== feed) await own.close()
    await gauge?.close()
  }
  const opening = open()
  const opened = await untilStopped(opening, signal)
  if (!opened) {
    // nobody waits for it any longer
    opening.then(close).catch(() => {})
    return { standing: at, end: 'stopped' }
  }
  const { own, gauge } = opened
  const validate =
    gauge &&
    ((state: Readonly<Record<string, Resident>>) => {
      const entries = network.parameters.map(({ name }) => [name, state[name] as Resident])
      return gauge.measure(Object.fromEntries(entries), signal)
    })
  const context = { runtime, network, feed: own, seed, signal, keeper, patience: options, onEvent, validate }
  try {
    return await descend(context, phase, at)
  } finally {
    await close(opened)
  }
}

/** Rows that members with rows of their own are validated on. */
const MOST_VALIDATED = 500

/** A phase on so few rows that its batches may have to be smaller. */
const within = <S extends SteppedSpec>(phase: S, rows: number): S => ({
  ...phase,
  batchSize: Math.min(phase.batchSize, rows),
})
