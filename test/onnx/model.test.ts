import { create, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DiaboloError } from '../../src/base/errors.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { encode } from '../../src/graph/encode.js'
import { admit } from '../../src/onnx/admit.js'
import { decodeModel, encodeModel, metadataOf } from '../../src/onnx/model.js'
import { ModelProtoSchema } from '../../src/onnx/onnx_pb.js'
import { fromTensorProto } from '../../src/onnx/tensor-proto.js'
import { add, gemm, OPS, sigmoid } from '../../src/ops/index.js'

function model(): Uint8Array {
  const builder = new GraphBuilder()
  const x = builder.input('input', { dtype: 'float32', shape: ['batch', 3] })
  const w = builder.constant({ dtype: 'float32', shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }, 'weight')
  return encode(builder.build({ code: sigmoid(add(gemm(x, w), 1)) }), 'small', { metadata: { 'diabolo.spec': '{}' } })
}

describe('a model to bytes and back', () => {
  test('keeps its graph', () => {
    const { graph } = decodeModel(model())
    expect(graph?.name).toBe('small')
    expect(graph?.node.map(({ opType }) => opType)).toEqual(['Gemm', 'Add', 'Sigmoid'])
    expect(graph?.initializer.map(({ name }) => name)).toContain('weight')
  })

  test('keeps metadata, whatever the strings', () => {
    const strings = fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(strings, (metadata) => {
        expect(metadataOf(decodeModel(encodeModel({ name: 'empty' }, metadata)))).toEqual({ ...metadata })
      }),
      { seed: 1 },
    )
  })

  test('gives the same bytes again', () => {
    const bytes = model()
    expect(toBinary(ModelProtoSchema, decodeModel(bytes))).toEqual(bytes)
  })
})

describe('what is not a model is refused', () => {
  const refusal = (found: string) =>
    expect.objectContaining({ code: 'E_FORMAT', at: 'here', found: expect.stringContaining(found) })
  const text = new TextEncoder().encode('P5 28 28 255 and so on, not a protobuf message at all')

  test.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(), 'an empty file'],
    ['text', text, 'not a protobuf message'],
    ['zeros', new Uint8Array(100), 'not a protobuf message'],
    ['a model cut short', model().subarray(0, -40), 'not a protobuf message'],
    [
      'a model without graph',
      toBinary(ModelProtoSchema, create(ModelProtoSchema, { opsetImport: [{ version: 21n }] })),
      'without graph',
    ],
    [
      'a model without operator set',
      toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 10n, graph: { name: 'g' } })),
      'without graph or operator set',
    ],
  ])('%s', (_, bytes, found) => {
    expect(() => decodeModel(bytes, 'here')).toThrow(DiaboloError)
    expect(() => decodeModel(bytes, 'here')).toThrow(refusal(found))
  })

  test('messages nested as deep as they go', () => {
    // attribute.g.node.attribute.g …: a length-delimited field in each other
    let bytes = new Uint8Array()
    const within = (field: number, inner: Uint8Array) =>
      Uint8Array.from([(field << 3) | 2, ...varint(inner.length), ...inner])
    for (let i = 0; i < 2000; i++) bytes = within(1, within(5, within(6, bytes)))
    const deep = within(7, bytes)
    expect(() => decodeModel(deep, 'here')).toThrow(expect.objectContaining({ code: 'E_UNSAFE', at: 'here' }))
  })
})

test('bytes that would become millions of objects become none', () => {
  // ten million empty nodes: 20 MB, and several GB once decoded
  const nodes = Uint8Array.from({ length: 2e7 }, (_, i) => (i % 2 === 0 ? 0x0a : 0))
  const head = [0x3a, ...varint(nodes.length)]
  const bytes = new Uint8Array(head.length + nodes.length)
  bytes.set(head)
  bytes.set(nodes, head.length)
  const before = process.memoryUsage().rss
  expect(() => decodeModel(bytes)).toThrow(expect.objectContaining({ code: 'E_UNSAFE' }))
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 26)
})

describe('damaged bytes never fail in another way than by our own error', () => {
  /** All that is done with bytes from outside before they are believed. */
  function read(bytes: Uint8Array): void {
    const decoded = decodeModel(bytes)
    admit(decoded, Object.keys(OPS), 'model')
    metadataOf(decoded)
    for (const proto of decoded.graph?.initializer ?? []) fromTensorProto(proto)
  }

  function outcome(bytes: Uint8Array): string {
    try {
      read(bytes)
      return 'read'
    } catch (error) {
      if (error instanceof DiaboloError) return error.code
      throw error
    }
  }

  const whole = model()
  const allowed = ['read', 'E_FORMAT', 'E_UNSAFE']

  test('cut at every length', () => {
    for (let length = 0; length < whole.length; length++) expect(allowed).toContain(outcome(whole.slice(0, length)))
    expect(outcome(whole)).toBe('read')
  })

  test('with bytes changed, taken out or put in', () => {
    const edit = fc.record({
      at: fc.nat(whole.length - 1),
      byte: fc.nat(255),
      kind: fc.constantFrom('set', 'cut', 'put'),
    })
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const bytes = Array.from(whole)
        for (const { at, byte, kind } of edits)
          bytes.splice(at, kind === 'put' ? 0 : 1, ...(kind === 'cut' ? [] : [byte]))
        seen.add(outcome(Uint8Array.from(bytes)))
      }),
      { seed: 1, numRuns: 3000 },
    )
    expect([...seen].sort()).toEqual([...allowed].sort())
  })

  test('at random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['E_FORMAT', 'E_UNSAFE']).toContain(outcome(bytes))
      }),
      { seed: 1, numRuns: 2000 },
    )
  })
})

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}
