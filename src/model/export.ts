import { showShape } from '../base/shape.js'
import {
  columnInput,
  columnOutput,
  compileAutoencoder,
  compileDecoder,
  type InferenceOutput,
} from '../compile/inference.js'
import type { Network } from '../compile/network.js'
import type { ScoreName } from '../nn/scores.js'
import { type ColumnSpec, isTextual } from '../table/spec.js'
import { type Artifact, describeArtifact } from './artifact.js'
import { exportTraining, type TrainingExport } from './training-export.js'

/** What a model can be taken elsewhere as, each an ONNX file. */
export const EXPORTS = ['autoencoder', 'encoder', 'decoder', 'score', 'training'] as const
export type ExportName = (typeof EXPORTS)[number]

/**
 * One ONNX file. A model of a table has an input for each of its raw columns in place of one for all.
 *
 * autoencoder   input → code, reconstruction, score; with a score of its own also errors, with a threshold also anomaly,
 *               with a head probabilities and label; of pixels' classes classMap in place of a score
 * encoder       input → code
 * decoder       code → reconstruction
 * score         input → score; with a threshold also anomaly
 * training      data, state, … → losses, next state: see `exportTraining`
 */
export function exportModel(artifact: Artifact, what: ExportName, training: TrainingExport = {}): Uint8Array {
  const { network, parameters, stored, threshold } = artifact
  const about = { metadata: describeArtifact(artifact), doc: documentOf(artifact, what), docs: docsOf(artifact) }
  const intake = network.spec.table ? 'columns' : stored
  const inference = (only?: readonly InferenceOutput[]) =>
    compileAutoencoder(network, parameters, intake, { ...about, name: what, only, threshold: threshold?.value })
  switch (what) {
    case 'autoencoder':
      return inference()
    case 'encoder':
      return inference(['code'])
    case 'decoder':
      return compileDecoder(network, parameters, about)
    case 'score':
      return inference(['score', 'anomaly'])
    case 'training':
      return exportTraining(artifact, training, about)
  }
}

function documentOf({ network: { spec }, provenance }: Artifact, what: ExportName): string {
  const { dataset, rows, seed, steps, versions } = provenance
  return [
    `The ${what === 'training' ? 'training step' : what} of a "${spec.recipe}" autoencoder, by Diabolo ${versions.diabolo}.`,
    `Trained on ${rows} rows of "${dataset}", seed ${seed}, ${steps} steps.`,
  ].join('\n')
}

/** What inputs and outputs are; each file takes those that it has. */
function docsOf({ network, stored, threshold }: Artifact): Readonly<Record<string, string>> {
  const { spec, codeShape, parameters } = network
  const ofPixels = [...spec.input.slice(0, 2), spec.pixels?.classes ?? 0]
  const scaled = stored.scale === 1 ? '' : `, seen as value × ${stored.scale}`
  return {
    input: `samples of shape ${showShape(spec.input)}, one per row${scaled}`,
    code: `what the encoder makes of each sample, of shape ${showShape(codeShape)}`,
    reconstruction: spec.pixels
      ? `the probability of each of ${spec.pixels.classes} classes at each pixel, ${showShape(ofPixels)}`
      : `what the decoder makes of each code, of shape ${showShape(spec.input)}, in the model's units`,
    score: spec.table ? 'mean error of the values that are there' : SCORE_DOCS[spec.score ?? 'squared'],
    errors: spec.table
      ? "each column's error, of which a constant guess has 1; 0 where its value is missing"
      : "what each value adds to its sample's score, which is their mean",
    ...Object.fromEntries((spec.table?.columns ?? []).flatMap((column) => docsOfColumn(column, parameters))),
    ...(spec.head && {
      probabilities: 'of each class',
      label: 'the most probable class, counted from 0',
    }),
    ...(spec.pixels && {
      classMap: `the most probable class of each pixel, counted from 0, of shape ${showShape(spec.input.slice(0, 2))}`,
    }),
    ...(threshold && { anomaly: `whether the score is above ${threshold.value}` }),
  }
}

/** Of the input that takes a column, and of the output that gives it back. */
function docsOfColumn(column: ColumnSpec, parameters: Network['parameters']): [name: string, doc: string][] {
  const missing = isTextual(column) ? 'empty' : 'NaN'
  const kinds = column.type === 'number' ? '' : `; one of ${column.categories.slice(0, 20).join(', ')}`
  return [
    [
      columnInput(column.name, parameters),
      `column "${column.name}" as it is, ${missing} where a value is missing${kinds}`,
    ],
    [columnOutput(column.name), `column "${column.name}" as the model has it, in its own units`],
  ]
}

const SCORE_DOCS: Readonly<Record<ScoreName, string>> = {
  squared: 'mean squared error per value of each reconstruction',
  standardized: 'mean over the values of (error / ordinary error)²: 1 is ordinary',
  mahalanobis: 'squared Mahalanobis distance of the errors, per value: 1 is ordinary',
}
