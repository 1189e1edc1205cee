import { DiaboloError } from '../base/errors.js'
import { showShape, sizeOf } from '../base/shape.js'
import type { Tensor } from '../base/tensor.js'

/**
 * What is known of samples, wherever they are.
 * A model sees `value × scale`: bytes stay bytes until they are on the runtime's side.
 */
export interface Samples {
  readonly name: string
  readonly rows: number
  /** The shape of one sample: `[28, 28, 1]` for a grey image (height, width, channels), `[n]` for a row of a table. */
  readonly shape: readonly number[]
  readonly dtype: 'uint8' | 'float32'
  /** What one unit of a stored value is worth to the model: 1/255 for image bytes, 1 for float32. */
  readonly scale: number
  /** Whether NaN stands for a value that is not there; otherwise there must be none. */
  readonly missing?: boolean | undefined
  /** One class per row, all of them in memory. */
  readonly labels?: Uint8Array | Int32Array
  /** What the classes are called, by number. */
  readonly classes?: readonly string[]
}

/** Samples in memory, row after row, in their own type. */
export interface Dataset extends Samples {
  /** `rows × width` values, row-major. */
  readonly values: Uint8Array | Float32Array
  /** The class of every pixel, `rows × height × width` of them, row-major; `classes` says what they are called. */
  readonly classMaps?: Uint8Array
}

/** Values per sample. */
export const widthOf = (data: Pick<Samples, 'shape'>): number => sizeOf(data.shape)

/** Rows `from` … `to − 1`, sharing memory with the original. */
export function slice(data: Dataset, from: number, to: number): Dataset {
  const width = widthOf(data)
  const values = data.values.subarray(from * width, to * width)
  const rows = values.length / width
  const { labels, classMaps } = data
  const pixels = classMaps && classMaps.length / data.rows
  return {
    ...data,
    rows,
    values,
    ...(labels && { labels: labels.subarray(from, to) }),
    ...(pixels && { classMaps: classMaps.subarray(from * pixels, to * pixels) }),
  }
}

/** Class maps as samples of their own, uint8 [height, width] of unscaled classes; nothing where there are none. */
export function classMapsOf({ classMaps, rows, name, shape: [height = 1, width = 1] }: Dataset): Dataset | undefined {
  if (!classMaps) return undefined
  return { name: `class maps of ${name}`, rows, shape: [height, width], dtype: 'uint8', scale: 1, values: classMaps }
}

/** Rows `from` … `to − 1` as they are stored, [to − from, width], sharing memory. */
export function toTensor(data: Dataset, from = 0, to = data.rows): Tensor {
  const { dtype, rows, values } = slice(data, from, to)
  return { dtype, shape: [rows, widthOf(data)], data: values } as Tensor
}

export interface DatasetOptions {
  readonly name?: string
  /** The shape of one sample. */
  readonly shape: readonly number[]
  readonly scale?: number
  /** Whether NaN stands for a value that is not there. */
  readonly missing?: boolean | undefined
  readonly labels?: Uint8Array | Int32Array
  /** The class of every pixel, row-major. */
  readonly classMaps?: Uint8Array
  readonly classes?: readonly string[]
}

/**
 * A data set from numbers the caller has.
 *
 * @param values  uint8 (seen by the model as value/255 unless `scale` says otherwise) or float32, row-major
 * @throws E_DATA when there is not one whole row; E_VALUE when a float is NaN or infinite (row and column named)
 */
export function dataset(values: Uint8Array | Float32Array, options: DatasetOptions): Dataset {
  const { name = 'data', shape, labels, classMaps, missing } = options
  const width = sizeOf(shape)
  if (values.length === 0 || values.length % width !== 0) {
    throw new DiaboloError('E_DATA', {
      at: `data set "${name}"`,
      expected: `a positive multiple of ${width} values (samples of shape ${showShape(shape)})`,
      found: `${values.length} values`,
      hint: values.length === 0 ? 'give at least one row' : 'check the shape of one sample',
    })
  }
  const rows = values.length / width
  if (labels && labels.length !== rows) {
    throw new DiaboloError('E_DATA', {
      at: `labels of data set "${name}"`,
      expected: `${rows}, one per row`,
      found: `${labels.length}`,
      hint: 'give one label per row, or none at all',
    })
  }
  const pixels = rows * sizeOf(shape.slice(0, 2))
  if (classMaps && classMaps.length !== pixels) {
    throw new DiaboloError('E_DATA', {
      at: `class maps of data set "${name}"`,
      expected: `${pixels}, one class for each pixel`,
      found: `${classMaps.length}`,
      hint: 'give class maps [rows, height, width], or none at all',
    })
  }
  if (values instanceof Float32Array && !missing) requireFinite(values, width, name)
  const bytes = values instanceof Uint8Array
  return {
    name,
    rows,
    shape,
    dtype: bytes ? 'uint8' : 'float32',
    values,
    scale: options.scale ?? (bytes ? 1 / 255 : 1),
    ...(missing && { missing }),
    ...(labels && { labels }),
    ...(classMaps && { classMaps }),
    ...(options.classes && { classes: options.classes }),
  }
}

/**
 * @param first  the number of the first row
 * @throws E_VALUE naming the first row and column (from 0) that hold NaN or an infinity
 */
export function requireFinite(values: Float32Array, width: number, name: string, first = 0): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue
    throw new DiaboloError('E_VALUE', {
      at: `data set "${name}", row ${first + Math.floor(i / width)}, column ${i % width} (counted from 0)`,
      expected: 'a finite number',
      found: `${values[i]}`,
      hint: 'remove the row, or replace missing values before training',
    })
  }
}
