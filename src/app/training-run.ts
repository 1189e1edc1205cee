import { DiaboloError } from '../base/errors.js'
import { nearest } from '../base/nearest.js'
import type { DescendSpec, Spec } from '../compile/spec.js'
import type { Autoencoder, Evaluation } from '../model/autoencoder.js'
import { DivergedError, estimator } from '../model/estimator.js'
import { type PresetName, RECIPES, type Recipe, type RecipeName } from '../recipes/index.js'
import type { Runtime } from '../runtime/types.js'
import type { FitEvent } from '../train/events.js'
import type { Source } from './sources.js'

export interface TrainingRequest {
  readonly recipe: Recipe
  readonly preset: PresetName
  readonly options: Readonly<Record<string, unknown>>
  readonly source: Source
  readonly seed: number
  readonly runtime: Runtime
  readonly signal?: AbortSignal
  readonly onEvent?: (event: FitEvent) => void
}

/** What a training run came to, as plain JSON. */
export interface Summary {
  readonly recipe: string
  readonly preset: string
  readonly dataset: string
  readonly epochs: number
  readonly batchSize: number | null
  readonly steps: number
  /** Seconds in training steps. */
  readonly seconds: number
  readonly stepMs: number | null
  /** Numbers learned. */
  readonly parameters: number
  /** Mean training loss of the last epoch. */
  readonly loss: number | null
  readonly test: Evaluation
  readonly seed: number
  readonly threads: number
  readonly engine: string
  readonly stopped: 'finished' | 'aborted' | 'diverged'
  readonly divergedAt?: number
  readonly spec: Spec
}

/** A model that was trained, and what came of it. A divergence is reported in the summary, with the last good weights. */
export async function train(request: TrainingRequest): Promise<{ model: Autoencoder; summary: Summary }> {
  const { source, runtime } = request
  const model = await fitOrRescue(request)
  const test = await model.evaluate(source.test)
  return { model, summary: summarise(request, model, test, runtime) }
}

async function fitOrRescue({ recipe, preset, options, source, ...how }: TrainingRequest): Promise<Autoencoder> {
  const { validation } = source
  try {
    const made = estimator(recipe)({ preset, ...options })
    return await made.fit(source.train, { ...how, ...(validation && { validation }) })
  } catch (error) {
    if (error instanceof DivergedError) return error.model
    throw error
  }
}

function summarise({ source, seed }: TrainingRequest, model: Autoencoder, test: Evaluation, runtime: Runtime): Summary {
  const { spec, history, training } = model
  const { steps = 0, seconds = 0, stopped = 'finished', divergedAt } = training ?? {}
  const phases = spec.phases.filter((phase): phase is DescendSpec => phase.kind === 'descend')
  return {
    recipe: spec.recipe,
    preset: spec.preset,
    dataset: source.name,
    epochs: history.length,
    batchSize: phases[0]?.batchSize ?? null,
    steps,
    seconds,
    stepMs: steps > 0 ? (seconds / steps) * 1000 : null,
    parameters: model.parameterCount,
    loss: history.at(-1)?.loss ?? null,
    test,
    seed,
    threads: runtime.info.threads,
    engine: `${runtime.info.engine} ${runtime.info.version}`,
    stopped,
    ...(divergedAt !== undefined && { divergedAt }),
    spec,
  }
}

/**
 * @throws E_UNKNOWN, with the nearest name, when there is no such recipe
 */
export function recipeOf(name: string): Recipe {
  if (name in RECIPES) return RECIPES[name as RecipeName] as unknown as Recipe
  const names = Object.keys(RECIPES)
  const meant = nearest(name, names)
  throw new DiaboloError('E_UNKNOWN', {
    at: 'recipe',
    expected: `one of ${names.join(', ')}`,
    found: `"${name}"`,
    hint: meant ? `did you mean "${meant}"?` : '"diabolo train --help" tells what each of them is',
  })
}
