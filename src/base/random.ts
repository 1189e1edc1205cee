/**
 * Seeded randomness. Every draw in Diabolo comes from a generator made from a seed and a path of keys, so that a number
 * depends on what it is for (`'init', 'encoder.0.weight'`; `'order', epoch`), never on how many were drawn before it.
 *
 * Generator: xoshiro128** (Blackman & Vigna 2018), seeded by hashing the keys with MurmurHash3's mixing.
 */
export interface Rng {
  /** An integer in [0, 2³²). */
  uint32(): number
  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number
  /** Standard normal (Box–Muller; both halves of a pair are used). */
  normal(): number
  /** Uniform over 0 … below − 1, without bias (Lemire 2019). */
  int(below: number): number
}

export type Key = number | string

export function rng(seed: number, ...path: readonly Key[]): Rng {
  let [a, b, c, d] = hash(seed, path)
  let spare: number | undefined

  function uint32(): number {
    const result = Math.imul(rotl(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotl(d, 11)
    return result
  }
  const uniform = () => uint32() / 2 ** 32

  function normal(): number {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  function int(below: number): number {
    const rejected = 2 ** 32 % below
    for (;;) {
      // the 64-bit product draw × below in halves, because a number holds 53 bits
      const draw = uint32()
      const lower = (draw & 0xffff) * below
      const upper = (draw >>> 16) * below + Math.floor(lower / 2 ** 16)
      const low = (upper % 2 ** 16) * 2 ** 16 + (lower % 2 ** 16)
      if (low >= rejected) return Math.floor(upper / 2 ** 16)
    }
  }
  return { uint32, uniform, normal, int }
}

/** 0 … length − 1 in random order (Fisher–Yates). */
export function permutation(length: number, random: Rng): Int32Array {
  const order = Int32Array.from({ length }, (_, i) => i)
  for (let i = length - 1; i > 0; i--) {
    const j = random.int(i + 1)
    const held = order[i] as number
    order[i] = order[j] as number
    order[j] = held
  }
  return order
}

const rotl = (x: number, by: number) => (x << by) | (x >>> (32 - by))

function hash(seed: number, path: readonly Key[]): [number, number, number, number] {
  let h = 0x9747b28c
  const mix = (word: number) => {
    h ^= Math.imul(rotl(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)
    h = (Math.imul(rotl(h, 13), 5) + 0xe6546b64) | 0
  }
  for (const key of [seed, ...path]) {
    if (typeof key === 'number') {
      mix(key | 0)
      mix(Math.floor(key / 2 ** 32) | 0)
    } else {
      for (let i = 0; i < key.length; i++) mix(key.charCodeAt(i))
      mix(~key.length)
    }
  }
  const words: number[] = []
  for (let i = 0; i < 4; i++) {
    mix(i)
    let w = h
    w = Math.imul(w ^ (w >>> 16), 0x85ebca6b)
    w = Math.imul(w ^ (w >>> 13), 0xc2b2ae35)
    words.push(w ^ (w >>> 16))
  }
  return words as [number, number, number, number]
}
