import { DiaboloError } from '../base/errors.js'
import { permutation, rng } from '../base/random.js'
import { nearestNeighbours, vote } from '../codes/neighbours.js'
import { parseSpec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import { pick } from '../data/split.js'
import type { Autoencoder } from '../model/autoencoder.js'
import { type DiaboloClassifier, fitDiabolo } from '../model/diabolo-classifier.js'
import { estimator, fitSpec } from '../model/estimator.js'
import { classesIn, fineTune } from '../model/fine-tune.js'
import { type ClassOptions, withClasses } from '../recipes/classes.js'
import { WITHOUT_MACHINES } from '../recipes/deep.js'
import { RECIPES } from '../recipes/index.js'
import { STILL } from '../recipes/options.js'
import type { Runtime } from '../runtime/types.js'
import type { FitEvent } from '../train/events.js'
import { requireLabels } from '../train/validate.js'
import type { Source } from './sources.js'

export interface Classifying {
  readonly source: Source
  readonly runtime: Runtime
  readonly seed: number
  readonly signal?: AbortSignal
  readonly onEvent?: (event: FitEvent) => void
}

/** How many test samples were taken for another class. */
export interface ClassResult {
  readonly rows: number
  readonly wrong: number
  /** wrong ÷ rows */
  readonly error: number
}

/**
 * @param found  int32 [rows], of all samples
 * @throws E_DATA when samples have no labels
 */
export function resultOf(found: Int32Array, data: Dataset): ClassResult {
  requireLabels(data, Number.POSITIVE_INFINITY)
  const wrong = found.filter((label, row) => label !== data.labels?.[row]).length
  return { rows: data.rows, wrong, error: wrong / data.rows }
}

/** k nearest neighbours among the codes of the training samples. */
export async function classifyByNeighbours(
  model: Autoencoder,
  { source: { train, test }, runtime, signal }: Classifying,
  count: number,
): Promise<ClassResult> {
  requireLabels(train, Number.POSITIVE_INFINITY)
  const [codes, queries] = [await model.encode(train), await model.encode(test)]
  const found = await nearestNeighbours(flat(queries), flat(codes), { count, runtime, ...(signal && { signal }) })
  return resultOf(vote(found, train.labels ?? []), test)
}

/** Softmax regression on the codes of the training samples, which stay as they are. */
export function probe(model: Autoencoder, how: Classifying, options: ClassOptions): Promise<Autoencoder> {
  return tune(model, how, { noise: 0, ...options, frozen: model.spec.encoder.length })
}

/** A head on the code, and the encoder with it. */
export function tune(model: Autoencoder, how: Classifying, options: ClassOptions): Promise<Autoencoder> {
  const { source, ...fit } = how
  const { train, validation } = source
  return fineTune(model, train, { ...fit, ...(validation && { validation }), ...options })
}

/** The same network from drawn weights, taught classes in the same way. */
export function withoutPretraining(model: Autoencoder, how: Classifying, options: ClassOptions): Promise<Autoencoder> {
  const { source, ...fit } = how
  const spec = withClasses(model.spec, classesIn(source.train), options)
  return fitSpec(parseSpec({ ...spec, phases: spec.phases.slice(-1) }), source.train, fit)
}

/** A stack of denoising layers, to be fine-tuned: what Vincent et al. (2010) pretrain. */
export const PRETRAINED = {
  units: [1000, 1000],
  activation: 'relu',
  loss: 'crossEntropy',
  noise: 0.25,
  corruption: 'masking',
  spare: 0,
  tied: false,
  pretrainEpochs: 0,
  epochs: 20,
  learningRate: 0.001,
} as const

/** @throws E_DATA when samples have no labels, which are wanted afterwards; and what `fit` throws */
export async function pretrain({ source, ...fit }: Classifying): Promise<Autoencoder> {
  requireLabels(source.train, Number.POSITIVE_INFINITY)
  return estimator(RECIPES.stacked)(PRETRAINED).fit(source.train, fit)
}

/**
 * What each class gets in the diabolo classifier: a network whose code is about as small as the ways in which one class
 * differs from itself, so that it has nothing left for others.
 */
export const ONE_PER_CLASS = {
  units: [256, 64, 12],
  ...WITHOUT_MACHINES,
  ...STILL,
  loss: 'mse',
  learningRate: 0.002,
  batchSize: 50,
  epochs: 20,
} as const

export function diabolo(
  { source, onEvent, ...how }: Classifying,
  options: Readonly<Record<string, unknown>> = {},
): Promise<DiaboloClassifier> {
  return fitDiabolo(estimator(RECIPES.deep)({ ...ONE_PER_CLASS, ...options }), source.train, {
    ...how,
    ...(onEvent && { onEvent }),
  })
}

/** Steps and epochs at least and samples in a step at most, so that a hundred labels are seen often enough. */
const LEAST_STEPS = 1500
const LEAST_EPOCHS = 30
const LARGEST_BATCH = 100

/** What the points of a curve are learned by where nothing else is asked for, in words. */
export const CURVE_DEFAULTS = {
  epochs: `${LEAST_EPOCHS}, or as many more as ${LEAST_STEPS} steps take`,
  batchSize: `${LARGEST_BATCH}, or a tenth of the labels where that is fewer`,
} as const

/** How few labels can do, with pretraining and without. */
export interface LabelCurvePoint {
  readonly labels: number
  /** Test errors. */
  readonly pretrained: number
  readonly drawn: number
}

/**
 * Test errors of the same network, fine-tuned in the same way on the same few labels: once from a model that was pretrained on
 * all samples without labels, once from drawn weights. `CURVE_DEFAULTS` says how many epochs and how large a batch it takes
 * where options do not.
 *
 * @param model   one of denoising layers is pretrained when it is left out
 * @param counts  of labels, as many of each class as can be
 * @throws E_OPTION when a batch is asked for that is larger than one of the counts; and what `fineTune` throws
 */
export async function labelCurve(
  model: Autoencoder | undefined,
  how: Classifying,
  { counts, options }: { readonly counts: readonly number[]; readonly options: ClassOptions },
): Promise<readonly LabelCurvePoint[]> {
  const { source, seed } = how
  const points: LabelCurvePoint[] = []
  const parts = counts.map((labels) => fewOfEach(source.train, labels, seed))
  for (const { rows } of parts) requireBatch(options.batchSize, rows)
  const known = model ?? (await pretrain(how))
  for (const train of parts) {
    const { validation: _, ...few } = { ...source, train }
    const batchSize = options.batchSize ?? Math.max(1, Math.min(LARGEST_BATCH, Math.floor(train.rows / 10)))
    const epochs = options.epochs ?? Math.max(LEAST_EPOCHS, Math.ceil((LEAST_STEPS * batchSize) / train.rows))
    const learning = { ...options, batchSize, epochs }
    const errors: number[] = []
    for (const learn of [tune, withoutPretraining]) {
      const learned = await learn(known, { ...how, source: few }, learning)
      errors.push(resultOf((await learned.classify(source.test)).labels, source.test).error)
      await learned.close()
    }
    const [pretrained = Number.NaN, drawn = Number.NaN] = errors
    points.push({ labels: train.rows, pretrained, drawn })
  }
  return points
}

/** Before anything is trained: the largest of some counts may be a hundred times the smallest. */
function requireBatch(batchSize: number | undefined, labels: number): void {
  if (batchSize === undefined || batchSize <= labels) return
  throw new DiaboloError('E_OPTION', {
    at: '--batch-size',
    expected: `at most ${labels}, the labels of a point of the curve`,
    found: `${batchSize}`,
    hint: 'leave --batch-size out: it is then chosen for each number of labels',
  })
}

/** So many samples, the same number of each class but for one. */
export function fewOfEach(data: Dataset, count: number, seed: number): Dataset {
  const classes = classesIn(data)
  const left = Array.from({ length: classes }, (_, label) => Math.floor((count + label) / classes))
  const order = permutation(data.rows, rng(seed, 'labels'))
  return pick(
    data,
    order.filter((row) => {
      const label = data.labels?.[row] as number
      if (!left[label]) return false
      left[label] = (left[label] as number) - 1
      return true
    }),
  )
}

/** [rows, …] as [rows, values]. */
const flat = ({ shape: [rows = 0], data }: { readonly shape: readonly number[]; readonly data: Float32Array }) => ({
  shape: [rows, data.length / rows],
  data,
})
