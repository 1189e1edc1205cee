import { z } from 'zod'
import { DiaboloError } from '../../base/errors.js'
import { type NumberType, sizeOf } from '../../base/shape.js'
import { ARRAY_OF, type Tensor, type TensorData } from '../../base/tensor.js'

/** What a .safetensors file holds. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** Bytes before the header: its length, as an unsigned 64-bit integer. */
const START = 8

/** Room for 50,000 tensors. The format's own reader takes 100 million bytes, which are 13 seconds of checking here. */
const MAX_HEADER = 2 ** 22

/** The format's names for the types that there are here. */
const NAME_OF: Readonly<Record<NumberType, string>> = {
  float32: 'F32',
  float64: 'F64',
  uint8: 'U8',
  int32: 'I32',
  int64: 'I64',
  bool: 'BOOL',
}
const DTYPE_OF: ReadonlyMap<string, NumberType> = new Map(
  Object.entries(NAME_OF).map(([dtype, name]) => [name, dtype as NumberType]),
)

const METADATA = '__metadata__'

/** Names that are more than names to JavaScript, and to who makes a path of them. */
const FORBIDDEN = new Set(['__proto__', METADATA])

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)).max(32),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
const metadataSchema = z.record(z.string(), z.string())

/**
 * A .safetensors file: the header's length, a header in JSON, and the tensors' bytes, little-endian, those of wide types
 * first, so that every tensor lies at a multiple of its type's size.
 *
 * @throws E_OPTION when a tensor has a name that the format keeps for itself
 * @see https://huggingface.co/docs/safetensors
 */
export function formatSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT)
  const header = new Map<string, unknown>()
  if (Object.keys(metadata).length > 0) header.set(METADATA, metadata)
  let size = 0
  for (const [name, { dtype, shape, data }] of sorted) {
    if (FORBIDDEN.has(name)) {
      throw new DiaboloError('E_OPTION', {
        at: 'safetensors',
        expected: 'a name of a tensor',
        found: `"${name}"`,
        hint: 'give the tensor another name',
      })
    }
    header.set(name, { dtype: NAME_OF[dtype], shape, data_offsets: [size, size + data.byteLength] })
    size += data.byteLength
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const length = Math.ceil(json.length / START) * START
  const out = new Uint8Array(START + length + size)
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true)
  out.fill(0x20, START, START + length)
  out.set(json, START)
  let at = START + length
  for (const [, { data }] of sorted) {
    out.set(bytesOf(data), at)
    at += data.byteLength
  }
  return out
}

/**
 * Reads a .safetensors file. Nothing is allocated before the header has been found to describe these bytes, every one of
 * them once.
 *
 * @throws E_FORMAT when the bytes are not such a file, or hold types that are not read (float16, float64 and others);
 * E_TRUNCATED when they end too early
 */
export function parseSafetensors(bytes: Uint8Array, at: string): Safetensors {
  const refuse = (code: 'E_FORMAT' | 'E_TRUNCATED', expected: string, found: string): never => {
    throw new DiaboloError(code, { at, expected, found, hint: 'save the tensors again, or copy the file again' })
  }
  if (bytes.length < START) return refuse('E_TRUNCATED', 'a header', `${bytes.length} bytes`)
  const declared = new DataView(bytes.buffer, bytes.byteOffset, START).getBigUint64(0, true)
  if (declared > MAX_HEADER) return refuse('E_FORMAT', `a header of at most ${MAX_HEADER} bytes`, `${declared}`)
  const offset = START + Number(declared)
  if (offset > bytes.length) return refuse('E_TRUNCATED', `a header of ${declared} bytes`, `${bytes.length - START}`)
  const { [METADATA]: notes, ...entries } = parseHeader(bytes.subarray(START, offset), refuse)
  const metadata = metadataSchema.safeParse(notes ?? {})
  if (!metadata.success) return refuse('E_FORMAT', `texts under ${METADATA}`, 'something else')

  const size = bytes.length - offset
  const places = Object.entries(entries).map(([name, entry]) => placeOf(name, entry, size, refuse))
  let end = 0
  for (const { name, from, to } of places.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) return refuse('E_FORMAT', `tensor "${name}" at byte ${end}, after the one before`, `byte ${from}`)
    end = to
  }
  if (end !== size) return refuse('E_FORMAT', `${end} bytes of values`, `${size}`)
  const tensors = places.map(({ name, dtype, shape, from, to }): [string, Tensor] => {
    // in memory of its own: what is in the file need not lie at a multiple of its type's size
    const { buffer } = bytes.slice(offset + from, offset + to)
    return [name, { dtype, shape, data: new ARRAY_OF[dtype](buffer) } as Tensor]
  })
  return { tensors: new Map(tensors), metadata: metadata.data }
}

type Refuse = (code: 'E_FORMAT' | 'E_TRUNCATED', expected: string, found: string) => never

function parseHeader(bytes: Uint8Array, refuse: Refuse): Readonly<Record<string, unknown>> {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return refuse('E_FORMAT', 'a header in JSON', 'other bytes')
  }
  if (typeof header === 'object' && header !== null && !Array.isArray(header)) return { ...header }
  return refuse('E_FORMAT', 'a header that names tensors', JSON.stringify(header).slice(0, 40))
}

/** Where a tensor lies among the bytes of values. */
function placeOf(name: string, entry: unknown, size: number, refuse: Refuse) {
  const what = `tensor ${JSON.stringify(name.slice(0, 80))}`
  if (FORBIDDEN.has(name)) return refuse('E_FORMAT', 'a name of a tensor', what)
  const parsed = entrySchema.safeParse(entry)
  if (!parsed.success) return refuse('E_FORMAT', `dtype, shape and data_offsets of ${what}`, 'something else')
  const {
    shape,
    data_offsets: [from, to],
  } = parsed.data
  const dtype = DTYPE_OF.get(parsed.data.dtype)
  if (!dtype) {
    const names = [...DTYPE_OF.keys()].join(', ')
    return refuse('E_FORMAT', `one of ${names} as the type of ${what}`, JSON.stringify(parsed.data.dtype.slice(0, 20)))
  }
  const wanted = sizeOf(shape) * ARRAY_OF[dtype].BYTES_PER_ELEMENT
  if (!Number.isSafeInteger(wanted) || to - from !== wanted)
    return refuse('E_FORMAT', `${wanted} bytes for ${what} of shape [${shape.join(', ')}]`, `${to - from}`)
  if (to > size) return refuse('E_TRUNCATED', `${to} bytes of values for ${what}`, `${size}`)
  return { name, dtype, shape, from, to }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: TensorData) => new Uint8Array(buffer, byteOffset, byteLength)
