import { DiaboloError } from '../base/errors.js'
import { nearest } from '../base/nearest.js'
import { columnsOf } from '../compile/columns.js'
import type { DescendSpec, Spec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import type { Autoencoder } from '../model/autoencoder.js'
import { DivergedError, estimator, fitSpec } from '../model/estimator.js'
import type { ExplainedVariance } from '../model/explained-variance.js'
import type { Evaluation } from '../model/faces.js'
import { noTable, type TrainingData } from '../model/training-data.js'
import { type PresetName, RECIPES, type Recipe, type RecipeName } from '../recipes/index.js'
import type { Runtime } from '../runtime/types.js'
import { fitTable } from '../table/fit.js'
import type { TableOptions } from '../table/options.js'
import { featuresOf } from '../table/spec.js'
import { type Activity, activityOf, meansOf } from '../train/activity.js'
import { corrupt } from '../train/corrupt.js'
import type { FitOptions, FitResult } from '../train/run-phases.js'
import type { TrainingSource } from './sources.js'

export interface TrainingRequest extends Omit<FitOptions, 'validation'> {
  /** What to train, and how: a recipe with its options, or a spec written by hand. */
  readonly what: Plan
  readonly source: TrainingSource
  readonly runtime: Runtime
}

export type Plan =
  | { readonly recipe: Recipe; readonly preset: PresetName; readonly options: Readonly<Record<string, unknown>> }
  | { readonly spec: Spec }

/** What came out on test samples. Where a model is trained on corrupted samples, `mse` and `crossEntropy` are from those. */
export interface TestResult extends Evaluation {
  /** Clean samples in, mean squared error per value. */
  readonly mseClean: number
  /** Of the corrupted samples themselves. */
  readonly mseInput?: number
  /** Of a table: the mean error of each column, of which a constant guess has about 1. */
  readonly columns?: Readonly<Record<string, number>>
  /** Of codes that come out of a sigmoid. */
  readonly activity?: Activity
}

/** What a training run came to, as plain JSON, before it is tested. */
export interface Outcome {
  readonly recipe: string
  readonly preset: string
  readonly dataset: string
  readonly epochs: number
  readonly batchSize: number | null
  readonly steps: number
  /** Seconds in training steps and in waiting for samples. */
  readonly seconds: number
  readonly stepMs: number | null
  /** Numbers learned. */
  readonly parameters: number
  /** Mean training loss of the last epoch. */
  readonly loss: number | null
  readonly seed: number
  readonly threads: number
  readonly engine: string
  readonly stopped: FitResult['stopped']
  readonly divergedAt?: number
  /** Of principal components. */
  readonly explainedVariance?: ExplainedVariance
  readonly spec: Spec
}

/** With what came out on the test samples. */
export interface Summary extends Outcome {
  readonly test: TestResult
}

/** A model that was trained, and what came of it. A divergence is reported in the summary, with the last good weights. */
export async function train(
  request: TrainingRequest & { readonly seed: number },
): Promise<{ model: Autoencoder; summary: Summary }> {
  const { source, seed } = request
  const model = await fitOrRescue(request)
  const test = await examine(model, model.samples(source.test), seed)
  return { model, summary: { ...outcomeOf(source.name, model), test } }
}

/** A recipe with its options, and how the columns of a table become numbers. */
export interface RecipePlan extends Extract<Plan, { readonly recipe: Recipe }> {
  readonly table?: TableOptions | undefined
}

/**
 * What a recipe makes of its options for this data: for the columns of a table, from its rows.
 *
 * @throws E_OPTION when options are for a table, and the data is none; and what `fitTable` throws
 */
export async function specFor({ recipe, preset, options, table }: RecipePlan, data: TrainingData): Promise<Spec> {
  if (!('columns' in data)) {
    if (table) throw noTable(data.name)
    return recipe.spec(data.shape, options, preset)
  }
  const columns = await fitTable(data, table)
  return recipe.spec([featuresOf(columns)], options, preset, columns)
}

/** What was learned: the last good weights, where training diverged. */
export async function fitOrRescue({ what, source, ...how }: TrainingRequest): Promise<Autoencoder> {
  const options = { ...how, ...(source.validation && { validation: source.validation }) }
  try {
    if ('spec' in what) return await fitSpec(what.spec, source.train, options)
    return await estimator(what.recipe)({ preset: what.preset, ...what.options }).fit(source.train, options)
  } catch (error) {
    if (error instanceof DivergedError) return error.model
    throw error
  }
}

/** The corruption of a model's last phase: what it is made to undo. */
export const corruptionOf = ({ phases }: Spec) => {
  const last = phases.at(-1)
  return last?.kind === 'descend' && last.corruption?.at !== 'code' ? last.corruption : undefined
}

/** Test samples as a model is made to take them, noise and all; the samples themselves where there is none. */
export function testInput({ spec }: Autoencoder, test: Dataset, seed: number): Dataset {
  const corruption = corruptionOf(spec)
  const { table } = spec
  const columns = table && columnsOf(table)
  return corruption ? corrupt(test, { ...corruption, spare: 0 }, { seed, columns }) : test
}

export async function examine(model: Autoencoder, test: Dataset, seed: number): Promise<TestResult> {
  const clean = await model.evaluate(test)
  const activity = model.codeIsActivity && {
    activity: activityOf(meansOf((await model.encode(test)).data, model.codeWidth)),
  }
  const columns = model.spec.table && { columns: await model.columnErrors(test) }
  if (!corruptionOf(model.spec)) return { ...clean, mseClean: clean.mse, ...columns, ...activity }
  const noisy = testInput(model, test, seed)
  const result = await model.evaluate(noisy, test)
  const mseInput = model.spec.table ? {} : { mseInput: meanSquaredError(noisy, test) }
  return { ...result, mseClean: clean.mse, ...mseInput, ...columns, ...activity }
}

/** Per value, in the model's units. */
function meanSquaredError(a: Dataset, b: Dataset): number {
  let sum = 0
  for (let i = 0; i < a.values.length; i++) {
    sum += ((a.values[i] as number) * a.scale - (b.values[i] as number) * b.scale) ** 2
  }
  return sum / a.values.length
}

/** @param dataset  as it was asked for */
export function outcomeOf(dataset: string, model: Autoencoder): Outcome {
  const { spec, history, training, provenance } = model
  const { steps = 0, seconds = 0, stopped = 'finished', divergedAt } = training ?? {}
  const [phase] = spec.phases.filter((phase): phase is DescendSpec => phase.kind === 'descend')
  return {
    recipe: spec.recipe,
    preset: spec.preset,
    dataset,
    epochs: history.length,
    batchSize: phase?.batchSize ?? null,
    steps,
    seconds,
    stepMs: steps > 0 ? (seconds / steps) * 1000 : null,
    parameters: model.parameterCount,
    loss: history.at(-1)?.loss ?? null,
    seed: provenance.seed,
    threads: provenance.threads,
    engine: provenance.versions.engine,
    stopped,
    ...(divergedAt !== undefined && { divergedAt }),
    ...(model.explainedVariance && { explainedVariance: model.explainedVariance }),
    spec,
  }
}

/**
 * @throws E_UNKNOWN, with the nearest name, when there is no such recipe
 */
export function recipeOf(name: string): Recipe {
  if (Object.hasOwn(RECIPES, name)) return RECIPES[name as RecipeName] as unknown as Recipe
  const names = Object.keys(RECIPES)
  const meant = nearest(name, names)
  throw new DiaboloError('E_UNKNOWN', {
    at: 'recipe',
    expected: `one of ${names.join(', ')}`,
    found: `"${name}"`,
    hint: meant ? `did you mean "${meant}"?` : '"diabolo train --help" tells what each of them is',
  })
}
