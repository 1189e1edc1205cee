import { z } from 'zod'
import { type Rng, rng } from '../base/random.js'
import type { Value } from '../graph/types.js'
import { add, cast, concat, floor, greater, less, max, min, mul, slice, sub, where } from '../ops/index.js'
import type { Columns } from './columns.js'

const common = {
  /** New noise every epoch; otherwise each sample keeps the noise it got first. */
  fresh: z.boolean().default(false),
  /** The part of the samples, drawn anew every epoch, that is left clean. */
  spare: z.number().min(0).max(1).default(0),
  /** What is changed: the sample before it is encoded, or its code before it is decoded. */
  at: z.enum(['input', 'code']).optional(),
}
const part = z.number().min(0).lt(1)

/** What is done to a sample before it is encoded, or to its code; the target stays clean. */
export const corruptionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('gaussian'), sigma: z.number().min(0), clip: z.boolean().default(true), ...common }),
  z.strictObject({ type: z.literal('masking'), part, ...common }),
  z.strictObject({ type: z.literal('saltAndPepper'), part, ...common }),
  z.strictObject({ type: z.literal('mix'), amount: part, ...common }),
  z.strictObject({ type: z.literal('swap'), part, ...common }),
])

export type CorruptionSpec = z.infer<typeof corruptionSchema>
export type CorruptionInput = z.input<typeof corruptionSchema>

/** Noise on codes is for training only: it is no part of what a model is to undo. */
export const ofSamples = (corruption: CorruptionSpec | undefined): CorruptionSpec | undefined =>
  corruption?.at === 'code' ? undefined : corruption

/** Where noise comes from: what a number of the bank is, and how two of them make one. */
interface Kind<S> {
  readonly draw: (random: Rng) => number
  /** What stands in the row that leaves a sample clean, added to itself. */
  readonly neutral: number
  /** The same on the host and in the graph: x and the sum of two numbers of the bank to what the network sees. */
  readonly emit: (spec: S, x: Value, sum: Value) => Value
  /** @param next  the same value of the next sample */
  readonly apply: (spec: S, x: number, sum: number, next: number) => number
}

type SpecOf<K> = Extract<CorruptionSpec, { type: K }>

const uniform = (random: Rng) => random.uniform()
const fraction = (x: number) => x - Math.floor(x)
const emitFraction = (x: Value) => sub(x, floor(x))

/** clip(x + σ n, 0, 1), n ~ N(0, 1) = (a + b) / √2. */
const gaussian: Kind<SpecOf<'gaussian'>> = {
  draw: (random) => random.normal(),
  neutral: 0,
  emit: ({ sigma, clip }, x, sum) => {
    const noisy = add(x, mul(sum, sigma / Math.SQRT2))
    return clip ? min(max(noisy, 0), 1) : noisy
  },
  apply: ({ sigma, clip }, x, sum) => {
    const noisy = x + (sum * sigma) / Math.SQRT2
    return clip ? Math.min(Math.max(noisy, 0), 1) : noisy
  },
}

/** 0 where u < part, x elsewhere; u ~ U(0, 1) = frac(a + b). */
const masking: Kind<SpecOf<'masking'>> = {
  draw: uniform,
  // twice this is the largest float32 below 1
  neutral: 0.5 - 2 ** -25,
  emit: ({ part }, x, sum) => mul(x, cast(greater(emitFraction(sum), part), 'float32')),
  apply: ({ part }, x, sum) => (fraction(sum) > Math.fround(part) ? x : 0),
}

/** 0 where u < part / 2, 1 where u > 1 − part / 2, x elsewhere. */
const saltAndPepper: Kind<SpecOf<'saltAndPepper'>> = {
  draw: uniform,
  neutral: 0.25,
  emit: ({ part }, x, sum) => {
    const u = emitFraction(sum)
    const [pepper, salt] = [less(u, part / 2), greater(u, 1 - part / 2)].map((where) => cast(where, 'float32')) as [
      Value,
      Value,
    ]
    return add(mul(x, sub(sub(1, pepper), salt)), salt)
  },
  apply: ({ part }, x, sum) => {
    const u = fraction(sum)
    return u < Math.fround(part / 2) ? 0 : u > Math.fround(1 - part / 2) ? 1 : x
  },
}

/** The chapter's: amount · x · U(0, 2) + (1 − amount) · x = x (1 − amount + 2 amount u). */
const mix: Kind<SpecOf<'mix'>> = {
  draw: uniform,
  neutral: 0.25,
  emit: ({ amount }, x, sum) => mul(x, add(mul(emitFraction(sum), 2 * amount), 1 - amount)),
  apply: ({ amount }, x, sum) => x * (1 - amount + 2 * amount * fraction(sum)),
}

/**
 * The same value of another sample where u < part, x elsewhere: each value is one that there is, but they do not belong
 * together. The other one is the next of the batch, and for the last one the first.
 */
const swap: Kind<SpecOf<'swap'>> = {
  draw: uniform,
  neutral: masking.neutral,
  emit: ({ part }, x, sum) => where(greater(emitFraction(sum), part), x, nextOf(x)),
  apply: ({ part }, x, sum, next) => (fraction(sum) > Math.fround(part) ? x : next),
}

function nextOf(x: Value): Value {
  const rows = x.shape[0] as number
  if (rows === 1) return x
  return concat([slice(x, { axis: 0, from: 1, to: rows }), slice(x, { axis: 0, from: 0, to: 1 })], 0)
}

const KINDS: { readonly [K in CorruptionSpec['type']]: Kind<SpecOf<K>> } = {
  gaussian,
  masking,
  saltAndPepper,
  mix,
  swap,
}

const kindOf = (spec: CorruptionSpec) => KINDS[spec.type] as Kind<CorruptionSpec>

/** Rows of the bank that are drawn; after them comes the neutral one. Two of them are added for each sample. */
export const BANK_ROWS = 2048

/** Which noise: samples that are trained on and samples that are tested on never share any. */
export type NoiseStream = 'train' | 'test'

/**
 * Noise that every sample takes two rows of, so that it costs two gathers and an addition, not 784 draws: a pair of 2,048
 * rows is one of two million, and the rows themselves differ by seed and stream. A column of a table has one noise for all of
 * its features, gaussian none where they stand for kinds; what is no column's has none at all.
 *
 * @returns float32 [2049, width]
 */
export function noiseBank(
  spec: CorruptionSpec,
  width: number,
  seed: number,
  stream: NoiseStream,
  columns?: Columns,
): Float32Array {
  const { draw, neutral } = kindOf(spec)
  const random = rng(seed, 'noise', stream, spec.type === 'gaussian' ? 'normal' : 'uniform')
  const bank = new Float32Array((BANK_ROWS + 1) * width).fill(neutral)
  const spans = columns ?? Array.from({ length: width }, (_, from) => ({ from, to: from + 1, kind: 'number' as const }))
  for (let row = 0; row < BANK_ROWS; row++) {
    for (const { from, to, kind } of spans) {
      const noise = draw(random)
      if (spec.type !== 'gaussian' || kind === 'number') bank.fill(noise, row * width + from, row * width + to)
    }
  }
  return bank
}

/** The two rows of the bank for a sample: decided by (seed, epoch, sample) alone, never by the batch or by what came before. */
export function noiseRows(
  { fresh, spare }: CorruptionSpec,
  seed: number,
  epoch: number,
  sample: number,
): readonly [number, number] {
  if (spare > 0 && rng(seed, 'spare', epoch, sample).uniform() < spare) return [BANK_ROWS, BANK_ROWS]
  const random = rng(seed, 'rows', fresh ? epoch : 0, sample)
  return [random.int(BANK_ROWS), random.int(BANK_ROWS)]
}

/**
 * @param x       float32 [batch, width]
 * @param first   float32 [batch, width]: one row of the bank for each sample
 * @param second  float32 [batch, width]: another
 */
export const emitCorruption = (spec: CorruptionSpec, x: Value, first: Value, second: Value): Value =>
  kindOf(spec).emit(spec, x, add(first, second))

/** Which noise a sample has, beside its number. */
export interface NoiseOf {
  readonly seed: number
  readonly epoch: number
  readonly stream: NoiseStream
  /** Of a table. */
  readonly columns?: Columns | undefined
}

/**
 * The same noise on the host.
 *
 * @param values  in the model's units, row-major; changed in place
 */
export function corruptValues(
  spec: CorruptionSpec,
  values: Float32Array,
  width: number,
  { seed, epoch, stream, columns }: NoiseOf,
): void {
  const { apply } = kindOf(spec)
  const bank = noiseBank(spec, width, seed, stream, columns)
  const first = values.slice(0, width)
  for (let sample = 0; sample * width < values.length; sample++) {
    const [a, b] = noiseRows(spec, seed, epoch, sample)
    for (let i = 0; i < width; i++) {
      const sum = Math.fround((bank[a * width + i] as number) + (bank[b * width + i] as number))
      const place = sample * width + i
      const next = values[place + width] ?? (first[i] as number)
      values[place] = apply(spec, values[place] as number, sum, next)
    }
  }
}
