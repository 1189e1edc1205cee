import type { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { VERSION } from '../base/version.js'
import { buildNetwork } from '../compile/network.js'
import { parseSpec, type Spec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import type { RowStream } from '../data/row-stream.js'
import type { PresetName, Recipe } from '../recipes/index.js'
import type { Device, Runtime } from '../runtime/types.js'
import { type FitOptions, runPhases } from '../train/run-phases.js'
import type { Artifact } from './artifact.js'
import { Autoencoder } from './autoencoder.js'
import { sharedRuntime } from './platform.js'

/** A recipe with its options, not fitted yet. */
export interface Estimator<O> {
  readonly recipe: string
  /** The model description for samples of this shape, as plain JSON. */
  spec(input: readonly number[]): Spec
  /**
   * Fits a model to data, or to a stream of it, of which a few tens of MiB are in memory at a time.
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
  fit(data: Dataset | RowStream, options?: FitOptions & Placement & Partial<O>): Promise<Autoencoder>
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
      spec: (input) => recipe.spec(input, options as Options, preset),
      async fit(data, given = {}) {
        const { fit, more } = splitOptions(given)
        return fitNetwork(buildNetwork(recipe.spec(data.shape, { ...options, ...more } as Options, preset)), data, fit)
      },
    }
  }
}

/**
 * Fits the model that a spec describes, whoever wrote it.
 *
 * @param spec  plain JSON; `docs/spec.schema.json` says what it may hold
 * @throws E_SPEC naming the first field that is wrong; and what `fit` throws
 */
export async function fitSpec(
  spec: unknown,
  data: Dataset | RowStream,
  options: FitOptions & Placement = {},
): Promise<Autoencoder> {
  return fitNetwork(buildNetwork(parseSpec(spec)), data, options)
}

/** The options that are not a recipe's own. */
const FIT_OPTIONS: { readonly [K in keyof Required<FitOptions & Placement>]: true } = {
  seed: true,
  validation: true,
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

function splitOptions(given: object): { readonly fit: FitOptions & Placement; readonly more: object } {
  const entries = Object.entries(given)
  return {
    fit: Object.fromEntries(entries.filter(([name, value]) => name in FIT_OPTIONS && value !== undefined)),
    more: Object.fromEntries(entries.filter(([name]) => !(name in FIT_OPTIONS))),
  }
}

async function fitNetwork(
  network: Artifact['network'],
  data: Dataset | RowStream,
  { runtime: given, device, ...options }: FitOptions & Placement,
): Promise<Autoencoder> {
  const runtime = given ?? (await sharedRuntime(device))
  const { parameters, fingerprint, ...training } = await runPhases(runtime, network, data, options)
  const { engine, version, threads } = runtime.info
  const { dtype, scale } = data
  const model = new Autoencoder(
    {
      network,
      parameters,
      stored: { dtype, scale },
      provenance: {
        dataset: data.name,
        rows: data.rows,
        ...(fingerprint !== undefined && { fingerprint }),
        seed: options.seed ?? options.resume?.identity.seed ?? 0,
        steps: training.steps,
        versions: { diabolo: VERSION, engine: `${engine} ${version}` },
        threads,
      },
    },
    training,
    runtime,
  )
  if (training.divergedAt !== undefined) throw new DivergedError(training.divergedAt, network.spec.recipe, model)
  return model
}
