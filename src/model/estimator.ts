import type { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { VERSION } from '../base/version.js'
import { buildNetwork } from '../compile/network.js'
import { parseSpec, type Spec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import { sampleRows } from '../data/sample-rows.js'
import type { Table } from '../data/table.js'
import type { PresetName, Recipe } from '../recipes/index.js'
import type { Device, Runtime } from '../runtime/types.js'
import type { TableOptions } from '../table/options.js'
import type { TableSpec } from '../table/spec.js'
import { type Beginning, type FitOptions, runPhases } from '../train/run-phases.js'
import type { Artifact } from './artifact.js'
import { Autoencoder } from './autoencoder.js'
import { sharedRuntime } from './platform.js'
import { samplesOf, type TrainingData, type TrainingSamples } from './training-data.js'

/** A recipe with its options, not fitted yet. */
export interface Estimator<O> {
  readonly recipe: string
  /**
   * The model description for samples of this shape, as plain JSON.
   *
   * @param table  what is known of the columns, where samples are rows of a table
   */
  spec(input: readonly number[], table?: TableSpec): Spec
  /**
   * Fits a model to data, or to a stream of it, of which a few tens of MiB are in memory at a time. How the columns of a table
   * become numbers is found from its rows, and goes into the model, which then takes tables; its threshold is the score that
   * 99 of 100 rows of the validation data, or else of the training data, do not exceed.
   *
   *
   * Aborting by `signal` is not an error: the promise resolves, within 300 ms for models of ordinary size, to a model
   * with what was learned so far, and `model.training.stopped` says `'aborted'`.
   *
   * @param options  how to fit; the recipe's own options may be given here too, and win
   * @throws E_DIVERGED, with the last good model as `model`, when the loss is no longer finite
   * @throws E_RESUME when the checkpoint to go on from is of another training
   * @throws E_DATA, E_SHAPE, E_OPTION when data and options do not fit together; E_TRUNCATED, E_SHAPE, E_VALUE when a stream
   * does not give what it promised, and whatever it throws; E_DEVICE when the device is not here
   */
  fit(data: TrainingData, options?: FittingOptions & Partial<O>): Promise<Autoencoder>
}

/** How to fit a model, and where. */
export interface FittingOptions extends Omit<FitOptions, 'validation'>, Placement {
  /** Data to measure after every epoch; never trained on. */
  readonly validation?: Dataset | Table
  /** How the columns of a table become numbers. */
  readonly table?: TableOptions
}

/** Where a model is trained, and lives afterwards: a runtime of the caller's, or the shared one of a device. */
export interface Placement {
  readonly runtime?: Runtime
  /** By default the processor. */
  readonly device?: Device
}

/** What a recipe's factory takes: its options, and which preset the others come from. */
export type EstimatorOptions<O> = Partial<O> & { readonly preset?: PresetName }

/** Training left the finite numbers; `model` holds the last good weights. */
export class DivergedError extends DiaboloError {
  readonly model: Autoencoder

  constructor(step: number, recipe: string, model: Autoencoder) {
    super('E_DIVERGED', {
      at: `training of "${recipe}", step ${step}`,
      expected: 'a finite loss',
      found: 'NaN or an infinity',
      hint: 'lower the learning rate or add a warm-up; the last good weights were kept',
    })
    this.model = model
  }
}

export function estimator<S extends z.ZodObject>(recipe: Recipe<S>) {
  type Options = z.input<S>
  return (
    { preset = 'default', ...given }: EstimatorOptions<Options> = {} as EstimatorOptions<Options>,
  ): Estimator<Options> => {
    const options = given as Partial<Options>
    return {
      recipe: recipe.name,
      spec: (input, table) => recipe.spec(input, options as Options, preset, table),
      async fit(data, given = {}) {
        const { fit, more } = splitOptions(given)
        const samples = await samplesOf(data, fit)
        const spec = recipe.spec(samples.data.shape, { ...options, ...more } as Options, preset, samples.table)
        return fitNetwork(buildNetwork(spec), samples, fit)
      },
    }
  }
}

/**
 * Fits the model that a spec describes, whoever wrote it. The columns of a table become numbers as the spec says.
 *
 * @param spec  plain JSON; `docs/spec.schema.json` says what it may hold
 * @throws E_SPEC naming the first field that is wrong; and what `fit` throws
 */
export async function fitSpec(spec: unknown, data: TrainingData, options: FittingOptions = {}): Promise<Autoencoder> {
  const parsed = parseSpec(spec)
  return fitNetwork(buildNetwork(parsed), await samplesOf(data, options, parsed), options)
}

/** The options that are not a recipe's own. */
const FIT_OPTIONS: { readonly [K in keyof Required<FittingOptions>]: true } = {
  seed: true,
  validation: true,
  table: true,
  buffer: true,
  resume: true,
  onCheckpoint: true,
  checkpointSeconds: true,
  patience: true,
  minDelta: true,
  maxSeconds: true,
  signal: true,
  onEvent: true,
  runtime: true,
  device: true,
}

const isFitOption = (name: string) => Object.hasOwn(FIT_OPTIONS, name)

/** Options of `fit`, and all others. */
export function splitOptions(given: object): { readonly fit: FittingOptions; readonly more: object } {
  const entries = Object.entries(given)
  return {
    fit: Object.fromEntries(entries.filter(([name, value]) => isFitOption(name) && value !== undefined)),
    more: Object.fromEntries(entries.filter(([name]) => !isFitOption(name))),
  }
}

/** @param from  where the training begins; at its first phase when left out */
export async function fitNetwork(
  network: Artifact['network'],
  { data, validation, table }: TrainingSamples,
  { runtime: given, device, validation: _, table: __, ...options }: FittingOptions,
  from?: Beginning,
): Promise<Autoencoder> {
  const runtime = given ?? (await sharedRuntime(device))
  const { parameters, fingerprint, ...training } = await runPhases(
    runtime,
    network,
    data,
    { ...options, ...(validation && { validation }) },
    from,
  )
  const { engine, version, threads } = runtime.info
  const { dtype, scale, missing } = data
  const model = new Autoencoder(
    {
      network,
      parameters,
      stored: { dtype, scale, missing },
      provenance: {
        dataset: data.name,
        rows: data.rows,
        ...(fingerprint !== undefined && { fingerprint }),
        seed: options.seed ?? options.resume?.identity.seed ?? 0,
        steps: training.steps,
        versions: { diabolo: VERSION, engine: `${engine} ${version}` },
        threads,
      },
      ...(training.explained && { explained: training.explained }),
    },
    training,
    runtime,
  )
  if (training.divergedAt !== undefined) throw new DivergedError(training.divergedAt, network.spec.recipe, model)
  return table ? model.withThreshold(validation ?? (await sampleRows(data))) : model
}
