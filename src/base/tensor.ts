import { DiaboloError } from './errors.js'
import { type DType, showShape, sizeOf, type TensorType } from './shape.js'

export type TensorData = Float32Array | Uint8Array | Int32Array | BigInt64Array

interface DataOf {
  float32: Float32Array
  uint8: Uint8Array
  int32: Int32Array
  int64: BigInt64Array
  /** One byte an element, 0 or 1. */
  bool: Uint8Array
}

/** Numbers in row-major order, with their shape. */
export interface Tensor<D extends DType = DType> extends TensorType {
  readonly dtype: D
  readonly shape: readonly number[]
  readonly data: DataOf[D]
}

interface ArrayOf<A> {
  new (length: number): A
  new (buffer: ArrayBuffer): A
  new (elements: A): A
  readonly BYTES_PER_ELEMENT: number
}

export const ARRAY_OF: { readonly [D in DType]: ArrayOf<DataOf[D]> } = {
  float32: Float32Array,
  uint8: Uint8Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
}

/**
 * @throws E_SHAPE when the shape does not have as many elements as the data
 */
export function tensor<D extends DType>(dtype: D, shape: readonly number[], data: DataOf[D]): Tensor<D> {
  if (sizeOf(shape) !== data.length) {
    throw new DiaboloError('E_SHAPE', {
      at: `tensor ${showShape(shape)}`,
      expected: `${sizeOf(shape)} values`,
      found: `${data.length}`,
      hint: 'give a shape whose lengths multiply to the number of values',
    })
  }
  return { dtype, shape, data }
}

/** The same numbers in memory of their own, which holds nothing else. */
export const copyOf = <T extends Tensor>(tensor: T): T => ({
  ...tensor,
  data: new (ARRAY_OF[tensor.dtype] as ArrayOf<T['data']>)(tensor.data),
})

/** A float32 scalar, shape []. */
export const scalar = (value: number): Tensor<'float32'> => tensor('float32', [], Float32Array.of(value))
