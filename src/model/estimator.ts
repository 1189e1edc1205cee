import type { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { VERSION } from '../base/version.js'
import { buildNetwork } from '../compile/network.js'
import { parseSpec, type Spec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import { fingerprintOf } from '../data/fingerprint.js'
import type { RowStream } from '../data/row-stream.js'
import { sampleRows } from '../data/sample-rows.js'
import type { Table, TableStream } from '../data/table.js'
import type { PresetName, Recipe } from '../recipes/index.js'
import type { Device, Runtime } from '../runtime/types.js'
import { streamFeatures, toFeatures } from '../table/features.js'
import { fitTable } from '../table/fit.js'
import type { TableOptions } from '../table/options.js'
import type { TableSpec } from '../table/spec.js'
import { type FitOptions, runPhases } from '../train/run-phases.js'
import { Autoencoder } from './autoencoder.js'
import { sharedRuntime } from './platform.js'

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
   * Aborting by `signal` is not an error: the promise resolves, within 300 ms for models of ordinary size, to a model
   * with what was learned so far, and `model.training.stopped` says `'aborted'`.
   *
   * @param options  how to fit; the recipe's own options may be given here too, and win
   * @throws E_DIVERGED, with the last good model as `model`, when the loss is no longer finite
   * @throws E_DATA, E_SHAPE, E_OPTION when data and options do not fit together; E_TRUNCATED, E_SHAPE, E_VALUE when a stream
   * does not give what it promised, and whatever it throws; E_DEVICE when the device is not here
   */
  fit(data: TrainingData, options?: FittingOptions & Partial<O>): Promise<Autoencoder>
}

export type TrainingData = Dataset | RowStream | Table | TableStream

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
      async fit(data, { seed, validation, table, buffer, signal, onEvent, runtime, device, ...more } = {} as never) {
        const samples = await samplesOf(data, table)
        const { shape } = samples.data
        const spec = recipe.spec(shape, { ...options, ...more } as Options, preset, samples.table)
        return fitNetwork(spec, samples, { seed, validation, buffer, signal, onEvent, runtime, device })
      },
    }
  }
}

/**
 * Fits the model that a spec describes, whoever wrote it. A table's columns become numbers as the spec says.
 *
 * @param spec  plain JSON; `docs/spec.schema.json` says what it may hold
 * @throws E_SPEC naming the first field that is wrong; and what `fit` throws
 */
export async function fitSpec(
  spec: unknown,
  data: TrainingData,
  { seed, validation, table, buffer, signal, onEvent, runtime, device }: FittingOptions = {},
): Promise<Autoencoder> {
  const parsed = parseSpec(spec)
  if (table) throw describedTwice()
  const samples = await samplesOf(data, undefined, parsed)
  return fitNetwork(parsed, samples, { seed, validation, buffer, signal, onEvent, runtime, device })
}

/** Data as a model sees it, and what is known of its columns where it is a table. */
interface TrainingSamples {
  readonly data: Dataset | RowStream
  readonly table: TableSpec | undefined
}

/** @param spec  where the columns of a table are described already */
async function samplesOf(data: TrainingData, options: TableOptions | undefined, spec?: Spec): Promise<TrainingSamples> {
  if (!('columns' in data)) {
    if (options) throw noTable(data.name)
    return { data, table: spec?.table }
  }
  const table = spec ? spec.table : await fitTable(data, options)
  if (!table) throw undescribed(data.name)
  return { data: 'read' in data ? streamFeatures(table, data) : toFeatures(table, data), table }
}

type Given = { readonly [K in keyof FittingOptions]: FittingOptions[K] | undefined }

async function fitNetwork(
  spec: Spec,
  { data, table }: TrainingSamples,
  { runtime: own, device, validation: held, ...options }: Given,
): Promise<Autoencoder> {
  const network = buildNetwork(spec)
  const validation = held && 'columns' in held && table ? toFeatures(table, held) : (held as Dataset | undefined)
  const runtime = own ?? (await sharedRuntime(device))
  const [{ parameters, ...training }, fingerprint] = await Promise.all([
    runPhases(runtime, network, data, { ...options, validation } as FitOptions),
    fingerprintOf(data),
  ])
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
        seed: options.seed ?? 0,
        steps: training.steps,
        versions: { diabolo: VERSION, engine: `${engine} ${version}` },
        threads,
      },
    },
    training,
    runtime,
  )
  if (training.divergedAt !== undefined) throw new DivergedError(training.divergedAt, spec.recipe, model)
  return table ? model.withThreshold(validation ?? (await sampleRows(data))) : model
}

const describedTwice = () =>
  new DiaboloError('E_OPTION', {
    at: 'table of fitSpec',
    expected: 'none: the spec says how columns become numbers',
    found: 'options for a table',
    hint: 'leave them out, or fit a recipe',
  })

const undescribed = (name: string) =>
  new DiaboloError('E_SPEC', {
    at: 'spec.table',
    expected: `a description of the columns of ${name}`,
    found: 'none',
    hint: 'take the spec of a model that a recipe fitted to such a table (run.json has it), or fit a recipe',
  })

const noTable = (name: string) =>
  new DiaboloError('E_OPTION', {
    at: 'table of fit',
    expected: 'a table to train on',
    found: `"${name}", whose samples have no columns with names`,
    hint: 'leave it out, or give a table',
  })
