import { bytesOf, u32 } from './data.js'

/** A value of Thrift's compact protocol, as Parquet's metadata is written in. */
export type Thrift =
  | { readonly kind: 'i32' | 'i64'; readonly value: bigint }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'list'; readonly value: readonly Thrift[]; readonly length?: number | undefined }
  | { readonly kind: 'struct'; readonly value: Readonly<Record<number, Thrift | undefined>> }

export const i32 = (value: number): Thrift => ({ kind: 'i32', value: BigInt(value) })
export const i64 = (value: number | bigint): Thrift => ({ kind: 'i64', value: BigInt(value) })
export const text = (value: string): Thrift => ({ kind: 'bytes', value: bytesOf(value) })
export const list = (value: readonly Thrift[], length?: number): Thrift => ({ kind: 'list', value, length })
export const struct = (value: Readonly<Record<number, Thrift | undefined>>): Thrift => ({ kind: 'struct', value })

const TYPES = { i32: 5, i64: 6, bytes: 8, list: 9, struct: 12 } as const
const typeOf = (item: Thrift): number => (item.kind === 'bool' ? (item.value ? 1 : 2) : TYPES[item.kind])

/** Seven bits a byte. */
export function varint(value: bigint | number): number[] {
  const out: number[] = []
  let left = BigInt(value)
  do {
    const byte = Number(left & 127n)
    left >>= 7n
    out.push(left > 0n ? byte | 128 : byte)
  } while (left > 0n)
  return out
}

export function serialize(item: Thrift): number[] {
  switch (item.kind) {
    case 'i32':
    case 'i64':
      return varint(BigInt.asUintN(64, (item.value << 1n) ^ (item.value >> 63n)))
    case 'bytes':
      return [...varint(item.value.length), ...item.value]
    case 'bool':
      return []
    case 'list': {
      const length = item.length ?? item.value.length
      const type = item.value[0] ? typeOf(item.value[0]) : 12
      return [
        ...(length < 15 ? [(length << 4) | type] : [0xf0 | type, ...varint(length)]),
        ...item.value.flatMap(serialize),
      ]
    }
    case 'struct': {
      const fields = Object.entries(item.value).filter((entry): entry is [string, Thrift] => entry[1] !== undefined)
      let last = 0
      const bytes = fields.flatMap(([key, value]) => {
        const delta = Number(key) - last
        last = Number(key)
        return [(delta << 4) | typeOf(value), ...serialize(value)]
      })
      return [...bytes, 0]
    }
  }
}

/** One page; whatever is given replaces what is true. */
export interface PageSpec {
  readonly body: readonly number[]
  readonly values: number
  /** 0 data, 2 dictionary, 3 data of version 2. */
  readonly type?: number
  readonly encoding?: number
  readonly size?: number
  readonly packed?: number
  /** Of version 2. */
  readonly nulls?: number
  readonly rows?: number
  readonly levels?: number
  readonly repetition?: number
  readonly header?: readonly number[]
}

export interface ColumnSpec {
  readonly name?: string
  /** 0 boolean, 1 int32, 2 int64, 4 float, 5 double, 6 byte array, 7 fixed. */
  readonly type?: number
  readonly length?: number
  readonly optional?: boolean
  readonly repetition?: number
  readonly children?: number
  readonly converted?: number
  readonly codec?: number
  readonly pages: readonly PageSpec[]
  readonly values?: number
  readonly from?: number
  readonly dictionary?: number
  readonly total?: number
  readonly path?: readonly string[]
  readonly chunkType?: number
  readonly filePath?: string
}

export interface FileSpec {
  readonly columns: readonly ColumnSpec[]
  readonly rows?: number | bigint
  readonly groupRows?: number
  readonly children?: number
  readonly footer?: number
  readonly chunks?: number
  readonly groups?: number
  readonly magic?: string
}

function pageOf({
  body,
  values,
  type = 0,
  encoding = 0,
  size = body.length,
  packed = body.length,
  nulls = 0,
  rows = values,
  levels = 0,
  repetition = 0,
  header,
}: PageSpec): number[] {
  const own: Thrift = struct({
    1: i32(type),
    2: i32(size),
    3: i32(packed),
    5: type === 0 ? struct({ 1: i32(values), 2: i32(encoding), 3: i32(3), 4: i32(3) }) : undefined,
    7: type === 2 ? struct({ 1: i32(values), 2: i32(encoding) }) : undefined,
    8:
      type === 3
        ? struct({ 1: i32(values), 2: i32(nulls), 3: i32(rows), 4: i32(encoding), 5: i32(levels), 6: i32(repetition) })
        : undefined,
  })
  return [...(header ?? serialize(own)), ...body]
}

/** A Parquet file of one group of rows, right or wrong. */
export function parquet({
  columns,
  rows = 3,
  groupRows = Number(rows),
  children = columns.length,
  footer,
  chunks = columns.length,
  groups = 1,
  magic = 'PAR1',
}: FileSpec): Uint8Array {
  const content: number[] = [...bytesOf('PAR1')]
  const written = columns.map((column) => {
    const from = content.length
    const pages = column.pages.map(pageOf)
    content.push(...pages.flat())
    const dictionary = column.pages[0]?.type === 2
    const data = from + (dictionary ? (pages[0]?.length ?? 0) : 0)
    const { name = 'a', type = 1, codec = 0, values = groupRows, total = content.length - from } = column
    return struct({
      1: column.filePath === undefined ? undefined : text(column.filePath),
      2: i64(from),
      3: struct({
        1: i32(column.chunkType ?? type),
        2: list([i32(0)]),
        3: list((column.path ?? [name]).map(text)),
        4: i32(codec),
        5: i64(values),
        6: i64(total),
        7: i64(total),
        9: i64(column.from ?? data),
        11: dictionary || column.dictionary !== undefined ? i64(column.dictionary ?? from) : undefined,
      }),
    })
  })
  const schema = [
    struct({ 4: text('schema'), 5: i32(children) }),
    ...columns.map(
      ({ name = 'a', type = 1, length, optional = false, repetition = optional ? 1 : 0, children: own, converted }) =>
        struct({
          1: own === undefined ? i32(type) : undefined,
          2: length === undefined ? undefined : i32(length),
          3: i32(repetition),
          4: text(name),
          5: own === undefined ? undefined : i32(own),
          6: converted === undefined ? undefined : i32(converted),
        }),
    ),
  ]
  const group = struct({ 1: list(written.slice(0, chunks)), 2: i64(content.length), 3: i64(groupRows) })
  const metadata = serialize(
    struct({ 1: i32(1), 2: list(schema), 3: i64(rows), 4: list(new Array<Thrift>(groups).fill(group)) }),
  )
  return bytesOf(content, metadata, u32(footer ?? metadata.length), magic)
}
