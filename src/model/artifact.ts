import { DiaboloError } from '../base/errors.js'
import type { StoredAs } from '../compile/epoch.js'
import { compileAutoencoder } from '../compile/inference.js'
import { buildNetwork, type Network, type Parameters } from '../compile/network.js'
import { parseSpec } from '../compile/spec.js'
import { admit } from '../onnx/admit.js'
import { decodeModel, metadataOf } from '../onnx/model.js'
import { fromTensorProto } from '../onnx/tensor-proto.js'
import { OPS } from '../ops/index.js'

/** How a model came to be; nothing here differs between two runs with the same seed, threads and machine. */
export interface Provenance {
  readonly dataset: string
  readonly rows: number
  readonly seed: number
  readonly steps: number
  readonly engine: string
  readonly threads: number
}

/** All that a model file holds. */
export interface Artifact {
  readonly network: Network
  readonly parameters: Parameters
  readonly stored: StoredAs
  readonly provenance: Provenance
}

/** One ONNX file: input → code, reconstruction, score; the spec and provenance as JSON in its metadata. */
export function writeArtifact({ network, parameters, stored, provenance }: Artifact): Uint8Array {
  return compileAutoencoder(network, parameters, stored, {
    'diabolo.spec': JSON.stringify(network.spec),
    'diabolo.stored': JSON.stringify({ dtype: stored.dtype, scale: stored.scale }),
    'diabolo.provenance': JSON.stringify(provenance),
  })
}

/**
 * @throws E_FORMAT when the bytes are not a model that Diabolo wrote; E_UNSAFE when they ask for more than one does
 */
export function readArtifact(bytes: Uint8Array, at = 'model'): Artifact {
  const model = decodeModel(bytes, at)
  admit(model, Object.keys(OPS), at)
  const metadata = metadataOf(model)
  const network = buildNetwork(parseSpec(readJson(metadata['diabolo.spec'], at), at))
  const tensors = new Map(model.graph?.initializer.map((proto) => [proto.name, proto]))
  const parameters = network.parameters.map(({ name, shape }) => {
    const proto = tensors.get(name)
    const tensor = proto && fromTensorProto(proto)
    if (tensor?.dtype === 'float32' && String(tensor.shape) === String(shape)) return [name, tensor]
    throw new DiaboloError('E_FORMAT', {
      at: `${at}, parameter "${name}"`,
      expected: `float32 [${shape.join(', ')}]`,
      found: tensor ? `${tensor.dtype} [${tensor.shape.join(', ')}]` : 'nothing',
      hint: 'the file was changed after it was saved; save or train the model again',
    })
  })
  return {
    network,
    parameters: Object.fromEntries(parameters),
    stored: readJson(metadata['diabolo.stored'], at) as StoredAs,
    provenance: readJson(metadata['diabolo.provenance'], at) as Provenance,
  }
}

function readJson(text: string | undefined, at: string): unknown {
  try {
    if (text !== undefined) return JSON.parse(text)
  } catch {
    // the error below says what to do
  }
  throw new DiaboloError('E_FORMAT', {
    at,
    expected: "Diabolo's own metadata in the model",
    found: text === undefined ? 'none' : 'metadata that is not JSON',
    hint: 'only models that Diabolo saved can be loaded; other ONNX files run in any ONNX runtime',
  })
}
