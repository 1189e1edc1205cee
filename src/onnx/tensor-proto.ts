import { create } from '@bufbuild/protobuf'
import { DiaboloError } from '../base/errors.js'
import { type DType, showShape, sizeOf, type TensorType } from '../base/shape.js'
import { type AnyTensor, ARRAY_OF, type Tensor } from '../base/tensor.js'
import { type TensorProto, TensorProto_DataType, TensorProtoSchema } from './onnx_pb.js'

/** ONNX's number for each element type. */
export const ELEMENT_TYPE: Readonly<Record<DType, TensorProto_DataType>> = {
  float32: TensorProto_DataType.FLOAT,
  float64: TensorProto_DataType.DOUBLE,
  uint8: TensorProto_DataType.UINT8,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
  string: TensorProto_DataType.STRING,
}

const DTYPE_OF = new Map(Object.entries(ELEMENT_TYPE).map(([dtype, number]) => [number as number, dtype as DType]))

/** The type of an element by ONNX's number, where it is one of ours. */
export const dtypeOf = (number: number): DType | undefined => DTYPE_OF.get(number)

/** Little-endian raw data, as ONNX defines it; text as UTF-8, string by string. */
export function toTensorProto(name: string, { dtype, shape, data }: AnyTensor): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: ELEMENT_TYPE[dtype],
    dims: shape.map(BigInt),
    ...('buffer' in data
      ? { rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
      : { stringData: data.map((text) => new TextEncoder().encode(text)) }),
  })
}

/**
 * What a tensor is, once the bytes that it holds have been found to be as many as that needs; nothing is copied.
 *
 * @throws E_FORMAT when the element type is not one of ours, the data is elsewhere, or its length does not fit the shape
 */
export function tensorTypeOf(proto: TensorProto): TensorType & { readonly shape: readonly number[] } {
  const refuse = (expected: string, found: string): never => {
    throw new DiaboloError('E_FORMAT', {
      at: `tensor "${proto.name}"`,
      expected,
      found,
      hint: 'read a model that Diabolo wrote, or export it again',
    })
  }
  const dtype = dtypeOf(proto.dataType ?? 0)
  if (!dtype) return refuse(`element type ${[...DTYPE_OF.values()].join(', ')}`, `ONNX type ${proto.dataType}`)
  if (proto.externalData.length > 0) return refuse('data inside the file', 'external data')
  const shape = proto.dims.map(Number)
  if (shape.some((length) => length < 0)) return refuse('lengths of 0 or more', showShape(shape))
  const size = sizeOf(shape)
  if (dtype === 'string') {
    return proto.stringData.length === size ? { dtype, shape } : refuse(`${size} strings`, `${proto.stringData.length}`)
  }
  const [wanted, held] = [size * ARRAY_OF[dtype].BYTES_PER_ELEMENT, proto.rawData?.byteLength ?? 0]
  return held === wanted ? { dtype, shape } : refuse(`${wanted} bytes of raw data`, `${held}`)
}

/**
 * @throws E_FORMAT as `tensorTypeOf` does
 */
export function fromTensorProto(proto: TensorProto): AnyTensor {
  const { dtype, shape } = tensorTypeOf(proto)
  if (dtype === 'string') return { dtype, shape, data: proto.stringData.map((text) => new TextDecoder().decode(text)) }
  return { dtype, shape, data: new ARRAY_OF[dtype](new Uint8Array(proto.rawData ?? []).buffer) } as Tensor
}
