import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { sizeOf } from '../base/shape.js'
import { npyHead } from '../data/formats/npy.js'

/** Numbers on their way to a file, block by block. */
export interface ArraySource {
  /** What the numbers are; columns are named after it, `code.0`. */
  readonly name: string
  readonly rows: number
  /** Of one row. */
  readonly shape: readonly number[]
  /** Whole rows, one block after another. */
  readonly blocks: AsyncIterable<Float32Array>
  /** One class per row. */
  readonly labels?: ArrayLike<number> | undefined
}

type Write = (array: ArraySource) => AsyncGenerator<Uint8Array>

/** [rows, …shape] in numpy's format. */
async function* npy({ rows, shape, blocks }: ArraySource): AsyncGenerator<Uint8Array> {
  yield npyHead([rows, ...shape], '<f4')
  for await (const block of blocks) yield new Uint8Array(block.buffer, block.byteOffset, block.byteLength)
}

/** A line of names, then a line per row; the last column holds the classes, where there are any. */
async function* csv(array: ArraySource): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(`${[...columnsOf(array), ...(array.labels ? ['label'] : [])].join(',')}\n`)
  yield* lines(array, ',', array.labels)
}

/** Lines without names, as TensorBoard's projector reads vectors; the classes go into a file of their own. */
const tsv: Write = (array) => lines(array, '\t')

/** A column for each value, float32, and int32 `label`; a row group for each block. */
async function* parquet(array: ArraySource): AsyncGenerator<Uint8Array> {
  const names = columnsOf(array)
  const { labels } = array
  const writer = new ByteWriter()
  const required = { repetition_type: 'REQUIRED' } as const
  const schema = [
    { name: 'root', num_children: names.length + (labels ? 1 : 0) },
    ...names.map((name) => ({ name, type: 'FLOAT', ...required }) as const),
    ...(labels ? [{ name: 'label', type: 'INT32', ...required } as const] : []),
  ]
  const file = new ParquetWriter({ writer, schema, createdBy: 'diabolo' })
  let row = 0
  for await (const block of array.blocks) {
    const count = block.length / names.length
    const from = row
    const columnData = names.map((name, column) => ({
      name,
      data: Float32Array.from({ length: count }, (_, i) => block[i * names.length + column] as number),
    }))
    const classes = labels && {
      name: 'label',
      data: Int32Array.from({ length: count }, (_, i) => labels[from + i] ?? 0),
    }
    await file.write({ columnData: [...columnData, ...(classes ? [classes] : [])], rowGroupSize: count })
    row += count
    yield taken(writer)
  }
  await file.finish()
  yield taken(writer)
}

/** By the ending of a file's name. */
export const ARRAY_FORMATS: Readonly<Record<string, Write>> = { npy, csv, parquet, tsv }

/** One class per line, as the projector reads the metadata of vectors. */
export const labelLines = (labels: ArrayLike<number>): string => `${Array.from(labels, String).join('\n')}\n`

async function* lines({ shape, blocks }: ArraySource, delimiter: string, labels?: ArrayLike<number>) {
  const width = sizeOf(shape)
  const encoder = new TextEncoder()
  let row = 0
  for await (const block of blocks) {
    const text: string[] = []
    for (let at = 0; at < block.length; at += width, row++) {
      const cells = Array.from(block.subarray(at, at + width), showFloat)
      if (labels) cells.push(String(labels[row]))
      text.push(`${cells.join(delimiter)}\n`)
    }
    yield encoder.encode(text.join(''))
  }
}

const columnsOf = ({ name, shape }: ArraySource): string[] =>
  Array.from({ length: sizeOf(shape) }, (_, i) => `${name}.${i}`)

/** The shortest decimal that is this float32 again. */
export function showFloat(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}

/** What was written since the last time; `offset` goes on counting. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice()
  writer.index = 0
  return bytes
}
