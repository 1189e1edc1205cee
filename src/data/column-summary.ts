import { rng } from '../base/random.js'
import type { Column, ColumnHead } from './table.js'

/** What the values of one column come to. */
export interface ColumnSummary extends ColumnHead {
  /** Values that are there, and that are not. */
  readonly present: number
  readonly missing: number
  /** Different values; `null` when there are more than 10,000. */
  readonly different: number | null
  /** Of numbers. */
  readonly numbers?: {
    readonly min: number
    readonly max: number
    readonly mean: number
    /** Of the population, as it divides by their number. */
    readonly deviation: number
    /** A quarter, half and three quarters of the values lie below; of a sample of 10,000 where there are more. */
    readonly quartiles: readonly [number, number, number]
    readonly whole: boolean
    readonly infinite: number
  }
  /** The most frequent values of text or of few different numbers, with how often they come. */
  readonly common: readonly (readonly [value: string, count: number])[]
  /** Two columns with the same one hold the same values, row by row. */
  readonly fingerprint: string
}

/** Different values that are counted, and values of which quartiles are taken. */
const MOST_DIFFERENT = 10_000
const SAMPLE = 10_000
const COMMON = 10

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

/** Takes the values of one column block by block. */
export class ColumnSummarizer {
  readonly #head: ColumnHead
  readonly #random
  readonly #counts = new Map<string | number, number>()
  readonly #sample: number[] = []
  #present = 0
  #rows = 0
  #finite = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #mean = 0
  #squares = 0
  #whole = true
  #hash = [0x811c9dc5, 0x9747b28c] as [number, number]

  constructor(head: ColumnHead) {
    this.#head = head
    this.#random = rng(1, 'summary', head.name)
  }

  add({ values }: Column): void {
    for (let row = 0; row < values.length; row++) {
      const value = values[row]
      this.#rows++
      if (value === undefined || Number.isNaN(value)) {
        this.#mix(0xffffffff)
        continue
      }
      this.#present++
      if (this.#counts.size <= MOST_DIFFERENT) this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
      if (typeof value === 'number') this.#addNumber(value)
      else for (let i = 0; i < value.length; i++) this.#mix(value.charCodeAt(i))
      this.#mix(0x1f)
    }
  }

  #addNumber(value: number): void {
    float[0] = value
    this.#mix(words[0] as number)
    this.#mix(words[1] as number)
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    if (!Number.isFinite(value)) return
    if (!Number.isInteger(value)) this.#whole = false
    this.#finite++
    // Welford (1962): the mean moves by the distance over the count; the squares grow by both distances
    const before = value - this.#mean
    this.#mean += before / this.#finite
    this.#squares += before * (value - this.#mean)
    // any value is in the sample with the same chance (Vitter's algorithm R)
    if (this.#sample.length < SAMPLE) this.#sample.push(value)
    else {
      const place = this.#random.int(this.#finite)
      if (place < SAMPLE) this.#sample[place] = value
    }
  }

  #mix(word: number): void {
    this.#hash[0] = Math.imul(this.#hash[0] ^ word, 0x01000193)
    this.#hash[1] = Math.imul(((this.#hash[1] << 13) | (this.#hash[1] >>> 19)) ^ word, 0x5bd1e995)
  }

  summary(): ColumnSummary {
    const all = this.#counts.size <= MOST_DIFFERENT
    const sorted = [...this.#sample].sort((a, b) => a - b)
    const quartile = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] as number
    const common = [...this.#counts].sort(([, a], [, b]) => b - a).slice(0, COMMON)
    return {
      ...this.#head,
      present: this.#present,
      missing: this.#rows - this.#present,
      different: all ? this.#counts.size : null,
      ...(this.#finite > 0 && {
        numbers: {
          min: this.#min,
          max: this.#max,
          mean: this.#mean,
          deviation: Math.sqrt(this.#squares / this.#finite),
          quartiles: [quartile(0.25), quartile(0.5), quartile(0.75)] as const,
          whole: this.#whole,
          infinite: this.#present - this.#finite,
        },
      }),
      common:
        this.#head.type === 'text' || (all && this.#counts.size <= COMMON)
          ? common.map(([value, count]) => [String(value), count])
          : [],
      fingerprint: this.#hash.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(''),
    }
  }
}
