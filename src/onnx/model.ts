import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { DiaboloError } from '../base/errors.js'
import { type GraphProtoSchema, type ModelProto, ModelProtoSchema } from './onnx_pb.js'
import { type WireLimits, withinLimits } from './wire-limits.js'

/** The operator set and file version that Diabolo writes: old enough for every runtime in use, new enough for all it needs. */
export const OPSET = 21
export const IR_VERSION = 10

/** String pairs that travel in the file. */
export type Metadata = Readonly<Record<string, string>>

/** @param doc  what the model is, for people who open the file */
export function encodeModel(
  graph: MessageInitShape<typeof GraphProtoSchema>,
  metadata: Metadata,
  doc?: string,
): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(IR_VERSION),
      producerName: 'diabolo',
      opsetImport: [{ domain: '', version: BigInt(OPSET) }],
      ...(doc !== undefined && { docString: doc }),
      graph,
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    }),
  )
}

/** What a model may hold beside its weights: a hundred times what Diabolo writes. */
const LIMITS: WireLimits = { depth: 16, messages: 2 ** 16, elements: 2 ** 20, text: 2 ** 24 }

/**
 * @throws E_FORMAT when the bytes are not an ONNX model; E_UNSAFE when they hold more than such a model does
 */
export function decodeModel(bytes: Uint8Array, at = 'model'): ModelProto {
  const refuse = (found: string, cause?: unknown): never => {
    throw new DiaboloError('E_FORMAT', {
      at,
      expected: 'an ONNX model',
      found,
      hint: 'give a model.onnx that Diabolo saved, or the run folder that holds it',
      cause,
    })
  }
  if (bytes.length === 0) return refuse('an empty file')
  const no = 'bytes that are not a protobuf message of that kind, or a file cut short'
  if (!withinLimits(bytes, ModelProtoSchema, LIMITS, at)) return refuse(no)
  let model: ModelProto
  try {
    model = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false })
  } catch (cause) {
    return refuse(no, cause)
  }
  if (!model.graph || model.opsetImport.length === 0) return refuse('a message without graph or operator set')
  return model
}

export const metadataOf = (model: ModelProto): Metadata =>
  Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]))
