/** One axis: its length, or a name where the length is known only when data arrives (`batch`, `rows`). */
export type Dim = number | string
export type Shape = readonly Dim[]

/** Element types of numbers; those of tables come as float64, and are computed with as such. */
export type NumberType = 'float32' | 'float64' | 'uint8' | 'int32' | 'int64' | 'bool'

export type DType = NumberType | 'string'

/** What is known of a tensor before it holds numbers. */
export interface TensorType {
  readonly dtype: DType
  readonly shape: Shape
}

/** `[100, 784]`, `[batch, 784]`, `[]`. */
export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`

export const showType = ({ dtype, shape }: TensorType): string => `${dtype} ${showShape(shape)}`

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i])

export const sameType = (a: TensorType, b: TensorType): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape)

export const isStatic = (shape: Shape): shape is readonly number[] => shape.every((dim) => typeof dim === 'number')

/** The number of elements of a shape whose every length is known; 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, dim) => size * dim, 1)

/** Values that one sample, or what a layer makes of it, may have: 256 MiB of float32. More is taken for a mistake, or for an attack. */
export const MOST_VALUES = 2 ** 26

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis] as number
  }
  return strides
}

/** The shape two operands broadcast to (numpy's rule), or `undefined` when they do not. A named axis meets itself or 1. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const out: Dim[] = []
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x !== y && x !== 1 && y !== 1) return undefined
    out.push(x === 1 ? y : x)
  }
  return out
}

/** Whether a part broadcasts to the whole, which stays as it is. */
export const covers = (whole: Shape, part: Shape): boolean => sameShape(broadcastShapes(whole, part) ?? [], whole)
