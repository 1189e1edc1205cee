import { type Rng, rng } from '../src/base/random.js'
import { type DType, sizeOf } from '../src/base/shape.js'
import { type AnyTensor, ARRAY_OF, type Tensor } from '../src/base/tensor.js'
import { numberOf, textOf } from '../src/graph/interpret.js'
import type { Array64 } from '../src/graph/types.js'

type Shape = readonly number[]

export const array = (dtype: DType, shape: Shape, values: Iterable<number>): Array64 => ({
  dtype,
  shape,
  data: Float64Array.from(values),
})

/** Numbers that float32 holds exactly, so that float32 and float64 start alike. */
export const float32 = (shape: Shape, values: Iterable<number>): Array64 =>
  array('float32', shape, Float32Array.from(values))

/** Text, as the interpreter knows it. */
export const text = (shape: Shape, values: readonly string[]): Array64 => array('string', shape, values.map(numberOf))

/** `'[2, 1] [3]'` as shapes. */
export const shapesOf = (text: string): Shape[] =>
  Array.from(text.matchAll(/\[(.*?)\]/g), ([, dims = '']) => (dims === '' ? [] : dims.split(',').map(Number)))

/** Draws arrays one after another from a stream of its own. */
export class Draw {
  readonly #random: Rng

  constructor(key: string) {
    this.#random = rng(1, key)
  }

  /** Uniform in [low, high). */
  within(low: number, high: number, ...shape: Shape): Array64 {
    return float32(
      shape,
      this.#many(shape, () => low + (high - low) * this.#random.uniform()),
    )
  }

  /** Of either sign, 0.1 to 2 away from 0, where many functions have a kink or a pole. */
  reals(...shape: Shape): Array64 {
    const one = () => (0.1 + 1.9 * this.#random.uniform()) * (this.#random.int(2) * 2 - 1)
    return float32(shape, this.#many(shape, one))
  }

  /** Whole numbers 0 … below − 1. */
  whole(dtype: DType, below: number, ...shape: Shape): Array64 {
    return array(
      dtype,
      shape,
      this.#many(shape, () => this.#random.int(below)),
    )
  }

  #many(shape: Shape, one: () => number): number[] {
    return Array.from({ length: sizeOf(shape) }, one)
  }
}

/** As the runtime takes it. */
export function toTensor({ dtype, shape, data }: Array64): AnyTensor {
  if (dtype === 'string') return { dtype, shape, data: Array.from(data, textOf) }
  const values = new ARRAY_OF[dtype](data.length)
  data.forEach((value, i) => {
    values[i] = dtype === 'int64' ? BigInt(value) : value
  })
  return { dtype, shape, data: values } as Tensor
}
