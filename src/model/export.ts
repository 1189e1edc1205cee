import { showShape } from '../base/shape.js'
import { compileAutoencoder, compileDecoder, type InferenceOutput } from '../compile/inference.js'
import { type Artifact, describeArtifact } from './artifact.js'
import { exportTraining, type TrainingExport } from './training-export.js'

/** What a model can be taken elsewhere as, each an ONNX file. */
export const EXPORTS = ['autoencoder', 'encoder', 'decoder', 'score', 'training'] as const
export type ExportName = (typeof EXPORTS)[number]

/**
 * One ONNX file.
 *
 * autoencoder   input → code, reconstruction, score; with a threshold also anomaly; with a head probabilities and label
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
function docsOf({ network: { spec, codeShape }, stored, threshold }: Artifact): Readonly<Record<string, string>> {
  const scaled = stored.scale === 1 ? '' : `, seen as value × ${stored.scale}`
  return {
    input: `samples of shape ${showShape(spec.input)}, one per row${scaled}`,
    code: `what the encoder makes of each sample, of shape ${showShape(codeShape)}`,
    reconstruction: `what the decoder makes of each code, of shape ${showShape(spec.input)}, in the model's units`,
    score: 'mean squared error per value of each reconstruction',
    ...(spec.head && {
      probabilities: 'of each class',
      label: 'the most probable class, counted from 0',
    }),
    ...(threshold && { anomaly: `whether the score is above ${threshold.value}` }),
  }
}
