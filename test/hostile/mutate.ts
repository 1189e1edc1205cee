import type { Rng } from '../../src/base/random.js'

/** Numbers at which lengths, counts and signs go wrong. */
const EXTREMES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]
const WIDTHS = [1, 2, 4, 8]
/** Digits, brackets, quotes and words that text formats give a meaning. */
const TOKENS = [
  '0',
  '-1',
  '9'.repeat(30),
  '1e999',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ',',
  ';',
  '\t',
  '\n',
  '\r',
  '\0',
  '(',
  ')',
  'NaN',
  'null',
  'true',
  '__proto__',
  '\ufeff',
  '∞',
]

const encoder = new TextEncoder()

type Mutation = (bytes: Uint8Array, random: Rng, others: readonly Uint8Array[]) => Uint8Array

const placeIn = (bytes: Uint8Array, random: Rng) => random.int(Math.max(1, bytes.length))
const some = <T>(list: readonly T[], random: Rng): T => list[random.int(list.length)] as T
const splice = (bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + removed)])

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const out = Uint8Array.from(bytes)
    const at = placeIn(bytes, random)
    out[at] = (out[at] as number) ^ (1 << random.int(8))
    return out
  },
  function setByte(bytes, random) {
    const out = Uint8Array.from(bytes)
    out[placeIn(bytes, random)] = random.int(256)
    return out
  },
  function truncate(bytes, random) {
    return bytes.slice(0, placeIn(bytes, random))
  },
  function drop(bytes, random) {
    return splice(bytes, placeIn(bytes, random), 1 + random.int(16), new Uint8Array())
  },
  function repeat(bytes, random) {
    const at = placeIn(bytes, random)
    const part = bytes.subarray(at, at + 1 + random.int(64))
    return splice(bytes, at, 0, part)
  },
  function insert(bytes, random) {
    return splice(
      bytes,
      placeIn(bytes, random),
      0,
      Uint8Array.from({ length: 1 + random.int(8) }, () => random.int(256)),
    )
  },
  function transplant(bytes, random, others) {
    const other = some(others, random)
    const from = placeIn(other, random)
    return splice(bytes, placeIn(bytes, random), random.int(32), other.subarray(from, from + 1 + random.int(64)))
  },
  function writeExtreme(bytes, random) {
    const out = Uint8Array.from(bytes)
    const width = some(WIDTHS, random)
    const value = some(EXTREMES, random)
    const at = placeIn(bytes, random)
    const little = random.int(2) === 0
    for (let i = 0; i < width && at + i < out.length; i++) {
      const place = little ? i : width - 1 - i
      out[at + i] = place < 4 ? (value >>> (8 * place)) & 255 : value === 0xffffffff ? 255 : 0
    }
    return out
  },
  function growLength(bytes, random) {
    // what stands near the front or the end is often a length: a little more, or a little less
    const out = Uint8Array.from(bytes)
    const near = Math.min(bytes.length, 64)
    const at =
      random.int(2) === 0
        ? random.int(Math.max(1, near))
        : Math.max(0, bytes.length - 1 - random.int(Math.max(1, near)))
    out[at] = ((out[at] as number) + random.int(9) - 4) & 255
    return out
  },
  function putToken(bytes, random) {
    return splice(bytes, placeIn(bytes, random), random.int(4), encoder.encode(some(TOKENS, random)))
  },
]

/**
 * Bytes that were valid, spoilt one to four times.
 *
 * @param others  valid ones of other formats too, of which parts are taken
 */
export function mutate(bytes: Uint8Array, random: Rng, others: readonly Uint8Array[]): Uint8Array {
  let out = bytes
  for (let left = 1 + random.int(4); left > 0; left--) out = some(MUTATIONS, random)(out, random, others)
  return out
}
