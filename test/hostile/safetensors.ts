import { formatSafetensors, parseSafetensors } from '../../src/data/formats/safetensors.js'
import { bytesOf, cuts, patched, u64 } from './data.js'
import type { HostileFormat, Malformed } from './format.js'

const valid = formatSafetensors(
  {
    weight: { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    order: { dtype: 'int32', shape: [2], data: Int32Array.of(1, 0) },
    step: { dtype: 'int64', shape: [], data: BigInt64Array.of(7n) },
  },
  { format: 'pt' },
)

/** A file with such a header, and so many bytes of values. */
const raw = (header: string, bytes = 8): Uint8Array => {
  const json = new TextEncoder().encode(header)
  const out = new Uint8Array(8 + json.length + bytes)
  out.set(u64(json.length))
  out.set(json, 8)
  return out
}
const header = (name: string, content: string, bytes = 8): Malformed => ({ name, bytes: raw(content, bytes) })

/** One tensor of two float32, but for what is wrong with it. */
const entry = (name: string, changed: object, bytes = 8): Malformed =>
  header(name, JSON.stringify({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...changed } }), bytes)

const two = (name: string, a: readonly number[], b: readonly number[], bytes = 16): Malformed => {
  const part = (data_offsets: readonly number[]) => ({ dtype: 'F32', shape: [2], data_offsets })
  return header(name, JSON.stringify({ a: part(a), b: part(b) }), bytes)
}

/** Tensors without values. */
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => `"${i}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}`).join(', ')

const malformed: Malformed[] = [
  ...cuts(valid, [0, 1, 7, 8, 9, 40, 100, valid.length - 9, valid.length - 1]),
  { name: 'one byte too many', bytes: bytesOf(valid, [0]) },
  { name: 'a header of 2⁶⁴ bytes', bytes: patched(valid, 0, [255, 255, 255, 255, 255, 255, 255, 255]) },
  { name: 'a header of 2⁶³ bytes', bytes: patched(valid, 0, [0, 0, 0, 0, 0, 0, 0, 128]) },
  { name: 'a header of 100 million bytes', bytes: patched(valid, 0, u64(100_000_000)) },
  { name: 'a header of 100 million bytes and one', bytes: patched(valid, 0, u64(100_000_001)) },
  { name: 'a header one byte shorter', bytes: patched(valid, 0, [(valid[0] as number) - 1]) },
  { name: 'a header of no bytes', bytes: new Uint8Array(16) },
  header('a header of a hundred thousand tensors', `{${many(100_000)}, "x": 1}`, 0),
  header('a header of fifty thousand tensors, and one that is none', `{${many(50_000)}, "x": 1}`, 0),
  header('a header that is not JSON', '{"x": '),
  header('a header that is text', '"weight"'),
  header('a header that is a list', '[]'),
  header('a header that is null', 'null'),
  header('a header nested a hundred thousand deep', '['.repeat(100_000)),
  { name: 'a header that is not UTF-8', bytes: bytesOf(u64(4), [0x7b, 0xff, 0xfe, 0x7d]) },
  header('no tensor but bytes', '{}'),
  header('a tensor named __proto__', '{"__proto__": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}'),
  header('metadata that is a list', '{"__metadata__": []}', 0),
  header('metadata that holds numbers', '{"__metadata__": {"epoch": 1}}', 0),
  header('a tensor that is a number', '{"x": 1}'),
  header('a tensor that is null', '{"x": null}'),
  entry('a type that there is not', { dtype: 'F31' }),
  entry('a type that is not read', { dtype: 'BF16', shape: [4] }),
  entry('a type that is a word of JavaScript', { dtype: 'constructor' }),
  entry('a type that is a number', { dtype: 11 }),
  entry('a shape that is a number', { shape: 2 }),
  entry('a shape with a length below 0', { shape: [-2] }),
  entry('a shape with half a length', { shape: [0.5, 4] }),
  entry('a shape of more values', { shape: [3] }),
  entry('a shape of 2⁶⁰ values', { shape: [2 ** 30, 2 ** 30] }),
  entry('a shape whose size overflows to what is there', { shape: [2 ** 31, 2 ** 31, 4] }),
  entry('a shape of a thousand axes', { shape: Array.from({ length: 1000 }, () => 1) }),
  entry('a place below 0', { data_offsets: [-8, 0] }),
  entry('a place that ends before it begins', { data_offsets: [8, 0] }),
  entry('a place beyond the end', { data_offsets: [8, 16] }),
  entry('a place far beyond the end', { data_offsets: [0, 2 ** 52] }),
  entry('a place of three numbers', { data_offsets: [0, 4, 8] }),
  entry('a place that is text', { data_offsets: '0:8' }),
  entry('a field that the format does not have', { offset: 0 }),
  entry('values that begin late', { data_offsets: [4, 12] }, 12),
  entry('values after the last tensor', {}, 12),
  two('two tensors in one place', [0, 8], [0, 8], 8),
  two('two tensors that overlap', [0, 8], [4, 12], 12),
  two('a gap between two tensors', [0, 8], [12, 20], 20),
]

export const SAFETENSORS: HostileFormat = {
  format: 'safetensors',
  seeds: [valid, formatSafetensors({})],
  read: async (bytes) => parseSafetensors(bytes, 'hostile'),
  malformed,
}
