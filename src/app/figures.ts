import type { DescendSpec } from '../compile/spec.js'
import { type Dataset, dataset, slice } from '../data/dataset.js'
import { pick } from '../data/split.js'
import type { Autoencoder } from '../model/autoencoder.js'
import { dream } from '../model/boltzmann.js'
import { pca } from '../model/recipes.js'
import { drawActivationHistogram } from '../report/activation-histogram.js'
import { drawCodeScatter } from '../report/code-scatter.js'
import { type ReferenceLine, scaleFor } from '../report/epoch-lines.js'
import { drawFeatureMaps } from '../report/feature-maps.js'
import type { Figure } from '../report/figure.js'
import { drawImageGrid } from '../report/image-grid.js'
import { drawKlCurve } from '../report/kl-curve.js'
import { drawPhaseCurve } from '../report/phase-curve.js'
import { drawTrainingCurve } from '../report/training-curve.js'
import { drawWeightTiles } from '../report/weight-tiles.js'
import type { Runtime } from '../runtime/types.js'
import { meansOf } from '../train/activity.js'
import type { EpochRecord } from '../train/events.js'
import { drawSegmentation } from './segmentation.js'
import { corruptionOf, type Summary, testInput } from './training-run.js'

/** Samples shown in a picture of reconstructions. */
const SHOWN = 10

/** Samples shown as feature maps. */
const MAPPED = 3

/** Hidden units shown as tiles. */
const MAX_TILES = 400

/** Samples whose codes are drawn as points; the widest code whose principal directions are looked for. */
const POINTS = 2000
const WIDEST_CODE = 512

/** A model with all that its figures are made from. */
export interface Finished {
  readonly model: Autoencoder
  readonly summary: Summary
  readonly history: readonly EpochRecord[]
  readonly test: Dataset
  readonly runtime: Runtime
}

/** What a model owes a person: how it learned, what it makes of samples, what its units look for, how its codes lie. */
export async function drawFigures(finished: Finished, reference?: ReferenceLine): Promise<Figure[]> {
  const { summary } = finished
  const prefix = `${summary.recipe}-${summary.preset}`
  const figures = [
    await curve(finished, prefix, reference),
    await reconstructions(finished, prefix),
    await classMaps(finished, prefix),
    tiles(finished, prefix),
    await featureMaps(finished, prefix),
    ...(await sparsity(finished, prefix)),
    await codes(finished, prefix),
    await dreams(finished, prefix),
  ]
  return figures.filter((figure) => figure !== undefined)
}

async function curve({ history, model }: Finished, prefix: string, reference?: ReferenceLine) {
  // a single epoch would be a dot
  if (history.length < 2) return undefined
  const last = history.at(-1)?.loss.toPrecision(3)
  const id = `${prefix}-curve`
  const yLabel = lossLabel(model)
  const phases = [...new Set(history.map(({ phase }) => phase))]
  if (phases.length > 1) {
    return drawPhaseCurve({
      id,
      title: 'Layer by layer, then all together',
      caption: `Each phase makes its own loss small, so the lines need not meet; the last ends at ${last}.`,
      phases: phases.map((name) => ({ name, values: ofPhase(history, name).map(({ loss }) => loss) })),
      scale: scaleOf(history),
    })
  }
  const validated = history.flatMap(({ validationMse }) => validationMse ?? [])
  const comparable = /^(mean|error)/.test(yLabel)
  return drawTrainingCurve({
    id,
    caption: `The loss, averaged over each epoch's samples, ends at ${last}.`,
    series: [
      { name: 'training loss', values: history.map(({ loss }) => loss) },
      ...(comparable && validated.length === history.length ? [{ name: 'validation MSE', values: validated }] : []),
    ],
    ...(comparable && reference && { references: [reference] }),
    yLabel,
    scale: scaleOf(history),
  })
}

const scaleOf = (history: readonly EpochRecord[]) =>
  scaleFor(history.flatMap(({ loss, validationMse = loss }) => [loss, validationMse]))

const ofPhase = (history: readonly EpochRecord[], name: string) => history.filter(({ phase }) => phase === name)

const LOSS_LABELS: { readonly [L in DescendSpec['loss']['type']]: string } = {
  mse: 'mean squared error per value',
  crossEntropy: 'cross-entropy, nats per value',
  columns: 'error per value of what a constant guess gets',
  classes: 'cross-entropy of classes, nats per sample',
  multinomial: 'cross-entropy of words, nats per document',
  pixels: 'cross-entropy of classes, nats per pixel',
}

/** What the last phase makes small, with its unit. */
function lossLabel({ spec }: Autoencoder): string {
  const last = spec.phases.findLast((phase): phase is DescendSpec => phase.kind === 'descend')
  const name = LOSS_LABELS[last?.loss.type ?? 'mse']
  return last && last.penalties.length > 0 ? `${name}, and penalties` : name
}

async function reconstructions({ model, test, summary }: Finished, prefix: string) {
  const shape = imageShape(test)
  if (!shape || model.spec.pixels) return undefined
  const { few, words } = chooseSamples(test)
  const noisy = testInput(model, few, summary.seed)
  const { data } = await model.reconstruct(noisy)
  const notes = perSample(data, few).map((error) => error.toPrecision(2))
  const clean = { caption: 'original', images: few.values }
  const id = `${prefix}-reconstructions`
  if (!corruptionOf(model.spec)) {
    return drawImageGrid({
      id,
      title: 'Originals over reconstructions',
      caption: `${words}; under each, its squared error summed over all values.`,
      shape,
      rows: [clean, { caption: 'reconstruction', images: data, notes }],
    })
  }
  return drawImageGrid({
    id,
    title: 'Noisy, denoised, clean',
    caption: `${words}; under each denoised one, its squared error against the clean, summed over all values.`,
    shape,
    rows: [
      { caption: 'noisy: what the network sees', images: noisy.values },
      { caption: 'denoised: what it makes of it', images: data, notes },
      { ...clean, caption: 'clean: what it never saw' },
    ],
  })
}

/** Samples, the classes that their pixels have, and those that are told. */
async function classMaps({ model, test, summary }: Finished, prefix: string) {
  if (!model.spec.pixels) return undefined
  const input = testInput(model, test, summary.seed)
  return drawSegmentation({ id: `${prefix}-class-maps`, test, input, models: [{ name: 'told', model }] })
}

/** Squared error of each sample, summed over its values. */
export function perSample(reconstructed: Float32Array, { values, scale, rows }: Dataset): number[] {
  const width = values.length / rows
  return Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let i = row * width; i < (row + 1) * width; i++) {
      sum += ((reconstructed[i] as number) - (values[i] as number) * scale) ** 2
    }
    return sum
  })
}

function tiles({ model, test }: Finished, prefix: string) {
  const shape = imageShape(test)
  const weight = model.parameters['encoder.0.weight']
  if (shape?.[2] !== 1 || weight?.shape.length !== 2) return undefined
  const [inputs = 0, units = 0] = weight.shape
  const shown = Math.min(units, MAX_TILES)
  return drawWeightTiles({
    id: `${prefix}-weights`,
    title: "The encoder's weights, one tile per unit",
    caption: `Each tile shows what one unit looks for: its weight from every pixel of a sample.${shown < units ? ` The first ${shown} of ${units} units.` : ''}`,
    weights: shown < units ? firstColumns(weight.data, inputs, units, shown) : weight.data,
    shape,
  })
}

function firstColumns(matrix: Float32Array, rows: number, columns: number, kept: number): Float32Array {
  const out = new Float32Array(rows * kept)
  for (let row = 0; row < rows; row++) out.set(matrix.subarray(row * columns, row * columns + kept), row * kept)
  return out
}

/** What the first convolution makes of a few samples. */
async function featureMaps({ model, test, summary }: Finished, prefix: string) {
  const convolutions = model.spec.encoder.flatMap(({ type }, i) => (type === 'conv2d' ? [i + 1] : []))
  const [first] = convolutions
  if (first === undefined) return undefined
  const few = slice(chooseSamples(test).few, 0, MAPPED)
  const { shape, data } = await model.encode(testInput(model, few, summary.seed), { layers: first })
  const [, channels = 1, height = 1, width = 1] = shape
  return drawFeatureMaps({
    id: `${prefix}-feature-maps`,
    title: 'What the first convolution sees',
    caption: `Test samples below each other, each as the feature maps of the first convolution: one for each of its ${channels} filters.`,
    maps: data,
    shape: [height, width, channels],
  })
}

/** For codes that are held sparse: the penalty's curve with where the units are, and how many are how active. */
async function sparsity({ model, test }: Finished, prefix: string): Promise<Figure[]> {
  const last = model.spec.phases.at(-1)
  const [penalty] = last?.kind === 'descend' ? last.penalties : []
  if (!penalty || !model.codeIsActivity) return []
  const { data } = await model.encode(test)
  const activations = Float32Array.from(meansOf(data, model.codeWidth))
  const { rho } = penalty
  return [
    await drawKlCurve({
      id: `${prefix}-kl`,
      title: 'The sparsity penalty, and where the units are',
      caption: `KL(ρ‖ρ̂) is least where a unit's mean activation ρ̂ is the target ρ = ${rho}.`,
      rho,
      activations,
      upTo: Math.min(1, 1.2 * activations.reduce((most, mean) => Math.max(most, mean), 4 * rho)),
    }),
    await drawActivationHistogram({
      id: `${prefix}-activations`,
      title: 'How active the units are',
      caption: 'Mean activation of each unit of the code over all test samples.',
      activations,
      rho,
    }),
  ]
}

/** Codes in the plane: their own two values, or their two principal directions. */
async function codes({ model, test, runtime }: Finished, prefix: string) {
  const { labels } = test
  if (!labels || model.codeWidth < 2 || model.codeWidth > WIDEST_CODE || new Set(labels).size > 10) return undefined
  const few = slice(test, 0, POINTS)
  const { data } = await model.encode(few)
  const plain = model.codeWidth === 2
  const flat = plain ? data : await firstTwoDirections(data, model.codeWidth, runtime)
  return drawCodeScatter({
    id: `${prefix}-codes`,
    title: 'Codes, coloured by class',
    caption: plain
      ? 'Each point is the code of a test sample.'
      : `Each point is the code of a test sample: ${model.codeWidth} values, seen along the two directions in which codes vary most. No label was used in training.`,
    codes: flat,
    labels: few.labels ?? [],
    xLabel: plain ? 'first value of the code' : 'first principal direction of the codes',
    yLabel: plain ? 'second value of the code' : 'second principal direction of the codes',
  })
}

async function firstTwoDirections(codes: Float32Array, width: number, runtime: Runtime): Promise<Float32Array> {
  const data = dataset(codes, { name: 'codes', shape: [width] })
  const plane = await pca({ latent: 2 }).fit(data, { runtime })
  const { data: flat } = await plane.encode(data)
  await plane.close()
  return flat
}

/** What a Boltzmann machine dreams up by itself. */
async function dreams({ model, test, summary, runtime }: Finished, prefix: string) {
  const shape = imageShape(test)
  const { phases } = model.spec
  if (!shape || phases.length > 1 || phases[0]?.kind !== 'contrast') return undefined
  const { few, words } = chooseSamples(test)
  const turns = [1, 10, 100, 1000]
  const rows = await Promise.all(
    turns.map(async (count) => {
      const { data } = await dream(model, { from: few, turns: count, seed: summary.seed, runtime })
      return { caption: `after ${count} ${count === 1 ? 'turn' : 'turns'}`, images: data }
    }),
  )
  return drawImageGrid({
    id: `${prefix}-dreams`,
    title: 'What the machine dreams up',
    caption: `${words} begin a Gibbs chain each: hidden and visible units drawn in turn, so many times. What lasts is what the machine finds likely.`,
    shape,
    rows: [{ caption: 'the sample', images: few.values }, ...rows],
  })
}

/** The shape of samples that can be drawn as pictures. */
export function imageShape({ shape }: Dataset): readonly [number, number, 1 | 3] | undefined {
  const [height, width, channels] = shape
  if (shape.length !== 3 || height === undefined || width === undefined) return undefined
  return channels === 1 || channels === 3 ? [height, width, channels] : undefined
}

/** One sample of each class in the order of the classes, or simply the first ones; and what they are, in words. */
export function chooseSamples(test: Dataset): { readonly few: Dataset; readonly words: string } {
  const { labels } = test
  const classes = [...new Set(labels)].sort((a, b) => a - b).slice(0, SHOWN)
  if (!labels || classes.length < 2) return { few: slice(test, 0, SHOWN), words: 'The first test samples' }
  const indices = Int32Array.from(classes, (label) => labels.indexOf(label))
  return { few: pick(test, indices), words: 'One test sample of each class' }
}
