import { create, type MessageInitShape as Init, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModelProtoSchema } from '../../src/onnx/onnx_pb.js'
import { type WireLimits, withinLimits } from '../../src/onnx/wire-limits.js'

const ROOMY: WireLimits = { depth: 100, messages: 1000, elements: 1000, text: 1000 }

const bytesOf = (init: Init<typeof ModelProtoSchema>) => toBinary(ModelProtoSchema, create(ModelProtoSchema, init))
const check = (init: Init<typeof ModelProtoSchema>, limits: Partial<WireLimits>) =>
  withinLimits(bytesOf(init), ModelProtoSchema, { ...ROOMY, ...limits }, 'here')

describe('each bound is exact', () => {
  const tensor = {
    dims: [1n, 300n, 70_000n],
    floatData: [1, 2, 3],
    int64Data: [70_000n],
    stringData: [Uint8Array.of(1)],
  }
  test.each<[keyof WireLimits, number, Init<typeof ModelProtoSchema>]>([
    ['depth', 3, { graph: { node: [{}] } }],
    ['messages', 5, { graph: { node: [{}, {}, {}] } }],
    ['text', 7, { producerName: 'abc', graph: { name: 'd', node: [{ input: ['ef', 'g'] }] } }],
    // packed numbers of varying length are counted by their bytes: 70,000 has three
    ['elements', 3 + 3 + 3 + 1, { graph: { node: [{}], initializer: [tensor] } }],
  ])('%s', (what, most, init) => {
    expect(check(init, { [what]: most })).toBe(true)
    expect(() => check(init, { [what]: most - 1 })).toThrow(
      expect.objectContaining({ code: 'E_UNSAFE', at: 'here', expected: expect.stringContaining(`${most - 1} `) }),
    )
  })

  test('what is beside one another is not within one another', () => {
    expect(check({ graph: { node: [{}, {}, {}, {}] } }, { depth: 3 })).toBe(true)
  })

  test('bytes of tensors are not bounded', () => {
    expect(check({ graph: { initializer: [{ rawData: new Uint8Array(100_000) }] } }, {})).toBe(true)
  })
})

test('whatever the bytes, it ends without another error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(typeof withinLimits(bytes, ModelProtoSchema, ROOMY, 'here')).toBe('boolean')
    }),
    { seed: 1, numRuns: 5000 },
  )
})
