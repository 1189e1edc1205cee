import { DiaboloError } from './errors.js'
import { type DType, type NumberType, showShape, sizeOf, type TensorType } from './shape.js'

export type TensorData = Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array

interface DataOf {
  float32: Float32Array
  float64: Float64Array
  uint8: Uint8Array
  int32: Int32Array
  int64: BigInt64Array
  /** One byte an element, 0 or 1. */
  bool: Uint8Array
  string: readonly string[]
}

/** Numbers in row-major order, with their shape. */
export interface Tensor<D extends DType = NumberType> extends TensorType {
  readonly dtype: D
  readonly shape: readonly number[]
  readonly data: DataOf[D]
}

/** Text, such as the categories of a table, in row-major order. */
export type TextTensor = Tensor<'string'>

export type AnyTensor = Tensor | TextTensor

interface ArrayOf<A> {
  new (length: number): A
  new (buffer: ArrayBuffer): A
  new (elements: A): A
  readonly BYTES_PER_ELEMENT: number
}

export const ARRAY_OF: { readonly [D in NumberType]: ArrayOf<DataOf[D]> } = {
  float32: Float32Array,
  float64: Float64Array,
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

export const isText = (tensor: AnyTensor): tensor is TextTensor => tensor.dtype === 'string'

/** The same numbers in memory of their own, which holds nothing else. Text is not in memory that could be shared. */
export const copyOf = <T extends AnyTensor>(tensor: T): T =>
  isText(tensor)
    ? tensor
    : { ...tensor, data: new (ARRAY_OF[tensor.dtype as NumberType] as ArrayOf<TensorData>)(tensor.data as TensorData) }

/** Rows `from` … `to − 1`, sharing memory. */
export function rowsOf<T extends AnyTensor>({ dtype, shape, data }: T, from: number, to: number): T {
  const width = sizeOf(shape.slice(1))
  const part = [from * width, to * width] as const
  const rows = 'subarray' in data ? data.subarray(...part) : data.slice(...part)
  return { dtype, shape: [to - from, ...shape.slice(1)], data: rows } as AnyTensor as T
}

/** A float32 scalar, shape []. */
export const scalar = (value: number): Tensor<'float32'> => tensor('float32', [], Float32Array.of(value))
