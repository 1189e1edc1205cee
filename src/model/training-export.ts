import { DiaboloError } from '../base/errors.js'
import { showShape } from '../base/shape.js'
import type { Tensor } from '../base/tensor.js'
import {
  CLASS_MAPS,
  epochGraph,
  LABELS,
  LOSSES,
  meterName,
  NOISE_ROWS,
  nextName,
  STEP,
  type StoredAs,
  scalarName,
} from '../compile/epoch.js'
import { lower } from '../compile/lowering/index.js'
import { initialParameters, type Network, networkOf } from '../compile/network.js'
import type { DescendSpec } from '../compile/spec.js'
import { stateOf } from '../compile/step.js'
import { type Dataset, toTensor } from '../data/dataset.js'
import { fingerprintOf } from '../data/fingerprint.js'
import { type Annotations, encode } from '../graph/encode.js'
import { optimizerOf } from '../nn/optimizers.js'
import { trainingFeeds } from '../train/training-feeds.js'
import { requireClassMaps } from '../train/validate.js'
import type { Artifact, Provenance } from './artifact.js'

export interface TrainingExport {
  /** Which phase's training: the last one's when left out. */
  readonly phase?: string
  /**
   * Where it begins: `start`, at the weights drawn from the seed, so that the whole run can be repeated, or `trained`, at
   * the weights that the model has. By default at the start where the phase is the first, otherwise trained.
   */
  readonly from?: 'start' | 'trained'
}

/** A phase with the network that it trains, and the data that this is fed with. */
interface Training {
  readonly phase: DescendSpec
  readonly network: Network
  readonly stored: StoredAs
  readonly isFirst: boolean
}

/**
 * The training step itself, as many times in a row as is asked for.
 *
 * inputs:   trips int64 []: how many steps this run takes; data [rows, width] as stored;
 *           lists with one row per step of the phase: order int32 [steps, batch], the rows of each batch; `scalar/…` float32
 *           [steps], the optimizer's numbers; where there is noise, `noise/first` and `noise/second` int32 [steps, batch];
 *           labels int32 [rows] where the phase learns classes, classMaps uint8 [rows, pixels] where it learns those of pixels;
 *           step int64 []: where in the lists this run begins; bank float32 [bank, width], the noise; the state, by name
 * outputs:  losses float32 [trips]; `….next`, the state afterwards; `meter/…`
 */
export function exportTraining(artifact: Artifact, { phase: wanted }: TrainingExport, about: Annotations): Uint8Array {
  const { phase, network, stored } = trainingOf(artifact, wanted)
  const facts = { phase: phase.name, batch: phase.batchSize, ...stepsOf(artifact, phase) }
  return encode(lower(epochGraph(network, phase, phase.batchSize, stored, true)), 'training', {
    metadata: { ...about.metadata, 'diabolo.training': JSON.stringify(facts) },
    doc: [
      about.doc,
      `Phase "${phase.name}": ${phase.optimizer.name}, ${phase.loss.type} loss, batches of ${phase.batchSize}.`,
      `A run takes as many steps as "trips" says, from "${STEP}" in the lists. Feed "data", and all else as in the file of`,
      `tensors that comes with this one; from the second run on, feed each NAME of the state with the output ${nextName('NAME')}`,
      `of the run before, and "${STEP}" with the steps taken so far.`,
    ].join('\n'),
    docs: docsOf(network, phase, stored),
  })
}

/**
 * All that `exportTraining`'s file is fed with beside `trips`, `step` and `data`, by input. The order is that of data in
 * memory. What does not fill a batch at the end of an epoch is left out.
 *
 * @throws E_OPTION when there is no such phase, it follows no gradients, or it cannot begin at the start
 */
export function exportFeeds(artifact: Artifact, { phase: wanted, from }: TrainingExport): Record<string, Tensor> {
  const { phase, network, isFirst } = trainingOf(artifact, wanted)
  if (from === 'start' && !isFirst) throw notTheFirst(phase, artifact)
  const { parameters, provenance } = artifact
  const atStart = from === undefined ? isFirst : from === 'start'
  const start = atStart ? initialParameters(artifact.network, provenance.seed) : parameters
  return trainingFeeds({ network, phase, start, seed: provenance.seed, rows: provenance.rows })
}

/** The samples themselves, and the classes of their pixels where those are learned. */
export function dataFeeds({ network: { pixels } }: Artifact, data: Dataset): Record<string, Tensor> {
  const maps = pixels && requireClassMaps(data, pixels.classes)
  return { data: toTensor(data), ...(maps && { [CLASS_MAPS]: toTensor(maps) }) }
}

/**
 * @throws E_CHECKSUM when the data is not what the model was trained on
 */
export async function requireTrainedOn(data: Dataset, { dataset, fingerprint, rows }: Provenance): Promise<void> {
  const found = await fingerprintOf(data)
  if (data.rows === rows && (found === undefined || fingerprint === undefined || found === fingerprint)) return
  throw new DiaboloError('E_CHECKSUM', {
    at: `data set "${data.name}", to go with the training`,
    expected: `the ${rows} rows of "${dataset}" that the model was trained on (${fingerprint})`,
    found: `${data.rows} rows (${found})`,
    hint: 'give the data that was given to train, or none, and feed data of your own',
  })
}

/** Whole batches only: a graph has one size of batch. */
function stepsOf({ provenance: { rows } }: Artifact, { batchSize, epochs }: DescendSpec) {
  const stepsPerEpoch = Math.floor(rows / batchSize)
  return { rows, stepsPerEpoch, steps: epochs * stepsPerEpoch }
}

function trainingOf({ network: whole, stored }: Artifact, wanted: string | undefined): Training {
  const { phases, recipe } = whole.spec
  const named = phases.filter((phase) => phase.kind === 'descend')
  const phase = wanted === undefined ? named.at(-1) : named.find(({ name }) => name === wanted)
  if (!phase) {
    throw new DiaboloError('E_OPTION', {
      at: `phase of training, model "${recipe}"`,
      expected:
        named.length > 0 ? `one of ${named.map(({ name }) => name).join(', ')}` : 'a model that learned by steps',
      found: wanted === undefined ? 'none: it was solved in closed form' : `"${wanted}"`,
      hint: named.length > 0 ? 'leave the phase out for the last one' : 'export its autoencoder, encoder or decoder',
    })
  }
  if (phase.subsample !== undefined) throw ofSubsamples(phase, recipe)
  const inner = phase.layers !== undefined && phase.layers.from > 0
  // what moves images is not part of a graph: whoever feeds it gives them as they are to be seen, and wanted back
  const { augmentation: _, ...fed } = phase
  return {
    phase: fed,
    network: networkOf(whole.spec, phase),
    stored: inner ? { dtype: 'float32', scale: 1 } : stored,
    isFirst: phases[0] === phase,
  }
}

const ofSubsamples = ({ name }: DescendSpec, recipe: string) =>
  new DiaboloError('E_OPTION', {
    at: `training of phase "${name}", model "${recipe}"`,
    expected: 'a phase that is fed the training samples, or codes of them',
    found: 'one whose members each have rows of their own',
    hint: 'export its autoencoder or score',
  })

const notTheFirst = ({ name }: DescendSpec, { network }: Artifact) =>
  new DiaboloError('E_OPTION', {
    at: `training of phase "${name}" from the start`,
    expected: `the first phase, "${network.spec.phases[0]?.name}"`,
    found: 'one that begins where another ended, with weights that are not kept',
    hint: 'leave "from" out, to begin with the weights that the model has',
  })

function docsOf(network: Network, phase: DescendSpec, { scale }: StoredAs): Readonly<Record<string, string>> {
  const states = stateOf(network, phase).flatMap(({ name, shape }): [string, string][] => [
    [name, `of the state, float32 ${showShape(shape)}`],
    [nextName(name), `${name} after the last step of this run`],
  ])
  const scalars = Object.keys(optimizerOf(phase.optimizer).scalars(phase.optimizer, 1, 1))
  const which = phase.layers?.from ? `codes of the ${phase.layers.from} layers before` : 'the training samples'
  return {
    trips: 'how many training steps this run takes',
    [STEP]: 'where in the lists this run begins: the steps taken before',
    data: `${which}, one per row${scale === 1 ? '' : `, seen as value × ${scale}`}`,
    [LABELS]: "each sample's class, counted from 0",
    [CLASS_MAPS]: 'the class of each pixel of each sample, row by row, counted from 0',
    order: 'list: which rows of data each step takes',
    bank: 'noise: each sample takes two rows of it, added',
    ...Object.fromEntries(NOISE_ROWS.map((name) => [name, 'list: a row of the bank for each sample of each step'])),
    ...Object.fromEntries(scalars.map((name) => [scalarName(name), `list: ${phase.optimizer.name}'s ${name}`])),
    ...Object.fromEntries(states),
    [LOSSES]: 'the loss of each step, penalties included',
    [meterName('activation')]: "each unit's mean activation in each step",
  }
}
