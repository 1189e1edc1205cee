import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DiaboloError } from '../../../src/base/errors.js'
import type { Tensor } from '../../../src/base/tensor.js'
import { formatSafetensors, parseSafetensors } from '../../../src/data/formats/safetensors.js'

/** A file with this header, and so many bytes of values. */
function file(header: unknown, values = 0, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + values)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}
const f32 = (shape: readonly number[], from: number, to: number) => ({ dtype: 'F32', shape, data_offsets: [from, to] })

const anyTensor: fc.Arbitrary<Tensor> = fc.oneof(
  fc.float32Array().map((data): Tensor => ({ dtype: 'float32', shape: [data.length], data })),
  fc.uint8Array().map((data): Tensor => ({ dtype: 'uint8', shape: [1, data.length], data })),
  fc.int32Array().map((data): Tensor => ({ dtype: 'int32', shape: [data.length, 1], data })),
  fc.bigInt64Array({ minLength: 1, maxLength: 1 }).map((data): Tensor => ({ dtype: 'int64', shape: [], data })),
)
const anyName = fc.string({ unit: 'grapheme' }).filter((name) => !['__proto__', '__metadata__'].includes(name))

describe('safetensors', () => {
  test('what is written is read back, to the bit', () => {
    fc.assert(
      fc.property(fc.dictionary(anyName, anyTensor), fc.dictionary(anyName, fc.string()), (tensors, metadata) => {
        const read = parseSafetensors(formatSafetensors(tensors, metadata), 'f')
        expect(new Set(read.tensors.keys())).toEqual(new Set(Object.keys(tensors)))
        for (const [name, { dtype, shape, data }] of read.tensors) {
          const wanted = tensors[name] as Tensor
          expect({ dtype, shape }).toEqual({ dtype: wanted.dtype, shape: wanted.shape })
          expect(Buffer.from(data.buffer)).toEqual(
            Buffer.from(wanted.data.buffer, wanted.data.byteOffset, wanted.data.byteLength),
          )
        }
        expect(read.metadata).toEqual(metadata)
      }),
    )
  })

  test('is what the format says, byte for byte', () => {
    const written = formatSafetensors({
      n: { dtype: 'uint8', shape: [3], data: Uint8Array.of(7, 8, 9) },
      w: { dtype: 'float32', shape: [2], data: Float32Array.of(1, -2) },
    })
    const header =
      '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"n":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}'
    expect(Buffer.from(written.subarray(8)).toString('latin1')).toBe(
      `${header.padEnd(112)}\0\0\x80\x3f\0\0\0\xc0\x07\x08\x09`,
    )
    expect([...written.subarray(0, 8)]).toEqual([112, 0, 0, 0, 0, 0, 0, 0])
  })

  test('values that lie at odd places are read', () => {
    const bytes = file(
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}',
      5,
    )
    bytes.set([5, 0, 0, 0x80, 0x3f], bytes.length - 5)
    const { tensors } = parseSafetensors(bytes, 'f')
    expect([...tensors].map(([name, { data }]) => [name, ...data])).toEqual([
      ['a', 5],
      ['b', 1],
    ])
  })

  const huge = 2 ** 52
  test.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(), 'E_TRUNCATED'],
    ['a length cut short', new Uint8Array(7), 'E_TRUNCATED'],
    ['a header longer than the file', file('{}', 0, 3n), 'E_TRUNCATED'],
    ['a header of 2⁶⁴ − 1 bytes', file('{}', 0, 2n ** 64n - 1n), 'E_FORMAT'],
    ['a header of 100 MB and a byte', file('{}', 0, 100_000_001n), 'E_FORMAT'],
    ['a header of no bytes', file('', 4), 'E_FORMAT'],
    ['a header that is not JSON', file('{"a":'), 'E_FORMAT'],
    ['a header that is not UTF-8', file('{"a":1}').with(9, 0xff), 'E_FORMAT'],
    ['a header that is a list', file([1]), 'E_FORMAT'],
    ['a header that is null', file('null'), 'E_FORMAT'],
    ['metadata that are numbers', file({ __metadata__: { a: 1 } }), 'E_FORMAT'],
    ['a tensor named __proto__', file('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), 'E_FORMAT'],
    ['a tensor that is a number', file({ a: 3 }, 4), 'E_FORMAT'],
    ['a tensor with more than is known', file({ a: { ...f32([1], 0, 4), strides: [1] } }, 4), 'E_FORMAT'],
    ['another type', file({ a: { ...f32([2], 0, 4), dtype: 'F16' } }, 4), 'E_FORMAT'],
    ['a type that objects inherit', file({ a: { ...f32([1], 0, 4), dtype: 'constructor' } }, 4), 'E_FORMAT'],
    ['a negative length', file({ a: f32([-1], 0, 4) }, 4), 'E_FORMAT'],
    ['half a length', file({ a: f32([0.5], 0, 2) }, 2), 'E_FORMAT'],
    ['a shape that overflows', file({ a: f32([huge, huge, huge], 0, 4) }, 4), 'E_FORMAT'],
    ['a shape that overflows to zero', file({ a: f32([2 ** 32, 2 ** 32], 0, 0) }), 'E_FORMAT'],
    ['200 axes', file({ a: f32(new Array(200).fill(1), 0, 4) }, 4), 'E_FORMAT'],
    ['an offset below 0', file({ a: f32([1], -4, 0) }, 4), 'E_FORMAT'],
    ['offsets the wrong way round', file({ a: f32([1], 4, 0) }, 4), 'E_FORMAT'],
    ['offsets that are not its size', file({ a: f32([1], 0, 8) }, 8), 'E_FORMAT'],
    ['values cut short', file({ a: f32([2], 0, 8) }, 4), 'E_TRUNCATED'],
    ['a claim of 2⁵² bytes', file({ a: f32([huge / 4], 0, huge) }, 4), 'E_TRUNCATED'],
    ['values left over', file({ a: f32([1], 0, 4) }, 5), 'E_FORMAT'],
    ['a hole before', file({ a: f32([1], 4, 8) }, 8), 'E_FORMAT'],
    ['a hole between', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), 'E_FORMAT'],
    ['tensors that overlap', file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), 'E_FORMAT'],
    ['tensors at the same place', file({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4), 'E_FORMAT'],
    [
      'a name given twice',
      file(`{"a":${JSON.stringify(f32([1], 0, 4))},"a":${JSON.stringify(f32([1], 4, 8))}}`, 8),
      'E_FORMAT',
    ],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => parseSafetensors(bytes, 'weights')).toThrow(expect.objectContaining({ code, at: 'weights' }))
  })

  test('mutated files are read or refused, and nothing else', () => {
    const whole = formatSafetensors(
      { w: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } },
      { made: 'here' },
    )
    const edit = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) })
    const anyLength = fc.option(fc.nat(whole.length), { nil: whole.length })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), anyLength, (edits, length) => {
        const bytes = whole.slice(0, length)
        for (const { at, to } of edits) if (at < bytes.length) bytes[at] = to
        try {
          parseSafetensors(bytes, 'f')
        } catch (error) {
          expect(error).toBeInstanceOf(DiaboloError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test.each(['__proto__', '__metadata__'])('a tensor is not written under the name %s', (name) => {
    const tensors = Object.fromEntries([[name, { dtype: 'uint8', shape: [1], data: Uint8Array.of(1) } as const]])
    expect(() => formatSafetensors(tensors)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })
})
