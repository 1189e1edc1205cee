import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { issueOf } from '../base/issue.js'
import { MOST_VALUES } from '../base/shape.js'
import { VERSION } from '../base/version.js'
import type { StoredAs } from '../compile/epoch.js'
import { buildNetwork, type Network, type Parameters } from '../compile/network.js'
import { parseSpec } from '../compile/spec.js'
import { admitSizes } from '../graph/admit-sizes.js'
import type { Operator } from '../graph/types.js'
import { admit } from '../onnx/admit.js'
import { decodeModel, type Metadata, metadataOf } from '../onnx/model.js'
import { fromTensorProto } from '../onnx/tensor-proto.js'
import { OPS } from '../ops/index.js'
import { type Checkpoint, parametersOf, totalsOf } from '../train/checkpoint.js'
import { type Explained, explainedSchema } from '../train/solve/index.js'
import { requireTensors } from '../train/validate.js'

/** Characters of one entry of metadata. */
const MOST_JSON = 2 ** 22

const count = z.int().min(0)

/** As it was parsed: a schema that copied it would lose a key like `__proto__` before it is refused. */
const anyObject = z.custom<object>((value) => typeof value === 'object' && value !== null, 'not an object')

const storedSchema = z.object({
  dtype: z.enum(['uint8', 'float32']),
  scale: z.number(),
  missing: z.boolean().optional(),
})

const provenanceSchema = z.object({
  dataset: z.string(),
  rows: count,
  /** Of the training data: see `fingerprintOf`. Absent where it could not be computed. */
  fingerprint: z.string().optional(),
  seed: count,
  steps: count,
  versions: z.object({ diabolo: z.string(), engine: z.string() }),
  threads: count,
})

const thresholdSchema = z.object({
  /** A sample whose score is larger is an anomaly. */
  value: z.number(),
  /** The part of the samples below whose scores were not larger. */
  quantile: z.number().min(0).max(1),
  /** The part of ordinary samples that are above it, at most, where that is known: a split-conformal threshold. */
  falseAlarms: z.number().gt(0).lt(1).optional(),
  dataset: z.string(),
  rows: count,
})

/** How a model came to be; nothing here differs between two runs with the same seed, threads and machine. */
export type Provenance = z.infer<typeof provenanceSchema>

/** Which scores are too large, and which samples say so. */
export type Threshold = z.infer<typeof thresholdSchema>

/** All that a model file holds. */
export interface Artifact {
  readonly network: Network
  readonly parameters: Parameters
  readonly stored: StoredAs
  readonly provenance: Provenance
  readonly threshold?: Threshold
  /** What its principal components account for. */
  readonly explained?: Explained
}

/** What a file says about the model in it, in JSON. */
export const describeArtifact = ({ network, stored, provenance, threshold, explained }: Artifact): Metadata => ({
  'diabolo.spec': JSON.stringify(network.spec),
  'diabolo.stored': JSON.stringify(storedSchema.parse(stored)),
  'diabolo.provenance': JSON.stringify(provenance),
  ...(threshold && { 'diabolo.threshold': JSON.stringify(threshold) }),
  ...(explained && { 'diabolo.explained': JSON.stringify(explained) }),
})

/**
 * What a training had come to when a checkpoint was taken.
 *
 * @throws E_FORMAT when the checkpoint does not hold all that the model has
 */
export function artifactOf(checkpoint: Checkpoint): Artifact {
  const { spec, seed, data, engine, threads } = checkpoint.identity
  const network = buildNetwork(spec)
  requireTensors(checkpoint, network.parameters)
  const { name: dataset, rows, fingerprint, dtype, scale, missing } = data
  return {
    network,
    parameters: parametersOf(network, checkpoint),
    stored: { dtype, scale, missing },
    provenance: {
      dataset,
      rows,
      ...(fingerprint !== undefined && { fingerprint }),
      seed,
      steps: totalsOf(checkpoint.position).steps,
      versions: { diabolo: VERSION, engine },
      threads,
    },
    ...(checkpoint.explained && { explained: checkpoint.explained }),
  }
}

/**
 * Reads spec and parameters, and nothing of the file's graph: that is made again.
 *
 * @throws E_FORMAT when the bytes are not a model that Diabolo wrote; E_UNSAFE when they ask for more than one does
 */
export function readArtifact(bytes: Uint8Array, at = 'model'): Artifact {
  const model = decodeModel(bytes, at)
  admit(model, Object.keys(OPS), at)
  admitSizes(model, OPS as unknown as Readonly<Record<string, Operator>>, MOST_VALUES, at)
  const metadata = metadataOf(model)
  const read = <S extends z.ZodType>(name: string, schema: S): z.output<S> =>
    readMetadata(metadata[`diabolo.${name}`], schema, `${at}, metadata "diabolo.${name}"`)
  const network = buildNetwork(parseSpec(read('spec', anyObject), at))
  const tensors = new Map(model.graph?.initializer.map((proto) => [proto.name, proto]))
  const parameters = network.parameters.map(({ name, shape }) => {
    const proto = tensors.get(name)
    const tensor = proto && fromTensorProto(proto)
    if (tensor?.dtype === 'float32' && String(tensor.shape) === String(shape)) return [name, tensor]
    throw new DiaboloError('E_FORMAT', {
      at: `${at}, parameter "${name}"`,
      expected: `float32 [${shape.join(', ')}]`,
      found: tensor ? `${tensor.dtype} [${tensor.shape.join(', ')}]` : 'nothing',
      hint: 'the file was changed after it was saved, or is a part of a model; save or train the model again',
    })
  })
  return {
    network,
    parameters: Object.fromEntries(parameters),
    stored: read('stored', storedSchema),
    provenance: read('provenance', provenanceSchema),
    ...('diabolo.threshold' in metadata && { threshold: read('threshold', thresholdSchema) }),
    ...('diabolo.explained' in metadata && { explained: read('explained', explainedSchema) }),
  }
}

function readMetadata<S extends z.ZodType>(text: string | undefined, schema: S, at: string): z.output<S> {
  const known = text !== undefined && text.length <= MOST_JSON
  const parsed = schema.safeParse(known ? parseJson(text) : undefined)
  if (known && parsed.success) return parsed.data
  throw new DiaboloError('E_FORMAT', {
    at,
    expected: "Diabolo's own metadata in the model",
    found: text === undefined ? 'none' : !known ? `${text.length} characters` : issueOf(parsed.error),
    hint: 'only models that Diabolo saved can be loaded; other ONNX files run in any ONNX runtime',
  })
}

/** @returns nothing where the text is not JSON, as no schema takes it */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
