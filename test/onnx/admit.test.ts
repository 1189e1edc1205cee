import { create, type MessageInitShape as Init } from '@bufbuild/protobuf'
import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { encode } from '../../src/graph/encode.js'
import type { Value } from '../../src/graph/types.js'
import { admit } from '../../src/onnx/admit.js'
import { decodeModel } from '../../src/onnx/model.js'
import {
  AttributeProto_AttributeType,
  type GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  TensorProto_DataLocation,
} from '../../src/onnx/onnx_pb.js'
import { gemm, loop, OPS, tanh } from '../../src/ops/index.js'
import { bodyOf } from '../ops/cases/loop.js'

const OURS = Object.keys(OPS)

type Parts = Pick<Init<typeof ModelProtoSchema>, 'functions' | 'trainingInfo' | 'opsetImport'>

const modelOf = (graph: Init<typeof GraphProtoSchema>, rest: Parts = {}): ModelProto =>
  create(ModelProtoSchema, { opsetImport: [{ domain: '', version: 21n }], graph, ...rest })

const relu = { opType: 'Relu', input: ['x'], output: ['y'] }
const body = { name: 'body', node: [relu] }

function looped(): ModelProto {
  const vector = { dtype: 'float32', shape: [2] } as const
  const builder = new GraphBuilder()
  const x = builder.input('x', vector)
  const endless = bodyOf([vector], [], ({ carried: [y] }) => ({ carried: [tanh(y as Value)] }))
  const [y] = loop({ trips: builder.scalar(9, 'int64'), carried: [x], captured: [], body: endless })
  return decodeModel(encode(builder.build({ y: y as Value }), 'looped'))
}

test('a model as plain as ours passes', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', { dtype: 'float32', shape: ['batch', 2] })
  const w = builder.constant({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }, 'w')
  const model = decodeModel(encode(builder.build({ y: tanh(gemm(x, w)) }), 'plain'))
  expect(() => admit(model, OURS, 'model.onnx')).not.toThrow()
  expect(() => admit(modelOf(body), OURS, 'model.onnx')).not.toThrow()
})

describe('a model that asks for more is refused', () => {
  const { GRAPH, GRAPHS } = AttributeProto_AttributeType
  test.each<[string, ModelProto, string]>([
    ['functions of its own', modelOf(body, { functions: [{ name: 'f', domain: 'local' }] }), '1'],
    ['training information', modelOf(body, { trainingInfo: [{}] }), '1 entries'],
    [
      'another operator set',
      modelOf(body, { opsetImport: [{ domain: 'com.microsoft', version: 1n }] }),
      '"com.microsoft"',
    ],
    ['an operator of another domain', modelOf({ node: [{ ...relu, domain: 'evil' }] }), '"evilRelu"'],
    ['an operator that Diabolo does not have', modelOf({ node: [relu, { opType: 'Einsum' }] }), '"Einsum"'],
    ['an operator without name', modelOf({ node: [{}] }), '""'],
    ['a loop', modelOf({ node: [{ opType: 'Loop' }] }), '"Loop"'],
    ['a loop that Diabolo wrote', looped(), '"Loop"'],
    ['a scan', modelOf({ node: [{ opType: 'Scan' }] }), '"Scan"'],
    ['a branch', modelOf({ node: [{ opType: 'If' }] }), '"If"'],
    [
      'a graph in an operator',
      modelOf({ node: [{ ...relu, attribute: [{ name: 'g', type: GRAPH, g: body }] }] }),
      'one in Relu',
    ],
    [
      'graphs in an operator',
      modelOf({ node: [{ ...relu, attribute: [{ name: 'g', type: GRAPHS, graphs: [body] }] }] }),
      'one in Relu',
    ],
    [
      'data in another file',
      modelOf({ initializer: [{ name: 'w', externalData: [{ key: 'location', value: '../../secret' }] }] }),
      'external data of "w"',
    ],
    [
      'data said to be in another file',
      modelOf({ initializer: [{ name: 'w', dataLocation: TensorProto_DataLocation.EXTERNAL }] }),
      'external data of "w"',
    ],
    ['sparse data', modelOf({ sparseInitializer: [{}] }), 'sparse ones'],
  ])('%s', (_, model, found) => {
    // even where the caller's list would let it pass
    const allowed = [...OURS, 'Scan', 'If']
    expect(() => admit(model, allowed, 'model.onnx')).toThrow(
      expect.objectContaining({ code: 'E_UNSAFE', at: 'model.onnx', found }),
    )
  })
})
