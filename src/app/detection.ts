import type { ScoreName } from '../compile/spec.js'
import { type Dataset, dataset } from '../data/dataset.js'
import { pick } from '../data/split.js'
import type { Autoencoder } from '../model/autoencoder.js'
import { fitSpec } from '../model/estimator.js'
import { ensemble, pca } from '../model/recipes.js'
import { requireThreshold, type ThresholdOptions } from '../model/threshold.js'
import type { Runtime } from '../runtime/types.js'
import type { TableOptions } from '../table/options.js'
import type { FitEvent } from '../train/events.js'
import { type Anomalies, holdOutPlaces, type LabelledRows, pickOf } from './labelled-rows.js'

export interface DetectionRequest extends LabelledRows {
  /** How the columns of a table become numbers. */
  readonly columns?: TableOptions | undefined
  /** Learn from ordinary rows only; otherwise from all of them, whatever they are. */
  readonly oneClass: boolean
  readonly threshold: ThresholdOptions
  readonly score?: ScoreName | undefined
  readonly seed: number
  readonly runtime: Runtime
  readonly signal?: AbortSignal
  readonly onEvent?: (event: FitEvent) => void
}

/** What finds anomalies, and what it finds: of the detector itself, and of what it must be better than. */
export interface Scored {
  readonly name: string
  /** One for each row. */
  readonly scores: Float32Array
}

export interface Detection {
  readonly model: Autoencoder
  /** The detector, principal components, and the detector without its training. */
  readonly scored: readonly [Scored, ...Scored[]]
  /** float32 [rows, values or columns]: what each adds to the score. */
  readonly errors: Float32Array
  /**
   * Places of the rows that are judged by: all that are labelled, or all where none is; of one class, anomalies and what was held
   * out for this.
   */
  readonly judged: Int32Array
  readonly learned: number
  /** Whether the detector learned from rows that are judged by: what it makes of their kind is then no promise for others. */
  readonly seen: boolean
  readonly seconds: number
}

/** The part of the rows that is held out where the detector must not have seen them: to judge one class, and for its threshold. */
const HELD_OUT = 0.2

/**
 * Trains the default detector, and the two that keep it honest: √values principal components of the standardised values, and
 * the same network untrained.
 *
 * @throws E_DATA when there are too few rows for the threshold asked for, E_OPTION when it is none, both before anything is
 *         trained; and what `fit` throws
 */
export async function detect(request: DetectionRequest): Promise<Detection> {
  const { rows, anomaly, columns, oneClass, threshold, score, seed, runtime, signal, onEvent } = request
  const places = placesOf(rows.rows)
  const chosen = oneClass ? places.filter((row) => anomaly?.[row] === false) : places
  const calibrates = threshold.falseAlarms !== undefined
  const { rest, heldOut: unseen } = holdOutPlaces(chosen, oneClass ? HELD_OUT : 0, seed)
  const { rest: learned, heldOut: calibration } = holdOutPlaces(rest, calibrates ? HELD_OUT : 0, seed)
  requireThreshold(threshold, (calibrates ? calibration : learned).length)
  const own = pickOf(rows, learned)
  const options = { seed, runtime, ...(signal && { signal }), ...(onEvent && { onEvent }) }

  const before = performance.now()
  const fitted = await ensemble({ ...(score && { score }) }).fit(own, {
    ...options,
    ...(columns && { table: columns }),
  })
  const seconds = (performance.now() - before) / 1000
  const model = await fitted.withThreshold(calibrates ? pickOf(rows, calibration) : own, threshold)
  const samples = model.samples(rows)
  const trained = model.samples(own)
  const ordinary = new Set(unseen)
  return {
    model,
    scored: [
      { name: 'ensemble', scores: await model.score(samples) },
      { name: 'principal components', scores: await scoreByComponents(samples, learned, runtime) },
      { name: 'untrained', scores: await scoreUntrained(model, trained, samples, runtime, seed) },
    ],
    errors: (await model.errors(samples)).data,
    judged: oneClass ? places.filter((row) => anomaly?.[row] || ordinary.has(row)) : labelledOf(rows.rows, anomaly),
    learned: learned.length,
    seen: !oneClass,
    seconds,
  }
}

const placesOf = (rows: number) => Int32Array.from({ length: rows }, (_, row) => row)

const labelledOf = (rows: number, anomaly: Anomalies | undefined) =>
  anomaly ? placesOf(rows).filter((row) => anomaly[row] !== undefined) : placesOf(rows)

/** The same network with the weights that it started from, all else as it was fitted. */
async function scoreUntrained(
  { spec }: Autoencoder,
  trained: Dataset,
  samples: Dataset,
  runtime: Runtime,
  seed: number,
): Promise<Float32Array> {
  const phases = spec.phases.filter(({ kind }) => kind === 'solve')
  const model = await fitSpec({ ...spec, phases }, trained, { seed, runtime })
  const scores = await model.score(samples)
  await model.close()
  return scores
}

async function scoreByComponents(samples: Dataset, learned: Int32Array, runtime: Runtime): Promise<Float32Array> {
  const standard = standardised(samples, learned)
  const [width = 1] = standard.shape
  const model = await pca({ latent: Math.ceil(Math.sqrt(width)) }).fit(pick(standard, learned), { runtime })
  const scores = await model.score(standard)
  await model.close()
  return scores
}

/** Standard scores by the mean and standard deviation of some of the rows; 0 where a value is missing. */
function standardised({ values, scale, rows, name }: Dataset, by: Int32Array): Dataset {
  const width = values.length / rows
  const out = new Float32Array(values.length)
  for (let i = 0; i < width; i++) {
    let [count, sum, squares] = [0, 0, 0]
    const at = (row: number) => (values[row * width + i] as number) * scale
    const present = by.filter((row) => !Number.isNaN(at(row)))
    for (const row of present) {
      sum += at(row)
      count++
    }
    const mean = count > 0 ? sum / count : 0
    for (const row of present) squares += (at(row) - mean) ** 2
    const deviation = Math.sqrt(squares / Math.max(1, count)) || 1
    for (let row = 0; row < rows; row++) {
      const standard = (at(row) - mean) / deviation
      out[row * width + i] = Number.isNaN(standard) ? 0 : standard
    }
  }
  return dataset(out, { name, shape: [width] })
}

/** Rows that are scored by a detector there is. */
export async function scoreWith(model: Autoencoder, { rows, anomaly }: LabelledRows): Promise<Detection> {
  const samples = model.samples(rows)
  return {
    model,
    scored: [{ name: model.spec.recipe, scores: await model.score(samples) }],
    errors: (await model.errors(samples)).data,
    judged: labelledOf(rows.rows, anomaly),
    learned: 0,
    seen: false,
    seconds: 0,
  }
}
