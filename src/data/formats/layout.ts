/** Where the values of a file lie, one sample per index of the first axis, and how to read them. */
export interface Layout {
  readonly shape: readonly number[]
  readonly dtype: 'uint8' | 'float32'
  /** Bytes before the first value. */
  readonly offset: number
  readonly bytesPerValue: number
  /** The first axis runs fastest, as in Fortran: a column's values lie together, not a row's. */
  readonly columnwise?: boolean
  /** Whole values from their bytes, which may be a part of the file. */
  decode(bytes: Uint8Array): Uint8Array | Float32Array
}
