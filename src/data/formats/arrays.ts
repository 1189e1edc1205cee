import { DiaboloError } from '../../base/errors.js'
import { sizeOf, stridesOf } from '../../base/shape.js'
import { type ByteSource, headOf } from '../byte-source.js'
import { type RowStream, rowStream } from '../row-stream.js'
import { idxLayout } from './idx.js'
import type { Layout } from './layout.js'
import { NPY_HEAD, npyLayout } from './npy.js'
import { openNpz } from './npz.js'

/** The samples of an IDX file, one per index of the first axis. */
export async function idxStream(source: ByteSource): Promise<RowStream> {
  return layoutStream(source, idxLayout(await headOf(source, NPY_HEAD), source.size, source.name))
}

/** The samples of an `.npy` file, one per index of the first axis. */
export async function npyStream(source: ByteSource): Promise<RowStream> {
  return layoutStream(source, npyLayout(await headOf(source, NPY_HEAD), source.size, source.name))
}

/** The samples of an `.npz` file, with their labels where it has some; see `openNpz`. */
export async function npzStream(source: ByteSource, array?: string): Promise<RowStream> {
  const { samples, labels } = await openNpz(source, array)
  const stream = { ...layoutStream(samples.source, samples.layout), name: source.name }
  if (!labels) return stream
  const { layout } = labels
  const bytes = await labels.source.read(layout.offset, layout.offset + stream.rows * layout.bytesPerValue)
  const values = layout.decode(bytes)
  // what is not whole is a quantity, not a class
  return values.every(Number.isInteger) ? { ...stream, labels: Int32Array.from(values) } : stream
}

/** The shape of one sample, of those along the first axis; images without a channel axis are grey. */
export function sampleShape([, ...sample]: readonly number[]): readonly number[] {
  if (sample.length === 0) return [1]
  return sample.length === 2 ? [...sample, 1] : sample
}

function layoutStream(
  source: ByteSource,
  { shape, dtype, offset, bytesPerValue, columnwise, decode }: Layout,
): RowStream {
  const [rows = 1, ...sample] = shape
  const step = sizeOf(sample) * bytesPerValue
  if (rows === 0 || step === 0) {
    throw new DiaboloError('E_DATA', {
      at: source.name,
      expected: 'at least one row of at least one value',
      found: `an array of shape [${shape.join(', ')}]`,
      hint: 'give at least one row',
    })
  }
  return rowStream({
    name: source.name,
    rows,
    shape: sampleShape(shape),
    dtype,
    read: columnwise
      ? columnReader(source, { rows, sample, offset, bytesPerValue, decode })
      : async (from, to) => decode(await source.read(offset + from * step, offset + to * step)),
  })
}

interface Columns extends Pick<Layout, 'offset' | 'bytesPerValue' | 'decode'> {
  readonly rows: number
  readonly sample: readonly number[]
}

/** Bytes up to which values that lie column by column are read at once, and kept, instead of one column after the other. */
const KEPT = 2 ** 28

function columnReader(source: ByteSource, { rows, sample, offset, bytesPerValue, decode }: Columns): RowStream['read'] {
  const width = sizeOf(sample)
  const places = columnPlaces(sample)
  let kept: Promise<Uint8Array> | undefined
  return async (from, to) => {
    const size = width * rows * bytesPerValue
    if (size <= KEPT) kept ??= source.read(offset, offset + size)
    const whole = await kept
    const out = decode(new Uint8Array((to - from) * width * bytesPerValue))
    for (const [column, place] of places.entries()) {
      const [start, end] = [from, to].map((row) => (place * rows + row) * bytesPerValue) as [number, number]
      const bytes = whole ? whole.subarray(start, end) : await source.read(offset + start, offset + end)
      const values = decode(bytes)
      for (let row = 0; row < to - from; row++) out[row * width + column] = values[row] as number
    }
    return out
  }
}

/** For each value of a sample in row-major order, its place where the first axis runs fastest. */
function columnPlaces(sample: readonly number[]): number[] {
  const own = stridesOf(sample)
  const theirs = stridesOf([...sample].reverse()).reverse()
  return Array.from({ length: sizeOf(sample) }, (_, place) =>
    own.reduce(
      (sum, stride, axis) => sum + (Math.floor(place / stride) % (sample[axis] as number)) * (theirs[axis] as number),
      0,
    ),
  )
}
