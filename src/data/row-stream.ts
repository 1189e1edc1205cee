import { DiaboloError } from '../base/errors.js'
import { showShape } from '../base/shape.js'
import { type Dataset, requireFinite, type Samples, widthOf } from './dataset.js'

/**
 * Samples that are read when they are needed, because they do not fit in memory or are made on the spot.
 *
 * Rows are asked for by number, so that they can be shuffled, and so that training can begin anywhere. A file that can only
 * be read from its beginning has to be gone through once before, since schedules need the number of rows; noting where every
 * so many rows begin makes it such a stream.
 */
export interface RowStream extends Samples {
  /**
   * Rows `from` … `to − 1` as they are stored, (to − from) × width values, row-major; always the same for the same rows.
   * Called again before the one before has answered, so that what is slow can go on side by side.
   *
   * @param from  from 0 to `rows` − 1
   * @param to    larger than `from`, `rows` at most
   */
  read(from: number, to: number): Promise<Uint8Array | Float32Array>
}

export const isStream = (data: Dataset | RowStream): data is RowStream => 'read' in data

export interface RowStreamOptions {
  readonly name?: string
  readonly rows: number
  /** The shape of one sample. */
  readonly shape: readonly number[]
  /** uint8 (seen by the model as value/255 unless `scale` says otherwise) when left out. */
  readonly dtype?: 'uint8' | 'float32'
  readonly scale?: number
  readonly missing?: boolean
  readonly labels?: Uint8Array | Int32Array
  readonly classes?: readonly string[]
  readonly read: RowStream['read']
}

/**
 * A stream of samples from a function that reads them.
 *
 * @throws E_OPTION when `rows` is not a whole number from 1 to 2³¹ − 1
 */
export function rowStream(options: RowStreamOptions): RowStream {
  const { name = 'stream', rows, shape, dtype = 'uint8', scale = dtype === 'uint8' ? 1 / 255 : 1 } = options
  const { missing, labels, classes, read } = options
  if (Number.isInteger(rows) && rows >= 1 && rows < 2 ** 31) {
    const more = { ...(missing && { missing }), ...(labels && { labels }), ...(classes && { classes }) }
    return { name, rows, shape, dtype, scale, ...more, read }
  }
  throw new DiaboloError('E_OPTION', {
    at: `rows of stream "${name}"`,
    expected: 'a whole number from 1 to 2147483647',
    found: `${rows}`,
    hint: 'say how many samples there are',
  })
}

/** Bytes of samples that are in the buffer at a time, unless the caller says otherwise. */
const BUFFER_BYTES = 32 * 2 ** 20

export const bytesPerRow = ({ shape, dtype }: Pick<Samples, 'shape' | 'dtype'>): number =>
  widthOf({ shape }) * (dtype === 'uint8' ? 1 : 4)

/** How many rows of a stream are shuffled with one another unless the caller says otherwise: what fits 32 MiB. */
export const bufferRows = (data: Pick<Samples, 'shape' | 'dtype'>): number =>
  Math.max(1, Math.floor(BUFFER_BYTES / bytesPerRow(data)))

/**
 * Reads rows and makes sure that they are what the stream promised.
 *
 * @throws E_TRUNCATED when there are fewer values; E_SHAPE when there are more, or not whole rows; E_DATA when they are of
 * another type; E_VALUE when a float is NaN or infinite; and whatever the stream throws
 */
export async function readRows(stream: RowStream, from: number, to: number): Promise<Uint8Array | Float32Array> {
  const { name, shape, dtype } = stream
  const values = await stream.read(from, to)
  const width = widthOf(stream)
  const at = `stream "${name}", rows ${from} to ${to - 1}`
  const isOfType = dtype === 'uint8' ? values instanceof Uint8Array : values instanceof Float32Array
  if (!isOfType) {
    throw new DiaboloError('E_DATA', {
      at,
      expected: dtype === 'uint8' ? 'a Uint8Array' : 'a Float32Array',
      found: Object.prototype.toString.call(values).slice(8, -1),
      hint: `the stream says that its values are ${dtype}; give them so, or say otherwise`,
    })
  }
  if (values.length !== (to - from) * width) {
    const early = values.length < (to - from) * width && values.length % width === 0
    throw new DiaboloError(early ? 'E_TRUNCATED' : 'E_SHAPE', {
      at,
      expected: `${(to - from) * width} values, ${to - from} rows of shape ${showShape(shape)}`,
      found: `${values.length}${early ? `, ${values.length / width} rows` : ''}`,
      hint: early ? 'the stream ends before its last row: check the file, or "rows"' : 'check the shape of one sample',
    })
  }
  if (values instanceof Float32Array && !stream.missing) requireFinite(values, width, name, from)
  return values
}
