import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnyTensor, Tensor } from '../../src/base/tensor.js'
import { TensorProto_DataType, TensorProtoSchema } from '../../src/onnx/onnx_pb.js'
import { fromTensorProto, toTensorProto } from '../../src/onnx/tensor-proto.js'

const through = (tensor: AnyTensor): AnyTensor =>
  fromTensorProto(fromBinary(TensorProtoSchema, toBinary(TensorProtoSchema, toTensorProto('t', tensor))))

describe('a tensor to protobuf and back', () => {
  const lists = {
    float32: fc.float32Array({ maxLength: 24 }),
    uint8: fc.uint8Array({ maxLength: 24 }),
    int32: fc.int32Array({ maxLength: 24 }),
    int64: fc.bigInt64Array({ maxLength: 24 }),
  }

  test.each(['float32', 'uint8', 'int32', 'int64'] as const)('%s', (dtype) => {
    fc.assert(
      fc.property(lists[dtype] as fc.Arbitrary<Tensor['data']>, (data) => {
        const tensor = { dtype, shape: [data.length], data } as Tensor
        expect(through(tensor)).toEqual(tensor)
      }),
      { seed: 1 },
    )
  })

  test.each<AnyTensor>([
    { dtype: 'bool', shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) },
    { dtype: 'float32', shape: [], data: Float32Array.of(Number.NaN) },
    { dtype: 'float32', shape: [0, 3], data: new Float32Array() },
    { dtype: 'float64', shape: [2], data: Float64Array.of(0.1, -1e300) },
    { dtype: 'string', shape: [3, 1], data: ['', 'Zürich', 'a\nb'] },
    { dtype: 'int64', shape: [1, 1, 2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  ])('$dtype $shape', (tensor) => expect(through(tensor)).toEqual(tensor))

  test('a view on part of a buffer gives that part', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3)
    expect(through({ dtype: 'float32', shape: [2], data })).toEqual({ dtype: 'float32', shape: [2], data })
  })

  test('little-endian, row-major raw bytes, as ONNX has them', () => {
    const { rawData, dims, dataType, name } = toTensorProto('w', {
      dtype: 'int32',
      shape: [1, 2],
      data: Int32Array.of(1, 258),
    })
    expect(Array.from(rawData ?? [])).toEqual([1, 0, 0, 0, 2, 1, 0, 0])
    expect({ dims, dataType, name }).toEqual({ dims: [1n, 2n], dataType: TensorProto_DataType.INT32, name: 'w' })
  })
})

describe('what cannot be read is refused', () => {
  const proto = (change: object) =>
    create(TensorProtoSchema, {
      name: 'w',
      dataType: TensorProto_DataType.FLOAT,
      dims: [2n],
      rawData: new Uint8Array(8),
      ...change,
    })

  test.each<[string, object, string]>([
    ['an element type that is not ours', { dataType: TensorProto_DataType.FLOAT16 }, 'ONNX type 10'],
    ['no element type', { dataType: TensorProto_DataType.UNDEFINED }, 'ONNX type 0'],
    ['data in another file', { externalData: [{ key: 'location', value: '/etc/passwd' }] }, 'external data'],
    ['too few bytes', { rawData: new Uint8Array(7) }, '7'],
    ['too many bytes', { dims: [1n] }, '8'],
    ['no bytes', { rawData: new Uint8Array() }, '0'],
    ['numbers outside the raw data', { rawData: new Uint8Array(), floatData: [1, 2] }, '0'],
    ['fewer texts than the shape has places', { dataType: TensorProto_DataType.STRING }, '0'],
    ['negative lengths', { dims: [-1n, -2n] }, '[-1, -2]'],
    ['lengths past counting', { dims: [2n ** 62n, 2n ** 62n] }, '8'],
  ])('%s', (_, change, found) => {
    const refusal = { code: 'E_FORMAT', at: 'tensor "w"', found }
    expect(() => fromTensorProto(proto(change))).toThrow(expect.objectContaining(refusal))
  })
})
