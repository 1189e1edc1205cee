import { deflateRawSync } from 'node:zlib'
import { crc32 } from '../../src/data/formats/crc.js'
import { bytesOf, u16, u32, u64 } from './data.js'

/** One file of an archive; whatever is given replaces what is true. */
export interface Part {
  readonly name: string
  readonly content: Uint8Array
  readonly method?: number
  readonly flags?: number
  readonly packed?: number
  readonly size?: number
  readonly crc?: number
  readonly at?: number
  readonly signature?: readonly number[]
  readonly nameLength?: number
  readonly extra?: readonly number[]
  readonly localExtra?: number
}

export interface Ending {
  readonly count?: number
  readonly size?: number
  readonly from?: number
  readonly comment?: string
  readonly before?: readonly number[]
}

/** A ZIP archive, right or wrong. */
export function zip(parts: readonly Part[], ending: Ending = {}): Uint8Array {
  const local: number[] = []
  const directory: number[] = []
  for (const part of parts) {
    const { name, content, method = 8, flags = 0, nameLength = name.length, extra = [] } = part
    const data = method === 8 ? deflateRawSync(content) : content
    const { packed = data.length, size = content.length, crc = crc32(content), at = local.length } = part
    const common = [
      ...u16(20),
      ...u16(flags),
      ...u16(method),
      ...u32(0),
      ...u32(crc),
      ...u32(packed),
      ...u32(size),
      ...u16(nameLength),
    ]
    local.push(
      ...(part.signature ?? [0x50, 0x4b, 3, 4]),
      ...common,
      ...u16(part.localExtra ?? 0),
      ...bytesOf(name),
      ...data,
    )
    directory.push(
      0x50,
      0x4b,
      1,
      2,
      ...u16(20),
      ...common,
      ...u16(extra.length),
      ...u16(0),
      ...u16(0),
      ...u16(0),
      ...u32(0),
      ...u32(at),
      ...bytesOf(name),
      ...extra,
    )
  }
  const { count = parts.length, size = directory.length, from = local.length, comment = '', before = [] } = ending
  return bytesOf(
    local,
    directory,
    before,
    [0x50, 0x4b, 5, 6, 0, 0, 0, 0],
    u16(count),
    u16(count),
    u32(size),
    u32(from),
    u16(comment.length),
    comment,
  )
}

/** The 64-bit end of an archive, and what points to it. */
export const wideEnding = (record: number, count: number, size: number, from: number): number[] => [
  0x50,
  0x4b,
  6,
  6,
  ...u64(44),
  ...u16(45),
  ...u16(45),
  ...u32(0),
  ...u32(0),
  ...u64(count),
  ...u64(count),
  ...u64(size),
  ...u64(from),
  0x50,
  0x4b,
  6,
  7,
  ...u32(0),
  ...u64(record),
  ...u32(1),
]
